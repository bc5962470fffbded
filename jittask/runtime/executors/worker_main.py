"""A worker process: runs bodies one after the other, of bundles that go together.

It ends at once when the runtime's end of its socket closes, so that no body
outlives the runtime that would record it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import resource
import sys
import threading
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from jittask.clock import SystemClock
from jittask.masking import Mask
from jittask.runtime.body import Bodies
from jittask.runtime.executors.fork_protocol import LEASE_OVER
from jittask.runtime.executors.pool_messages import (
    Answer,
    EndAt,
    Hello,
    LoadCode,
    Loaded,
    Order,
    Recall,
    Returned,
    RunBody,
)
from jittask.runtime.executors.protocol import (
    Completed,
    Done,
    Failed,
    Outcome,
)
from jittask.runtime.executors.worker_log import WorkerLog
from jittask.store.lock import FileLock


def main(descriptor: int) -> None:
    """Serve orders from the socket until the runtime closes it."""
    connection = Connection(descriptor)
    hello: Hello = connection.recv()
    lock = FileLock(hello.bodies_lock)
    if not lock.take(shared=True):
        return  # a new runtime is taking over
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    worker = _Worker(connection, hello)
    threading.Thread(target=worker.listen, daemon=True).start()
    worker.serve()


class _Worker:
    def __init__(self, connection: Connection, hello: Hello) -> None:
        self._connection = connection
        self._root = hello.root
        self._secrets = Mask.of_environment(hello.secret_names, os.environ)
        self._sending = threading.Lock()
        self._orders: queue.SimpleQueue[RunBody | LoadCode] = queue.SimpleQueue()
        self._bundles: dict[Path, Bodies] = {}
        self._lease = _Lease()

    def listen(self) -> None:
        """Take orders; end the process, whatever it is doing, when they can come no more."""
        try:
            while True:
                order: Order = self._connection.recv()
                match order:
                    case EndAt(moment=moment):
                        self._lease.end_at(moment)
                    case Recall():
                        self._give_back()
                    case RunBody() | LoadCode():
                        self._orders.put(order)
                    case Hello():
                        raise AssertionError("it comes first, and once")
        except (EOFError, OSError):
            os._exit(0)

    def _give_back(self) -> None:
        """Send back what has not begun."""
        waiting: list[RunBody | LoadCode] = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._orders.get_nowait())
        assignments = [order.assignment for order in waiting if isinstance(order, RunBody)]
        self._send(Returned(frozenset((item.run, item.token) for item in assignments)))

    def serve(self) -> None:
        self._log = WorkerLog(self._send, SystemClock())
        while True:
            match self._orders.get():
                case LoadCode() as order:
                    self._load(order)
                case RunBody() as order:
                    self._run(order)

    def _run(self, order: RunBody) -> None:
        assignment = order.assignment
        bodies = self._bodies(order.bundle)
        with self._log.attempt(assignment, order.bundle):
            outcome = _with_peak(bodies.run(assignment))
        self._send(Done(assignment.run, assignment.token, assignment.attempt, outcome))

    def _load(self, order: LoadCode) -> None:
        """Load what will be run; what it prints meanwhile belongs to the first run of it."""
        with contextlib.suppress(BaseException):  # the run will fail in the same way, and say so
            bodies = self._bodies(order.bundle)
            with self._log.load(order.bundle):
                bodies.load(order.expected.task)
        self._send(Loaded())

    def _bodies(self, bundle: Path) -> Bodies:
        bodies = self._bundles.get(bundle)
        if bodies is None:
            bodies = self._bundles[bundle] = Bodies(bundle, self._root, secrets=self._secrets)
            self._log.add_bundle(bodies.element_folders, bodies.mask)
        return bodies

    def _send(self, answer: Answer) -> None:
        try:
            with self._sending:
                self._connection.send(answer)
        except OSError:
            os._exit(0)


class _Lease:
    """Ends the process when its lease is over, whatever has become of the runtime (R4)."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._end: float | None = None
        self._changed = threading.Event()

    def end_at(self, moment: float) -> None:
        """Replace the end of the lease."""
        first = self._end is None
        self._end = moment
        self._changed.set()
        if first:
            threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        assert self._end is not None
        while (left := self._end - self._clock.monotonic()) > 0:
            if self._clock.wait(self._changed, left):
                self._changed.clear()
        os._exit(LEASE_OVER)


def _with_peak(outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Completed | Failed):
        return outcome
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return replace(outcome, peak_kb=peak // 1024 if sys.platform == "darwin" else peak)
