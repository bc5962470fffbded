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
from collections.abc import Callable, Iterator
from dataclasses import replace

# bound here, before any element code: a body can replace os._exit itself
from os import _exit
from pathlib import Path
from typing import NoReturn

from jittask.clock import SystemClock
from jittask.data.engines import ENGINES
from jittask.masking import Mask
from jittask.prelude import changes
from jittask.runtime.body import Bodies
from jittask.runtime.error_text import message_of
from jittask.runtime.executors.channel import WorkerEnd
from jittask.runtime.executors.descendants import adopt_orphans, end_descendants, reap
from jittask.runtime.executors.fork_protocol import CHANNEL_LOST, LEASE_OVER
from jittask.runtime.executors.leftover_processes import end_leftover_processes
from jittask.runtime.executors.leftover_threads import LeftoverThreads
from jittask.runtime.executors.own_process import OwnProcess
from jittask.runtime.executors.pool_messages import (
    Answer,
    BodyEnded,
    EndAt,
    Hello,
    LoadCode,
    Loaded,
    Order,
    Recall,
    Returned,
    RunBody,
)
from jittask.runtime.executors.pool_wire import Garbage
from jittask.runtime.executors.process_state.state import ProcessState, table
from jittask.runtime.executors.protocol import (
    Assignment,
    Changed,
    Completed,
    Done,
    Failed,
    Interrupted,
    Outcome,
    Unjudged,
    Withdrawn,
)
from jittask.runtime.executors.standard_streams import StandardStreams
from jittask.runtime.executors.worker_log import WorkerLog
from jittask.store.lock import FileLock

_TRACEBACK, _MESSAGE = 2**18, 2**12
"""Characters of a traceback, and of an error in a line."""
_IDLE_SECONDS = 30.0
"""Connections that no body has used for this long, or for twice as long, are closed."""


def main(descriptor: int) -> None:
    """Serve orders from the socket until the runtime closes it."""
    channel = WorkerEnd(descriptor)
    orders = channel.orders()
    hello = next(orders, None)
    if not isinstance(hello, Hello):
        return  # the runtime has ended
    lock = FileLock(hello.bodies_lock)
    if not lock.take(shared=True):
        return  # a new runtime is taking over
    os.setsid()
    adopt_orphans()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.register_at_fork(after_in_child=channel.let_go)
    os.register_at_fork(after_in_child=lock.free)
    worker = _Worker(channel, hello)
    threading.Thread(target=worker.listen, args=(orders,), daemon=True).start()
    worker.serve()


class _Worker:
    def __init__(self, channel: WorkerEnd, hello: Hello) -> None:
        self._channel = channel
        self._root = hello.root
        self._secrets = Mask.of_environment(hello.secret_names, os.environ)
        self._own_process = OwnProcess()
        self._orders: queue.SimpleQueue[RunBody | LoadCode] = queue.SimpleQueue()
        self._bundles: dict[Path, Bodies] = {}
        self._lease = _Lease()
        self._after_body: tuple[Callable[[], list[str]], ...] = ()
        """Each is called after a body, and returns why this process must run no other."""

    def listen(self, orders: Iterator[Order]) -> None:
        """Take orders; end the process, whatever it is doing, when they can come no more."""
        status = 0
        try:
            for order in orders:
                match order:
                    case EndAt(moment=moment):
                        self._lease.end_at(moment)
                    case Recall():
                        self._give_back()
                    case RunBody() | LoadCode():
                        self._orders.put(order)
                    case Hello():
                        raise AssertionError("it comes first, and once")
        except Garbage:  # the body has read a part of an order
            status = CHANNEL_LOST
        finally:
            _end_all(status)

    def _give_back(self) -> None:
        """Send back what has not begun."""
        waiting: list[RunBody | LoadCode] = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._orders.get_nowait())
        assignments = [order.assignment for order in waiting if isinstance(order, RunBody)]
        self._send(Returned(frozenset((item.run, item.token) for item in assignments)))

    def serve(self) -> None:
        changes.listen(lambda models: self._send(Changed(models)))
        self._log = WorkerLog(self._send, SystemClock())
        self._streams = StandardStreams()
        self._threads = LeftoverThreads()  # all of ours have begun
        self._state = ProcessState(table())
        self._after_body = (self._state.restore, self._threads.reasons, end_leftover_processes)
        while True:
            match self._next_order():
                case LoadCode() as order:
                    self._load(order)
                case RunBody() as order:
                    if not self._run(order):
                        return

    def _next_order(self) -> RunBody | LoadCode:
        """Wait for an order; what waits long holds no connections to databases."""
        while True:
            with contextlib.suppress(queue.Empty):
                return self._orders.get(timeout=_IDLE_SECONDS)
            with self._own_process.only():
                ENGINES.close_unused()

    def _run(self, order: RunBody) -> bool:
        """Run a body; return whether this process may run others."""
        assignment = order.assignment
        try:
            with self._own_process.only():
                bodies = self._bodies(order.bundle, assignment.task)
        except OSError as error:
            detail = f"its code cannot be read: {message_of(error)}"
            self._end(assignment, Unjudged(detail), replace=True)
            return False
        except Exception as error:
            detail = f"its code cannot be laid out: {message_of(error)}"
            self._end(assignment, Interrupted(detail), replace=True)
            return False
        with self._log.attempt(assignment, order.bundle):
            with self._own_process.only():
                outcome = bodies.run(assignment, self._around_function)
            if isinstance(outcome, Withdrawn | Unjudged):
                self._state.loading_is_over()  # of what reads rows; not of the body's code
            outcome = _shortened(_with_peak(outcome))
            self._streams.put_back()
            reasons = [reason for check in self._after_body for reason in check()]
            for reason in reasons:
                self._log.say("warning", f"the function's process is replaced: {reason}")
        self._end(assignment, outcome, replace=bool(reasons))
        return not reasons

    def _end(self, assignment: Assignment, outcome: Outcome, *, replace: bool) -> None:
        """Report the end of a run; ``replace``: this process runs no other."""
        done = Done(assignment.run, assignment.token, assignment.attempt, outcome)
        self._send(BodyEnded(done, replace=replace))

    @contextlib.contextmanager
    def _around_function(self) -> Iterator[None]:
        if self._state.function_begins():
            self._threads.code_is_loaded()
        with self._own_process.only():
            try:
                yield
            finally:
                self._state.function_ends()

    def _load(self, order: LoadCode) -> None:
        """Load what will be run; what it prints meanwhile belongs to the first run of it."""
        # the run will fail in the same way, and say so
        with self._own_process.only(), contextlib.suppress(BaseException):
            bodies = self._bodies(order.bundle, order.expected.task)
            with self._log.load(order.bundle):
                try:
                    bodies.load(order.expected.task)
                finally:
                    self._streams.put_back()
        self._send(Loaded())

    def _bodies(self, bundle: Path, task: str) -> Bodies:
        """Return the bodies of a bundle. Raises OSError where it cannot be read."""
        bodies = self._bundles.get(bundle)
        if bodies is None:
            if not bundle.is_dir():
                raise FileNotFoundError(f"{bundle} is gone")
            first = not self._bundles
            bodies = Bodies(bundle, self._root, secrets=self._secrets)
            if not bodies.has(task):
                raise FileNotFoundError(f"{bundle} has no {task} that can be read")
            self._bundles[bundle] = bodies
            self._log.add_bundle(bodies.element_folders, bodies.mask)
            if first:
                self._state.take()  # what element code may import has been installed
        return bodies

    def _send(self, answer: Answer) -> None:
        try:
            self._channel.send(answer)
        except OSError:
            _end_all(CHANNEL_LOST)


class _Lease:
    """Ends the process when its lease is over, whatever has become of the runtime (R4)."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._end = float("inf")
        self._changed = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def end_at(self, moment: float) -> None:
        """Replace the end of the lease."""
        self._end = moment
        self._changed.set()

    def _watch(self) -> None:
        while (left := self._end - self._clock.monotonic()) > 0:
            if self._clock.wait(self._changed, min(left, threading.TIMEOUT_MAX)):
                self._changed.clear()
        _end_all(LEASE_OVER)


def _end_all(status: int) -> NoReturn:
    """End what bodies have started, then this process."""
    try:
        if reap():
            end_descendants()
    finally:
        _exit(status)


def _with_peak(outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Completed | Failed):
        return outcome
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return replace(outcome, peak_kb=peak // 1024 if sys.platform == "darwin" else peak)


def _shortened(outcome: Outcome) -> Outcome:
    """Return an outcome that fits into a message, however much was raised."""
    if not isinstance(outcome, Failed):
        return outcome
    error = outcome.error
    if len(error) > _TRACEBACK:
        error = f"{error[: _TRACEBACK // 2]}\n… cut …\n{error[-_TRACEBACK // 2 :]}"
    return replace(outcome, message=outcome.message[:_MESSAGE], error=error)
