"""Bodies one after the other in the thread that claims them: for development (R6).

Nothing else is claimed, and no kill is seen, while a body runs: its outcome is
decided when it has returned.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Sequence

from jittask.clock import Clock
from jittask.prelude import changes
from jittask.runtime.executors.in_process import InProcessBodies
from jittask.runtime.executors.protocol import (
    Assignment,
    Changed,
    Done,
    Expected,
    Interrupted,
    Killed,
    Outcome,
    Output,
    Report,
    RunKey,
)
from jittask.runtime.executors.workplace import Workplace

_MAX_AT_ONCE = 512
_PASS_SECONDS = 0.05  # short bodies share a pass, and the transaction of their outcomes


class InlineExecutor:
    """Takes several runs at once, and runs them in turn; see ``Executor`` for the methods.

    ``workers`` of them, or more where the pass before has shown bodies to be short.
    """

    def __init__(self, workers: int, workplace: Workplace, clock: Clock) -> None:
        self._least = self._size = workers
        self._clock = clock
        self._bodies = InProcessBodies(workplace, clock)
        self._waiting: deque[Assignment] = deque()
        self._never_begun: list[Done] = []
        self._wake = threading.Event()
        self._changed: queue.SimpleQueue[Changed] = queue.SimpleQueue()
        self._listener = lambda models: self._changed.put(Changed(models))
        changes.listen(self._listener)

    def free(self) -> int:
        """Return how many more runs it takes now."""
        return self._size - len(self._waiting)

    def executing(self) -> frozenset[RunKey]:
        """Return the runs whose end no ``poll`` has returned."""
        waiting = {(assignment.run, assignment.token) for assignment in self._waiting}
        return frozenset(waiting | {(end.run, end.token) for end in self._never_begun})

    def expect(self, coming: Sequence[Expected]) -> None:
        """Do nothing: no code runs in the runtime's process before it is due."""

    def submit(self, assignment: Assignment) -> None:
        """Take a run, for the next ``poll`` to begin. Raises BundleUnavailable."""
        self._bodies.check(assignment)
        self._waiting.append(assignment)

    def poll(self, seconds: float) -> list[Report]:
        """Run what waits, and report it; wait only where there is nothing to run."""
        reports: list[Report] = [*self._never_begun]
        self._never_begun = []
        if not self._waiting and not reports:
            self._clock.wait(self._wake, seconds)
        self._wake.clear()
        end = self._clock.monotonic() + _PASS_SECONDS
        full = len(self._waiting) >= self._size
        while self._waiting:
            outputs: list[Output] = []
            done = self._bodies.run(self._waiting.popleft(), outputs.append)
            reports += [*outputs, done]
            if self._clock.monotonic() >= end:
                self._size = self._least
                break
        else:
            self._size = min(_MAX_AT_ONCE, 2 * self._size) if full else self._size
        while not self._changed.empty():
            reports.append(self._changed.get())
        return reports

    def wake(self) -> None:
        """Make ``poll`` return, unless it runs a body; from any thread."""
        self._wake.set()

    def kill(self, run: int, why: str) -> None:
        """End a run whose body has not begun."""
        for assignment in [item for item in self._waiting if item.run == run]:
            self._end(assignment, Killed(f"{why}, before its body began"))

    def extend_lease(self, seconds_left: float) -> None:
        """Do nothing: a thread cannot be ended, so these bodies outlive a lease that is lost."""

    def interrupt(self) -> None:
        """End every run whose body has not begun."""
        for assignment in list(self._waiting):
            why = Interrupted("the runtime was stopped before its body began")
            self._end(assignment, why)

    def close(self) -> None:
        """Close the bundles."""
        changes.end(self._listener)
        self._bodies.close()

    def _end(self, assignment: Assignment, why: Outcome) -> None:
        self._waiting.remove(assignment)
        self._never_begun.append(Done(assignment.run, assignment.token, assignment.attempt, why))
