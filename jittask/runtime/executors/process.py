"""The default executor: a pool of worker processes forked from a warm template (rule R6).

A worker holds bundles that go together: no two versions of a module ever meet in
a process. A run whose bundle goes with none of the idle workers gets a fresh
one. A worker that dies takes one run with it; a timeout kills the worker. Where
bodies are short, some wait in the worker for the one before. What is expected
soon is loaded beforehand, by one worker at a time that has nothing else to do.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from jittask.clock import Clock
from jittask.runtime.executors.pool_worker import PoolWorker, go_together, modules_of
from jittask.runtime.executors.protocol import (
    Assignment,
    Done,
    Expected,
    HoldUntil,
    Interrupted,
    Killed,
    Loaded,
    Outcome,
    Report,
    Returned,
    TimedOut,
    Unbegun,
)
from jittask.runtime.executors.template import ENDED, FORK, FORKED, FRAME, KILL, LEASE_OVER

_TEMPLATE = "from jittask.runtime.executors.template import main; main()"


class ProcessExecutor:
    """``workers`` processes at the most; see ``Executor`` for the methods."""

    def __init__(self, workers: int, bodies_lock: Path, clock: Clock) -> None:
        self._size = workers
        self._bodies_lock = str(bodies_lock)
        self._clock = clock
        self._workers: dict[int, PoolWorker] = {}
        self._backlog: deque[Assignment] = deque()
        """Runs that no worker has room for now."""
        self._expected: Sequence[Expected] = ()
        self._cold: deque[Expected] = deque()
        """What some worker may lack of what is expected."""
        self._shunned: set[Path] = set()
        """Bundles whose loading ended a process: only a run, with its timeout, loads them."""
        self._reports: list[Report] = []
        self._until: HoldUntil | None = None
        self._numbers = iter(range(1, sys.maxsize))
        self._wake_read, self._wake_write = os.pipe()
        for descriptor in (self._wake_read, self._wake_write):
            os.set_blocking(descriptor, False)
        self._template, self._control = self._start_template()

    def free(self) -> int:
        """How many more runs it takes now."""
        room = sum(one.room for one in self._workers.values())
        return max(0, room + self._size - len(self._workers) - len(self._backlog))

    def expect(self, coming: Sequence[Expected]) -> None:
        """Have workers that are idle load these, each as many of them as it can hold."""
        self._expected = coming
        self._cold = deque(coming)
        self._load_ahead()

    def submit(self, assignment: Assignment) -> None:
        """Begin a run in an idle worker, or have it wait behind short ones."""
        self._backlog.append(assignment)
        self._assign()

    def poll(self, seconds: float) -> list[Report]:
        """Wait for reports; give back those that have come."""
        moment = self._clock.monotonic()
        wanted = bool(self._backlog)
        until = [one.next_look(wanted=wanted) for one in self._workers.values() if not one.idle]
        left = min((one - moment for one in until), default=seconds)
        if self._reports:
            left = 0
        by_connection = {one.connection: one for one in self._workers.values()}
        watched: list[Connection | socket.socket | int] = [self._control, self._wake_read]
        watched += by_connection
        for ready in wait(watched, max(0.0, min(seconds, left))):
            if isinstance(ready, Connection):
                self._receive(by_connection[ready])
            elif ready is self._control:
                self._hear_template()
            else:
                os.read(self._wake_read, 4096)
        self._kill_overdue()
        self._assign()
        self._load_ahead()
        reports, self._reports = self._reports, []
        return reports

    def wake(self) -> None:
        """Make ``poll`` return; from any thread."""
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            return  # enough wake-ups are waiting already

    def kill(self, run: int, why: str) -> None:
        """Kill the worker that runs ``run``; one that waits is taken back, and never begins."""
        for worker in self._workers.values():
            if worker.running is not None and worker.running.run == run:
                self._kill(worker, Killed(why))
            elif any(one.run == run for one in worker.runs):
                worker.recall()
        for assignment in [one for one in self._backlog if one.run == run]:
            self._backlog.remove(assignment)
            self._report(assignment, Killed(f"{why}, before its body began"))

    def hold_until(self, moment: float) -> None:
        """Tell every worker until when it may live."""
        self._until = HoldUntil(moment)
        for worker in self._workers.values():
            with contextlib.suppress(OSError):  # it has died: ``poll`` finds that
                worker.connection.send(self._until)

    def interrupt(self) -> None:
        """Kill every worker that runs a body; what waits has never begun."""
        for worker in self._workers.values():
            if worker.runs:
                self._kill(worker, Interrupted("the runtime was stopped"))
                for assignment in worker.take_waiting():
                    self._report(assignment, Unbegun())
        while self._backlog:
            self._report(self._backlog.popleft(), Unbegun())

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

    def _assign(self) -> None:
        """Give the backlog to workers that have room for it."""
        for _ in range(len(self._backlog)):
            assignment = self._backlog.popleft()
            worker = self._worker_for(assignment.bundle)
            if worker is None:
                self._backlog.append(assignment)
            else:
                worker.give(assignment)

    def _worker_for(self, bundle: Path) -> PoolWorker | None:
        """Return an idle worker, a fresh one, or one whose bodies are short; None for none."""
        modules = modules_of(bundle)
        going_together = [
            one
            for one in self._workers.values()
            if one.takes(bundle, modules) and one.begins(bundle)
        ]
        # it need not load it, or has begun to
        going_together.sort(key=lambda one: (not one.holds(bundle), one.loading is not None))
        worker = next((one for one in going_together if not one.runs), None)
        if worker is None and len(self._workers) >= self._size:
            spent = next((one for one in self._workers.values() if one.idle), None)
            if spent is not None:
                self._retire(spent)
        if worker is None and len(self._workers) < self._size:
            worker = self._fork()
        if worker is None:
            roomy = [one for one in going_together if one.room]
            worker = min(roomy, key=lambda one: len(one.runs), default=None)
        if worker is not None:
            worker.hold(bundle, modules)
        return worker

    def _load_ahead(self) -> None:
        """Have one idle worker load something that it lacks, unless another is still at it."""
        if self._backlog or any(one.loading is not None for one in self._workers.values()):
            return
        while self._cold:
            coming = self._cold.popleft()
            if coming.bundle in self._shunned:
                continue
            modules = modules_of(coming.bundle)
            worker = self._worker_to_load(coming.bundle, modules)
            if worker is not None:
                worker.hold(coming.bundle, modules)
                worker.load(coming)
                self._cold.append(coming)  # for the other workers, once each bundle has one
                return

    def _worker_to_load(self, bundle: Path, modules: Mapping[str, str]) -> PoolWorker | None:
        """Return a worker that could run the bundle sooner if it had loaded it."""
        if len(self._workers) < min(self._size, len(self._expected)):
            return self._fork()
        idle = [one for one in self._workers.values() if one.idle]
        for worker in idle:
            if worker.takes(bundle, modules) and not worker.holds(bundle):
                return worker
        for worker in [one for one in idle if not one.takes(bundle, modules)]:
            kept = [one.bundle for one in self._expected if worker.holds(one.bundle)]
            if all(go_together(modules_of(one), modules) for one in kept):
                self._retire(worker)  # what keeps the bundle out has been replaced by others
                return self._fork()
        return None

    def _fork(self) -> PoolWorker:
        ours, theirs = socket.socketpair()
        number = next(self._numbers)
        order, with_it = [FRAME.pack(FORK, number, 0)], [theirs.fileno()]
        with theirs:
            try:
                socket.send_fds(self._control, order, with_it)
            except OSError:  # the template has died since ``poll`` heard of it last
                self._replace_template()
                socket.send_fds(self._control, order, with_it)
        worker = PoolWorker(number, Connection(ours.detach()), self._clock)
        worker.connection.send(self._bodies_lock)
        if self._until is not None:
            worker.connection.send(self._until)
        self._workers[number] = worker
        return worker

    def _retire(self, worker: PoolWorker) -> None:
        worker.connection.close()  # its lifeline: it ends by itself
        del self._workers[worker.number]

    def _kill(self, worker: PoolWorker, why: Outcome) -> None:
        if worker.killed_for is not None:
            return
        worker.killed_for = why
        with contextlib.suppress(OSError):  # the template has died: ``poll`` ends its workers
            self._control.sendall(FRAME.pack(KILL, worker.number, 0))

    def _kill_overdue(self) -> None:
        """Kill what is overdue, and take back what waits behind a body that is not short."""
        for worker in self._workers.values():
            if worker.running is not None and worker.overdue:
                seconds = worker.running.timeout_seconds
                how = f"killed after {seconds:g} s (policy.timeoutSeconds)"
                self._kill(worker, TimedOut(seconds, how))
            elif worker.loads_too_long(wanted=bool(self._backlog)):
                self._kill(worker, Unbegun())
            elif worker.holds_up:
                worker.recall()

    def _receive(self, worker: PoolWorker) -> None:
        try:
            while worker.connection.poll():
                said: Report | Returned | Loaded = worker.connection.recv()
                if isinstance(said, Loaded):
                    worker.loading = None
                    continue
                if isinstance(said, Returned):
                    self._backlog += worker.returned(said)
                    continue
                if isinstance(said, Done):
                    worker.done()
                self._reports.append(said)
        except (EOFError, OSError):
            self._declare_dead(worker)

    def _declare_dead(self, worker: PoolWorker) -> None:
        worker.connection.close()
        self._workers.pop(worker.number, None)
        if worker.loading is not None:
            self._shunned.add(worker.loading.bundle)
        self._backlog += worker.take_waiting()
        if worker.running is not None:
            died = Interrupted(f"its worker process (pid {worker.process}) died")
            self._report(worker.running, worker.killed_for or died)

    def _report(self, assignment: Assignment, outcome: Outcome) -> None:
        one = assignment
        self._reports.append(Done(one.run, one.token, one.attempt, outcome))

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

    def _hear_template(self) -> None:
        try:
            data = self._control.recv(FRAME.size)
        except ConnectionError:
            data = b""
        if not data:
            self._replace_template()
            return
        what, number, value = FRAME.unpack(data)
        worker = self._workers.get(number)
        self._template_forked |= what == FORKED
        if worker is not None and what == FORKED:
            worker.forked(value)
        elif worker is not None and what == ENDED and value == LEASE_OVER:
            over = Interrupted("its lease ran out: the run store did not answer for too long")
            worker.killed_for = worker.killed_for or over
        elif worker is not None and what == ENDED and value < 0:
            signal_name = signal.Signals(-value).name
            died = Interrupted(f"its worker process died by {signal_name}")
            worker.killed_for = worker.killed_for or died

    def _replace_template(self) -> None:
        """Begin anew with a fresh template: nobody is left to kill the old one's workers.

        Raises RuntimeError where the template ended by itself before it had forked once.
        """
        self._control.close()
        killed = self._template.wait() == -signal.SIGKILL
        if not self._template_forked and not killed:
            raise RuntimeError("the workers' template process cannot start")
        for worker in list(self._workers.values()):
            died = Interrupted("the workers' template process died")
            worker.killed_for = worker.killed_for or died
            self._declare_dead(worker)
        self._template, self._control = self._start_template()
