"""A worker process: runs bodies one after the other, of bundles that go together.

It ends at once when the runtime's end of its socket closes, so that no body
outlives the runtime that would record it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import resource
import sys
import threading
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from jittask.clock import SystemClock
from jittask.runtime.body import Bodies
from jittask.runtime.executors.capture import LogHandler, capture_output
from jittask.runtime.executors.protocol import (
    LOG_CAP,
    Assignment,
    Completed,
    Done,
    Expected,
    Failed,
    HoldUntil,
    Loaded,
    Outcome,
    Output,
    Recall,
    Report,
    Returned,
)
from jittask.runtime.executors.template import LEASE_OVER
from jittask.store.lock import FileLock


def main(descriptor: int) -> None:
    """Serve assignments from the socket until the runtime closes it."""
    connection = Connection(descriptor)
    hold = FileLock(Path(connection.recv()))
    if not hold.take(shared=True):
        return  # a new runtime is taking over
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    worker = _Worker(connection)
    threading.Thread(target=worker.listen, daemon=True).start()
    worker.serve()


class _Worker:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._orders: queue.SimpleQueue[Assignment | Expected] = queue.SimpleQueue()
        self._current: Assignment | None = None
        self._loaded: dict[Path, Bodies] = {}
        self._said: list[tuple[str, str]] = []
        self._unsaid = 0
        """How much more is kept of what is said while no body runs."""
        self._early: dict[Path, list[tuple[str, str]]] = {}
        self._clock = SystemClock()
        self._until: float | None = None
        self._held_on = threading.Event()

    def listen(self) -> None:
        """Take orders; end the process, whatever it is doing, when they can come no more."""
        try:
            while True:
                order: Assignment | Expected | HoldUntil | Recall = self._connection.recv()
                match order:
                    case HoldUntil(moment=moment):
                        self._hold_until(moment)
                    case Recall():
                        self._give_back()
                    case Assignment() | Expected():
                        self._orders.put(order)
        except (EOFError, OSError):
            os._exit(0)

    def _give_back(self) -> None:
        """Send back what has not begun."""
        waiting: list[Assignment | Expected] = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._orders.get_nowait())
        runs = [(one.run, one.token) for one in waiting if isinstance(one, Assignment)]
        self._send(Returned(frozenset(runs)))

    def _hold_until(self, moment: float) -> None:
        first = self._until is None
        self._until = moment
        self._held_on.set()
        if first:
            threading.Thread(target=self._end_in_time, daemon=True).start()

    def _end_in_time(self) -> None:
        """End the process when its time is over, whatever has become of the runtime (R4)."""
        assert self._until is not None
        while (left := self._until - self._clock.monotonic()) > 0:
            if self._clock.wait(self._held_on, left):
                self._held_on.clear()
        os._exit(LEASE_OVER)

    def serve(self) -> None:
        self._drain = capture_output(self._output)
        _log_to(self)
        while True:
            match self._orders.get():
                case Expected() as coming:
                    self._load(coming)
                case Assignment() as assignment:
                    self._run(assignment)

    def _run(self, assignment: Assignment) -> None:
        self._current = assignment
        for stream, text in self._early.pop(assignment.bundle, ()):
            self._output(stream, text)
        outcome = _with_peak(self._bodies(assignment).run(assignment))
        self._drain()
        self._current = None
        self._send(Done(assignment.run, assignment.token, assignment.attempt, outcome))

    def _load(self, coming: Expected) -> None:
        """Load what will be run; what it says meanwhile belongs to the first run of it."""
        self._said, self._unsaid = [], LOG_CAP
        with contextlib.suppress(BaseException):  # the run meets it, and tells of it
            self._bodies(coming).load(coming.task)
            self._early[coming.bundle] = self._said
        self._drain()
        self._unsaid = 0
        self._send(Loaded())

    def _bodies(self, wanted: Assignment | Expected) -> Bodies:
        bodies = self._loaded.get(wanted.bundle)
        if bodies is None:
            bodies = self._loaded[wanted.bundle] = Bodies(wanted.bundle, wanted.root)
        return bodies

    def _output(self, stream: str, text: str) -> None:
        current = self._current
        if current is not None:
            self._send(Output(current.run, current.token, current.attempt, stream, text))
        elif self._unsaid > 0:
            self._said.append((stream, text[: self._unsaid]))
            self._unsaid -= len(text)

    def log(self, line: str) -> None:
        """Send a line that the body logged."""
        self._output("log", line)

    def _send(self, report: Report | Returned | Loaded) -> None:
        try:
            with self._sending:
                self._connection.send(report)
        except OSError:
            os._exit(0)


def _with_peak(outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Completed | Failed):
        return outcome
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return replace(outcome, peak_kb=peak // 1024 if sys.platform == "darwin" else peak)


def _log_to(worker: _Worker) -> None:
    root = logging.getLogger()
    root.handlers[:] = [LogHandler(worker.log)]
    root.setLevel(logging.INFO)
