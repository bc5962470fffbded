"""The default executor: a pool of worker processes forked from a warm template (rule R6).

A worker holds bundles that go together: no two versions of a module ever meet in
a process. A run whose bundle goes with none of the idle workers gets a fresh
one. A worker that dies takes one run with it; a timeout kills the worker.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from pathlib import Path

from jittask.clock import Clock
from jittask.runtime.executors.protocol import (
    Assignment,
    Done,
    HoldUntil,
    Interrupted,
    Killed,
    Outcome,
    Report,
    TimedOut,
)
from jittask.runtime.executors.template import ENDED, FORK, FORKED, FRAME, KILL, LEASE_OVER

_TEMPLATE = "from jittask.runtime.executors.template import main; main()"
_RECYCLE_AFTER = 10_000  # runs of one worker, so that a leak in element code stays small


@dataclass(eq=False)
class _Worker:
    number: int
    connection: Connection
    bundles: set[Path] = field(default_factory=set)
    modules: dict[str, str] = field(default_factory=dict)
    """The digest of every Python file of its bundles, by its place in them."""
    process: int | None = None
    current: Assignment | None = None
    deadline: float = 0
    killed_for: Outcome | None = None
    runs: int = 0


class ProcessExecutor:
    """``workers`` processes at the most; see ``Executor`` for the methods."""

    def __init__(self, workers: int, bodies_lock: Path, clock: Clock) -> None:
        self._size = workers
        self._bodies_lock = str(bodies_lock)
        self._clock = clock
        self._workers: dict[int, _Worker] = {}
        self._until: HoldUntil | None = None
        self._numbers = iter(range(1, sys.maxsize))
        self._wake_read, self._wake_write = os.pipe()
        for descriptor in (self._wake_read, self._wake_write):
            os.set_blocking(descriptor, False)
        self._template, self._control = self._start_template()

    def free(self) -> int:
        """How many more runs it takes now."""
        return self._size - sum(1 for one in self._workers.values() if one.current)

    def submit(self, assignment: Assignment) -> None:
        """Begin a run in an idle worker that its bundle goes with, or in a fresh one."""
        worker = self._worker_for(assignment.bundle)
        worker.current = assignment
        worker.runs += 1
        worker.deadline = self._clock.monotonic() + assignment.timeout_seconds
        with contextlib.suppress(OSError):  # it has died: ``poll`` finds that, and reports it
            worker.connection.send(assignment)

    def poll(self, seconds: float) -> list[Report]:
        """Wait for reports; give back those that have come."""
        busy_until = [
            one.deadline for one in self._workers.values() if one.current and not one.killed_for
        ]
        left = min((until - self._clock.monotonic() for until in busy_until), default=seconds)
        by_connection = {one.connection: one for one in self._workers.values()}
        watched: list[Connection | socket.socket | int] = [self._control, self._wake_read]
        watched += by_connection
        reports: list[Report] = []
        for ready in wait(watched, max(0.0, min(seconds, left))):
            if isinstance(ready, Connection):
                reports.extend(self._receive(by_connection[ready]))
            elif ready is self._control:
                reports.extend(self._hear_template())
            else:
                os.read(self._wake_read, 4096)
        self._kill_overdue()
        return reports

    def wake(self) -> None:
        """Make ``poll`` return; from any thread."""
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            return  # enough wake-ups are waiting already

    def kill(self, run: int, why: str) -> None:
        """Kill the worker that runs ``run``."""
        for worker in self._workers.values():
            if worker.current is not None and worker.current.run == run:
                self._kill(worker, Killed(why))

    def hold_until(self, moment: float) -> None:
        """Tell every worker until when it may live."""
        self._until = HoldUntil(moment)
        for worker in self._workers.values():
            with contextlib.suppress(OSError):  # it has died: ``poll`` finds that
                worker.connection.send(self._until)

    def interrupt(self) -> None:
        """Kill every worker that runs a body."""
        for worker in self._workers.values():
            if worker.current:
                self._kill(worker, Interrupted("the runtime was stopped"))

    def close(self) -> None:
        """End every process."""
        for worker in self._workers.values():
            worker.connection.close()
        self._workers.clear()
        self._control.close()
        self._template.wait()
        for descriptor in (self._wake_read, self._wake_write):
            os.close(descriptor)

    # --- workers

    def _worker_for(self, bundle: Path) -> _Worker:
        idle = [one for one in self._workers.values() if one.current is None]
        young = [one for one in idle if one.runs < _RECYCLE_AFTER]
        modules = _modules(bundle)
        worker = next((one for one in young if bundle in one.bundles), None) or next(
            (one for one in young if _go_together(one.modules, modules)), None
        )
        if worker is None:
            if len(self._workers) >= self._size:
                self._retire(idle[0])
            worker = self._fork()
        worker.bundles.add(bundle)
        worker.modules |= modules
        return worker

    def _fork(self) -> _Worker:
        ours, theirs = socket.socketpair()
        number = next(self._numbers)
        with theirs:
            socket.send_fds(self._control, [FRAME.pack(FORK, number, 0)], [theirs.fileno()])
        worker = _Worker(number, Connection(ours.detach()))
        worker.connection.send(self._bodies_lock)
        if self._until is not None:
            worker.connection.send(self._until)
        self._workers[number] = worker
        return worker

    def _retire(self, worker: _Worker) -> None:
        worker.connection.close()  # its lifeline: it ends by itself
        del self._workers[worker.number]

    def _kill(self, worker: _Worker, why: Outcome) -> None:
        if worker.killed_for is not None:
            return
        worker.killed_for = why
        self._control.sendall(FRAME.pack(KILL, worker.number, 0))

    def _kill_overdue(self) -> None:
        now = self._clock.monotonic()
        for worker in self._workers.values():
            if worker.current and worker.deadline <= now:
                seconds = worker.current.timeout_seconds
                how = f"killed after {seconds:g} s (policy.timeoutSeconds)"
                self._kill(worker, TimedOut(seconds, how))

    def _receive(self, worker: _Worker) -> Iterator[Report]:
        try:
            while worker.connection.poll():
                report: Report = worker.connection.recv()
                if isinstance(report, Done):
                    worker.current = None
                yield report
        except (EOFError, OSError):
            yield from self._bury(worker)

    def _bury(self, worker: _Worker) -> Iterator[Report]:
        worker.connection.close()
        self._workers.pop(worker.number, None)
        run = worker.current
        if run is None:
            return
        died = Interrupted(f"its worker process (pid {worker.process}) died")
        yield Done(run.run, run.token, run.attempt, worker.killed_for or died)

    # --- the template

    def _start_template(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        self._template_forked = False
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", _TEMPLATE, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C on the terminal is for the runtime alone
            )
        return process, ours

    def _hear_template(self) -> Iterator[Report]:
        try:
            data = self._control.recv(FRAME.size)
        except ConnectionError:
            data = b""
        if not data:
            yield from self._replace_template()
            return
        what, number, value = FRAME.unpack(data)
        worker = self._workers.get(number)
        self._template_forked |= what == FORKED
        if worker is not None and what == FORKED:
            worker.process = value
        elif worker is not None and what == ENDED and value == LEASE_OVER:
            over = Interrupted("its lease ran out: the run store did not answer for too long")
            worker.killed_for = worker.killed_for or over
        elif worker is not None and what == ENDED and value < 0:
            signal_name = signal.Signals(-value).name
            died = Interrupted(f"its worker process died by {signal_name}")
            worker.killed_for = worker.killed_for or died

    def _replace_template(self) -> Iterator[Report]:
        """Begin anew with a fresh template: nobody is left to kill the old one's workers.

        Raises RuntimeError where the template did not live to fork once.
        """
        if not self._template_forked:
            raise RuntimeError("the workers' template process cannot start")
        for worker in list(self._workers.values()):
            died = Interrupted("the workers' template process died")
            worker.killed_for = worker.killed_for or died
            yield from self._bury(worker)
        self._control.close()
        self._template.wait()
        self._template, self._control = self._start_template()


@lru_cache(maxsize=4096)
def _modules(bundle: Path) -> dict[str, str]:
    """Return the digests of a bundle's Python files; a bundle never changes."""
    return {
        str(file.relative_to(bundle)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in bundle.rglob("*.py")
    }


def _go_together(held: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether no module is in both in two versions (H4)."""
    return all(held.get(file, digest) == digest for file, digest in others.items())
