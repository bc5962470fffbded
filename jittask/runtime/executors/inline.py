"""Bodies one after the other in the thread that claims them: for development (R6).

Nothing else is claimed, and no order heard, while a body runs: what it is
recorded as is decided when it has returned.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from jittask.clock import Clock
from jittask.runtime.executors.in_process import Shared
from jittask.runtime.executors.protocol import (
    Assignment,
    Done,
    Expected,
    Interrupted,
    Killed,
    Outcome,
    Output,
    Report,
)

_MOST_AT_ONCE = 512
_PASS_SECONDS = 0.05  # short bodies share a pass, and the transaction of their outcomes


class InlineExecutor:
    """Takes some runs at once, and runs them in turn; see ``Executor`` for the methods.

    ``workers`` of them, or as many more as the pass before has shown to be short.
    """

    def __init__(self, workers: int, bodies_lock: Path, clock: Clock) -> None:
        self._least = self._size = workers
        self._clock = clock
        self._shared = Shared(bodies_lock, clock)
        self._waiting: deque[Assignment] = deque()
        self._never_begun: list[Report] = []
        self._wake = threading.Event()

    def free(self) -> int:
        """How many more runs it takes now."""
        return self._size - len(self._waiting)

    def expect(self, coming: Sequence[Expected]) -> None:
        """Do nothing: no code runs in the runtime's process before it is due."""

    def submit(self, assignment: Assignment) -> None:
        """Take a run, for the next ``poll`` to begin."""
        self._waiting.append(assignment)

    def poll(self, seconds: float) -> list[Report]:
        """Run what waits, and report it; wait only where there is nothing to run."""
        reports, self._never_begun = self._never_begun, []
        if not self._waiting and not reports:
            self._clock.wait(self._wake, seconds)
        self._wake.clear()
        end = self._clock.monotonic() + _PASS_SECONDS
        full = len(self._waiting) >= self._size
        while self._waiting:
            said: list[Output] = []
            done = self._shared.run(self._waiting.popleft(), said.append)
            reports += [*said, done]
            if self._clock.monotonic() >= end:
                self._size = self._least
                break
        else:
            self._size = min(_MOST_AT_ONCE, 2 * self._size) if full else self._size
        return reports

    def wake(self) -> None:
        """Make ``poll`` return, unless it runs a body; from any thread."""
        self._wake.set()

    def kill(self, run: int, why: str) -> None:
        """End a run whose body has not begun."""
        for assignment in [one for one in self._waiting if one.run == run]:
            self._end(assignment, Killed(f"{why}, before its body began"))

    def hold_until(self, moment: float) -> None:
        """Do nothing: a thread cannot be ended, so these bodies outlive a lease that is lost."""

    def interrupt(self) -> None:
        """End every run whose body has not begun."""
        for assignment in list(self._waiting):
            why = Interrupted("the runtime was stopped before its body began")
            self._end(assignment, why)

    def close(self) -> None:
        """Let the bundles go."""
        self._shared.close()

    def _end(self, assignment: Assignment, why: Outcome) -> None:
        self._waiting.remove(assignment)
        self._never_begun.append(Done(assignment.run, assignment.token, assignment.attempt, why))
