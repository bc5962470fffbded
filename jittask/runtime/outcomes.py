"""Writes how bodies ended, by fencing token: the decision, the record and the log (rules R2, R4).

The claim loop uses it for the runs that its executor reports as ``Done``. A
place that runs bodies on another machine can use it without a claim loop: it
gives in each ``Assignment`` with the policy of the version, then the reports of
its executor, and reports ``Settled`` for what ``write`` returns.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
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
from jittask.store.run_logs import LogChunk


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

    def __init__(
        self,
        store: Store,
        clock: Clock,
        undecided: Callable[[str, Exception | None, datetime], None] = lambda *_: None,
    ) -> None:
        """``undecided`` takes the task of an outcome, and why its policy cannot decide it.

        None says that it can.
        """
        self._undecided = undecided
        self._store = store
        self._clock = clock
        self._runs: dict[RunKey, tuple[Assignment, Policy]] = {}
        self._newest: dict[int, int] = {}
        """The newest token of each run."""
        self._logged: Counter[RunKey] = Counter()
        """Characters of output that the store has."""
        self._outputs: list[Output] = []
        self._output_kept: Counter[RunKey] = Counter()
        """Characters of output that wait to be written: memory is bounded in an outage too."""
        self._ends: dict[RunKey, Done] = {}
        self._random = random.Random()  # noqa: S311 - spreads retries, guards nothing

    def begin(self, assignment: Assignment, policy: Policy) -> None:
        """Accept reports of this run, by ``policy``; those of an older token are stale now."""
        before = self._newest.get(assignment.run)
        if before is not None:
            self._ends.pop((assignment.run, before), None)
        self._newest[assignment.run] = assignment.token
        self._runs[assignment.run, assignment.token] = assignment, policy

    def knows(self, run: int, token: int) -> bool:
        """Whether this run and token were begun, and have not ended."""
        return (run, token) in self._runs

    def assignment_of(self, run: int, token: int) -> Assignment | None:
        """Return the assignment of a run that was begun, and has not ended."""
        known = self._runs.get((run, token))
        return None if known is None else known[0]

    def add(self, report: Output | Done) -> None:
        """Keep a report for ``write``; one that is stale, or comes again, changes nothing."""
        key = report.run, report.token
        if key not in self._runs or key in self._ends:
            return
        if self._newest[report.run] != report.token:
            if isinstance(report, Done):
                self.forget(*key)
        elif isinstance(report, Output):
            if self._output_kept[key] <= LOG_CAP:  # one piece beyond it shows that there was more
                self._output_kept[key] += len(report.text)
                self._outputs.append(report)
        else:
            self._ends[key] = report

    @property
    def unwritten(self) -> frozenset[RunKey]:
        """The runs that have ended, and whose outcome the store may not have."""
        return frozenset(self._ends)

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
        self._output_kept.clear()
        written = [self._written(end, now) for end in counted]
        for key in list(self._ends):
            self.forget(*key)
        return written

    def forget(self, run: int, token: int) -> None:
        """Drop what is known of a run and token."""
        key = run, token
        self._runs.pop(key, None)
        self._ends.pop(key, None)
        self._logged.pop(key, None)
        if self._newest.get(run) == token:
            del self._newest[run]

    def clear(self) -> None:
        """Drop all that is known of every run."""
        self._runs.clear()
        self._newest.clear()
        self._ends.clear()
        self._logged.clear()
        self._outputs = []
        self._output_kept.clear()

    def _ending(self, end: Done, now: datetime) -> Ending:
        assignment, policy = self._runs[end.run, end.token]
        task, row_key, jitter = assignment.task, assignment.row_key, self._random.random()
        try:
            decided = decide(end, task, row_key, policy, now, jitter)
        except Exception as error:
            self._undecided(task, error, now)
            return decide(end, task, row_key, Policy(), now, jitter)
        self._undecided(task, None, now)
        return decided

    def _written(self, end: Ending, now: datetime) -> Written:
        key = end.run, end.token
        assignment, _ = self._runs[key]
        seconds = _seconds(self._ends[key].outcome)
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


def _capped(output: Output, logged: Counter[RunKey]) -> str:
    """Return what is still kept of an attempt's output, and count it."""
    key = output.run, output.token
    before = logged[key]
    logged[key] += len(output.text)
    if before > LOG_CAP:
        return ""
    if before + len(output.text) > LOG_CAP:
        return output.text[: LOG_CAP - before] + f"\n… cut after {LOG_CAP} characters\n"
    return output.text
