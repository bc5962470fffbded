"""Bodies in threads of the runtime's own process: for development and short functions (R6).

A thread cannot be killed. A body that is to end is recorded so when it has
returned, and takes its slot until then; only where the whole runtime stops is
it given up, because the process is about to end. Where bodies are short, some
wait for whichever thread is free first.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jittask.clock import Clock
from jittask.runtime.executors.in_process import Shared, overran
from jittask.runtime.executors.pace import AHEAD_SECONDS, Pace
from jittask.runtime.executors.protocol import (
    Assignment,
    Completed,
    Done,
    Expected,
    Failed,
    Interrupted,
    Killed,
    Outcome,
    Output,
    Report,
    Unbegun,
)


@dataclass(eq=False)
class _Body:
    assignment: Assignment
    given: float
    begun: float | None = None
    took: float = 0.0
    taken_back: bool = False
    killed_for: Killed | None = None
    known_late: bool = False
    given_up: bool = False

    @property
    def deadline(self) -> float:
        """When its timeout is over; if it has not begun, at the soonest."""
        begun = self.given if self.begun is None else self.begun
        return begun + self.assignment.timeout_seconds


class ThreadExecutor:
    """``workers`` threads; see ``Executor`` for the methods."""

    def __init__(self, workers: int, bodies_lock: Path, clock: Clock) -> None:
        self._size = workers
        self._clock = clock
        self._shared = Shared(bodies_lock, clock)
        self._orders: queue.SimpleQueue[_Body | None] = queue.SimpleQueue()
        self._heard: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._notes: list[Report] = []
        self._giving_up = False
        self._pace = Pace()
        self._beginning = threading.Lock()
        self._bodies: dict[tuple[int, int], _Body] = {}
        for number in range(workers):
            # no program should wait at its end for a body that was given up
            name = f"jittask-body-{number + 1}"
            threading.Thread(target=self._serve, name=name, daemon=True).start()

    def free(self) -> int:
        """How many more runs it takes now."""
        now = self._clock.monotonic()
        held_up = sum(_runs_for(one, now) > AHEAD_SECONDS for one in self._bodies.values())
        ahead = max(0, self._size - held_up) * self._pace.ahead
        return max(0, self._size + ahead - len(self._bodies))

    def expect(self, coming: Sequence[Expected]) -> None:
        """Do nothing: no code runs in the runtime's process before it is due."""

    def submit(self, assignment: Assignment) -> None:
        """Begin a run in an idle thread, or in the first that becomes so."""
        body = _Body(assignment, self._clock.monotonic())
        self._bodies[assignment.run, assignment.token] = body
        self._orders.put(body)

    def poll(self, seconds: float) -> list[Report]:
        """Wait for reports; give back those that have come."""
        hurry = self._notes or self._giving_up
        reports = [*self._hear(0 if hurry else self._patience(seconds)), *self._late()]
        if self._giving_up:  # after what was heard: a body that has returned was not interrupted
            reports += self._give_up()
        notes, self._notes = self._notes, []
        return [*notes, *reports]

    def wake(self) -> None:
        """Make ``poll`` return; from any thread."""
        self._heard.put(None)

    def kill(self, run: int, why: str) -> None:
        """Have a run recorded as killed when it has returned; one that waits never begins."""
        for body in [one for one in self._bodies.values() if one.assignment.run == run]:
            if self._take_back(body):
                self._notes.append(_done(body, Killed(f"{why}, before its body began")))
            elif body.killed_for is None:
                body.killed_for = Killed(f"{why}; its thread could not be ended, and returned")
                self._notes.append(_note(body, f"to be {why}, but a thread cannot be ended"))

    def hold_until(self, moment: float) -> None:
        """Do nothing: a thread cannot be ended, so these bodies outlive a lease that is lost."""

    def interrupt(self) -> None:
        """Give every body up: it ends with the process; what waits never begins."""
        for body in list(self._bodies.values()):
            if self._take_back(body):
                self._notes.append(_done(body, Unbegun()))
        self._giving_up = True

    def close(self) -> None:
        """End every thread that is idle; the others end when their body does."""
        for _ in range(self._size):
            self._orders.put(None)
        self._shared.close()

    def _serve(self) -> None:
        while (body := self._orders.get()) is not None:
            if self._begins(body):
                done = self._shared.run(body.assignment, self._heard.put)
                body.took = _runs_for(body, self._clock.monotonic())
                self._heard.put(done)

    def _begins(self, body: _Body) -> bool:
        with self._beginning:
            if not body.taken_back:
                body.begun = self._clock.monotonic()
            return not body.taken_back

    def _take_back(self, body: _Body) -> bool:
        """Keep a body from beginning; say whether it was not too late for that."""
        with self._beginning:
            body.taken_back = body.begun is None
        if body.taken_back:
            del self._bodies[body.assignment.run, body.assignment.token]
        return body.taken_back

    def _give_up(self) -> Iterator[Report]:
        self._giving_up = False
        for body in self._bodies.values():
            if not body.given_up:
                body.given_up = True
                why = Interrupted("the runtime was stopped; its thread ends with the process")
                yield _done(body, why)

    def _hear(self, seconds: float) -> Iterator[Report]:
        try:
            yield from self._passed_on(self._heard.get(timeout=seconds))
            while True:
                yield from self._passed_on(self._heard.get_nowait())
        except queue.Empty:
            return

    def _passed_on(self, report: Report | None) -> Iterator[Report]:
        if report is None:
            return
        key = report.run, report.token
        body = self._bodies[key]
        if isinstance(report, Output):
            if not body.given_up:
                yield report
            return
        del self._bodies[key]
        self._pace.took(body.took)
        if not body.given_up:
            yield _done(body, _recorded(body, report.outcome))

    def _patience(self, seconds: float) -> float:
        """Wait no longer than until a timeout; what waits for a thread begins after a report."""
        now = self._clock.monotonic()
        deadlines = (
            one.deadline
            for one in self._bodies.values()
            if not one.known_late and (one.begun is not None or one.deadline > now)
        )
        return max(0.0, min(seconds, min(deadlines, default=now + seconds) - now))

    def _late(self) -> Iterator[Report]:
        """Say, once, in the log of each body that has passed its timeout, that it goes on."""
        now = self._clock.monotonic()
        for body in self._bodies.values():
            if body.begun is not None and body.deadline <= now and not body.known_late:
                body.known_late = True
                timeout = body.assignment.timeout_seconds
                if not body.given_up:
                    yield _note(
                        body, f"still runs after its {timeout:g} s; a thread cannot be ended"
                    )


def _runs_for(body: _Body, now: float) -> float:
    return 0.0 if body.begun is None else now - body.begun


def _done(body: _Body, outcome: Outcome) -> Done:
    one = body.assignment
    return Done(one.run, one.token, one.attempt, outcome)


def _recorded(body: _Body, outcome: Outcome) -> Outcome:
    if body.killed_for is not None:
        return body.killed_for
    if body.known_late and isinstance(outcome, Completed | Failed):
        return overran(outcome, body.assignment)
    return outcome


def _note(body: _Body, text: str) -> Output:
    one = body.assignment
    return Output(one.run, one.token, one.attempt, "log", f"WARNING {text}\n")
