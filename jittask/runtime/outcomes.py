"""Writes how bodies ended, by fencing token: the decision, the record and the log (rules R2, R4).

The claim loop uses it for the runs that its executor reports as ``Done``. A
place that runs bodies on another machine can use it without a claim loop: it
gives in each ``Assignment`` with the policy of the version, then the reports of
its executor, and reports ``Settled`` for what ``write`` returns.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jittask.clock import Clock
from jittask.model import Policy
from jittask.runtime.decisions import ending
from jittask.runtime.executors.protocol import (
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
from jittask.store.run_logs import AttemptPiece


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
        self._outputs: list[Output] = []
        self._last_lines: dict[RunKey, Output] = {}
        """What is written with the end: the last lines so far of attempts that printed much."""
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
        elif isinstance(report, Done):
            self._ends[key] = report
            self._outputs += [last for last in [self._last_lines.pop(key, None)] if last]
        elif report.ending:
            self._last_lines[key] = report
        else:
            self._outputs.append(report)

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
        now = self._clock.now()
        pieces = [
            AttemptPiece(output.run, output.token, output.attempt, piece)
            for output in self._outputs
            for piece in output.pieces
        ]
        endings = [self._ending(end, now) for end in self._ends.values()]
        counted = self._store.finish(endings, now, pieces)
        self._outputs = []
        written = [self._written(end, now) for end in counted]
        for key in list(self._ends):
            self.forget(*key)
        return written

    def forget(self, run: int, token: int) -> None:
        """Drop what is known of a run and token."""
        key = run, token
        self._runs.pop(key, None)
        self._ends.pop(key, None)
        self._last_lines.pop(key, None)
        if self._newest.get(run) == token:
            del self._newest[run]

    def clear(self) -> None:
        """Drop all that is known of every run."""
        self._runs.clear()
        self._newest.clear()
        self._ends.clear()
        self._outputs = []
        self._last_lines.clear()

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
