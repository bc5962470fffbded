"""Writes how bodies ended, by fencing token: the decision, the record and the log (rules R2, R4).

The claim loop uses it for the runs that its executor reports as ``Done``. A
place that runs bodies on another machine can use it without a claim loop: it
gives in each ``Assignment`` with the policy of the version, then the reports of
its executor, and reports ``Settled`` for what ``write`` returns.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from jittask.clock import Clock
from jittask.model import Policy
from jittask.runtime.decisions import ending
from jittask.runtime.executors.protocol import (
    LOG_CAP,
    Assignment,
    Completed,
    Done,
    Failed,
    Outcome,
    Output,
    RunKey,
    TimedOut,
)
from jittask.runtime.failure import with_follow_up
from jittask.store import Store
from jittask.store.claim_types import Ending
from jittask.store.query_types import LogChunk


@dataclass(frozen=True, slots=True)
class Written:
    """An outcome that the store has."""

    at: datetime
    ending: Ending
    task: str
    row_key: str
    seconds: float | None
    """How long the body took; None where it was ended from outside."""


class OutcomeWriter:
    """Keeps what was reported until the store has it; from one thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._runs: dict[int, tuple[Assignment, Policy]] = {}
        self._logged: Counter[int] = Counter()
        """Characters of output that the store has, by run."""
        self._outputs: list[Output] = []
        self._ends: dict[int, Done] = {}
        self._random = random.Random()  # noqa: S311 - spreads retries, guards nothing

    def begin(self, assignment: Assignment, policy: Policy) -> None:
        """Accept reports of this run, by ``policy``; an older token of it counts no more."""
        self.forget(assignment.run)
        self._runs[assignment.run] = assignment, policy

    def knows(self, run: int, token: int) -> bool:
        """Whether reports of this run and token count."""
        known = self._runs.get(run)
        return known is not None and known[0].token == token

    def add(self, report: Output | Done) -> None:
        """Keep a report for ``write``; one that is stale, or comes again, changes nothing."""
        if not self.knows(report.run, report.token) or report.run in self._ends:
            return
        if isinstance(report, Output):
            self._outputs.append(report)
        else:
            self._ends[report.run] = report

    @property
    def unwritten(self) -> frozenset[RunKey]:
        """The runs that have ended, and whose outcome the store may not have."""
        return frozenset((end.run, end.token) for end in self._ends.values())

    def write(self) -> list[Written]:
        """Write outcomes and output in one transaction; return the outcomes that counted.

        An outcome whose token is stale is forgotten. Raises StoreUnavailable:
        all that was added is kept for the next call.
        """
        if not self._outputs and not self._ends:
            return []
        now, logged = self._clock.now(), Counter(self._logged)
        chunks = [
            (output.run, LogChunk(output.attempt, now, output.stream, text))
            for output in self._outputs
            if (text := _capped(output, logged))
        ]
        endings = [self._ending(end, now) for end in self._ends.values()]
        counted = self._store.finish(endings, now, chunks)
        self._outputs, self._logged = [], logged
        written = [self._written(end, now) for end in counted]
        for run in list(self._ends):
            self.forget(run)
        return written

    def forget(self, run: int) -> None:
        """Drop all that is known of a run."""
        self._runs.pop(run, None)
        self._ends.pop(run, None)
        if self._logged.pop(run, None) is not None or self._outputs:
            self._outputs = [output for output in self._outputs if output.run != run]

    def clear(self) -> None:
        """Drop all that is known of every run."""
        self._runs.clear()
        self._ends.clear()
        self._logged.clear()
        self._outputs = []

    def _ending(self, end: Done, now: datetime) -> Ending:
        assignment, policy = self._runs[end.run]
        jitter = self._random.random()
        return decide(end, assignment.task, assignment.row_key, policy, now, jitter)

    def _written(self, end: Ending, now: datetime) -> Written:
        assignment, _ = self._runs[end.run]
        seconds = _seconds(self._ends[end.run].outcome)
        return Written(now, end, assignment.task, assignment.row_key, seconds)


def decide(
    end: Done, task: str, row_key: str, policy: Policy, now: datetime, jitter: float
) -> Ending:
    """Decide what an outcome makes of its run, and what follows; ``jitter`` is from 0 to 1."""
    return with_follow_up(ending(end, policy, now, jitter), task, row_key, policy, now)


def _seconds(outcome: Outcome) -> float | None:
    match outcome:
        case Completed(seconds=seconds) | Failed(seconds=seconds) | TimedOut(seconds=seconds):
            return seconds
        case _:
            return None


def _capped(output: Output, logged: Counter[int]) -> str:
    """Return what is still kept of a run's output, and count it."""
    before = logged[output.run]
    logged[output.run] += len(output.text)
    if before >= LOG_CAP:
        return ""
    if before + len(output.text) > LOG_CAP:
        return output.text[: LOG_CAP - before] + f"\n… cut after {LOG_CAP} characters\n"
    return output.text
