"""What the thread executor knows of one body: begun, late, killed, given up (rule R6)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

from jittask.run_log import LogPiece
from jittask.runtime.executors.in_process import overran
from jittask.runtime.executors.protocol import (
    Assignment,
    Completed,
    Done,
    Failed,
    Killed,
    Outcome,
    Output,
)


@dataclass(eq=False)
class ThreadBody:
    """A body that a thread runs, or will run; ``given`` and ``begun`` by ``Clock.monotonic``."""

    assignment: Assignment
    given: float
    begun: float | None = None
    took: float = 0.0
    taken_back: bool = False
    killed_for: Killed | None = None
    known_late: bool = False
    given_up: bool = False
    """Its end has been reported, though its thread still runs."""
    _beginning: threading.Lock = field(default_factory=threading.Lock)

    @property
    def deadline(self) -> float:
        """When its timeout is over; if it has not begun, at the soonest."""
        begun = self.given if self.begun is None else self.begun
        return begun + self.assignment.timeout_seconds

    def begin(self, moment: float) -> bool:
        """Note that it begins now; return False where it was taken back."""
        with self._beginning:
            if not self.taken_back:
                self.begun = moment
            return not self.taken_back

    def take_back(self) -> bool:
        """Keep it from beginning; return False where it has begun."""
        with self._beginning:
            self.taken_back = self.begun is None
            return self.taken_back

    def runs_for(self, now: float) -> float:
        """Return for how many seconds it has run."""
        return 0.0 if self.begun is None else now - self.begun

    def done(self, outcome: Outcome) -> Done:
        """Return the report of its end."""
        run = self.assignment
        return Done(run.run, run.token, run.attempt, outcome)

    def judged(self, outcome: Outcome) -> Outcome:
        """Return what is recorded of a body that has returned or raised."""
        if self.killed_for is not None:
            return self.killed_for
        if self.known_late and isinstance(outcome, Completed | Failed):
            return overran(outcome, self.assignment)
        return outcome

    def warning(self, text: str, now: datetime) -> Output:
        """Return a line for its log."""
        run = self.assignment
        piece = LogPiece(now, "log", "warning", f"{text}\n")
        return Output(run.run, run.token, run.attempt, (piece,))
