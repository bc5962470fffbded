"""Bodies in threads of the runtime's own process: for development and short functions (R6).

A thread cannot be killed. A body that is killed, or late, is recorded so when it
has returned, and takes its slot until then; only where the whole runtime stops
is it given up, because the process is about to end. Where bodies are short,
some wait for the thread that is free first.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence

from jittask.clock import Clock
from jittask.prelude import changes
from jittask.runtime.executors.in_process import InProcessBodies
from jittask.runtime.executors.pace import AHEAD_SECONDS, Pace
from jittask.runtime.executors.protocol import (
    Assignment,
    Changed,
    Done,
    Expected,
    Interrupted,
    Killed,
    Output,
    Report,
    RunKey,
    Unbegun,
)
from jittask.runtime.executors.thread_body_state import ThreadBody
from jittask.runtime.executors.workplace import Workplace


class ThreadExecutor:
    """``workers`` threads; see ``Executor`` for the methods."""

    def __init__(self, workers: int, workplace: Workplace, clock: Clock) -> None:
        self._size = workers
        self._clock = clock
        self._in_process = InProcessBodies(workplace, clock)
        self._queue: queue.SimpleQueue[ThreadBody | None] = queue.SimpleQueue()
        self._incoming: queue.SimpleQueue[Output | Done | Changed | None] = queue.SimpleQueue()
        self._listener = lambda models: self._incoming.put(Changed(models))
        changes.listen(self._listener)
        self._notes: list[Output | Done] = []
        self._giving_up = False
        self._pace = Pace()
        self._bodies: dict[RunKey, ThreadBody] = {}
        for number in range(workers):
            # no program should wait at its end for a body that was given up
            name = f"jittask-body-{number + 1}"
            threading.Thread(target=self._serve, name=name, daemon=True).start()

    def free(self) -> int:
        """Return how many more runs it takes now."""
        now = self._clock.monotonic()
        held_up = sum(body.runs_for(now) > AHEAD_SECONDS for body in self._bodies.values())
        ahead = max(0, self._size - held_up) * self._pace.ahead
        return max(0, self._size + ahead - len(self._bodies))

    def executing(self) -> frozenset[RunKey]:
        """Return the runs whose end no ``poll`` has returned."""
        keys = {key for key, body in self._bodies.items() if not body.given_up}
        keys.update((note.run, note.token) for note in self._notes if isinstance(note, Done))
        return frozenset(keys)

    def expect(self, coming: Sequence[Expected]) -> None:
        """Do nothing: no code runs in the runtime's process before it is due."""

    def submit(self, assignment: Assignment) -> None:
        """Begin a run in an idle thread, or in the first that becomes idle.

        Raises BundleUnavailable.
        """
        self._in_process.check(assignment)
        body = ThreadBody(assignment, self._clock.monotonic())
        self._bodies[assignment.run, assignment.token] = body
        self._queue.put(body)

    def poll(self, seconds: float) -> list[Report]:
        """Wait for reports; return those that have come."""
        at_once = self._notes or self._giving_up
        reports = [*self._receive(0 if at_once else self._patience(seconds)), *self._late()]
        if self._giving_up:  # after the reports: a body that has returned was not interrupted
            reports += self._give_up()
        notes, self._notes = self._notes, []
        return [*notes, *reports]

    def wake(self) -> None:
        """Make ``poll`` return; from any thread."""
        self._incoming.put(None)

    def kill(self, run: int, why: str) -> None:
        """Have a run recorded as killed when it has returned; one that waits never begins."""
        for body in [body for body in self._bodies.values() if body.assignment.run == run]:
            if self._take_back(body):
                self._notes.append(body.done(Killed(f"{why}, before its body began")))
            elif body.killed_for is None:
                body.killed_for = Killed(f"{why}; its thread could not be ended, and returned")
                warning = f"to be {why}, but a thread cannot be ended"
                self._notes.append(body.warning(warning, self._clock.now()))

    def extend_lease(self, seconds_left: float) -> None:
        """Do nothing: a thread cannot be ended, so these bodies outlive a lease that is lost."""

    def interrupt(self) -> None:
        """Give every body up: it ends with the process; what waits never begins."""
        for body in list(self._bodies.values()):
            if self._take_back(body):
                self._notes.append(body.done(Unbegun()))
        # only where a body is there to be given up: the next ones are not meant
        self._giving_up = any(not body.given_up for body in self._bodies.values())

    def close(self) -> None:
        """End every thread that is idle; the others end when their body does.

        What waits never begins: nobody would record it.
        """
        for body in self._bodies.values():
            body.take_back()
        for _ in range(self._size):
            self._queue.put(None)
        changes.end(self._listener)
        self._in_process.close()

    def _serve(self) -> None:
        while (body := self._queue.get()) is not None:
            if body.begin(self._clock.monotonic()):
                done = self._in_process.run(body.assignment, self._incoming.put)
                body.took = body.runs_for(self._clock.monotonic())
                self._incoming.put(done)

    def _take_back(self, body: ThreadBody) -> bool:
        """Keep a body from beginning; return False where it has begun."""
        if body.take_back():
            del self._bodies[body.assignment.run, body.assignment.token]
        return body.taken_back

    def _give_up(self) -> Iterator[Report]:
        self._giving_up = False
        for body in self._bodies.values():
            if not body.given_up:
                body.given_up = True
                why = Interrupted("the runtime was stopped; its thread ends with the process")
                yield body.done(why)

    def _receive(self, seconds: float) -> Iterator[Report]:
        try:
            yield from self._accept(self._incoming.get(timeout=seconds))
            while True:
                yield from self._accept(self._incoming.get_nowait())
        except queue.Empty:
            return

    def _accept(self, report: Output | Done | Changed | None) -> Iterator[Report]:
        if report is None:
            return
        if isinstance(report, Changed):
            yield report
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
            yield body.done(body.judged(report.outcome))

    def _patience(self, seconds: float) -> float:
        """Wait no longer than until a timeout; what waits for a thread begins after a report."""
        now = self._clock.monotonic()
        deadlines = (
            body.deadline
            for body in self._bodies.values()
            if not body.known_late and (body.begun is not None or body.deadline > now)
        )
        return max(0.0, min(seconds, min(deadlines, default=now + seconds) - now))

    def _late(self) -> Iterator[Report]:
        """Say once, in the log of each body that has passed its timeout, that it still runs."""
        now = self._clock.monotonic()
        for body in self._bodies.values():
            if body.begun is not None and body.deadline <= now and not body.known_late:
                body.known_late = True
                timeout = body.assignment.timeout_seconds
                if not body.given_up:
                    warning = f"still runs after its {timeout:g} s; a thread cannot be ended"
                    yield body.warning(warning, self._clock.now())
