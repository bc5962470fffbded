"""The worker processes of one machine, and which of them a run goes to (rules R6, H4).

A worker process holds versions that go together: no two versions of a module
ever meet in a process. A run whose version goes with none of the idle workers
gets a fresh one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping

from jittask.clock import Clock
from jittask.runtime.executors.channel import RuntimeEnd
from jittask.runtime.executors.death import OutOfMemoryCount, cause
from jittask.runtime.executors.fork_client import ForkClient, Forked
from jittask.runtime.executors.fork_protocol import CHANNEL_LOST
from jittask.runtime.executors.memory_limit import has_room
from jittask.runtime.executors.pool_messages import Hello
from jittask.runtime.executors.pool_worker import PoolWorker, modules_of
from jittask.runtime.executors.protocol import Interrupted, Outcome, RunKey
from jittask.runtime.executors.workplace import BundleUnavailable, Workplace


class Pool:
    """At most ``size`` worker processes; from one thread."""

    def __init__(self, size: int, workplace: Workplace, clock: Clock) -> None:
        self.size = size
        self.fork_server = ForkClient(workplace.bodies_lock)
        self.dead: list[PoolWorker] = []
        """Workers whose process is gone, and whose runs the executor has not looked at."""
        self._lost: dict[int, PoolWorker] = {}
        """Workers that are silent, until the fork server says how their process ended."""
        self._out_of_memory = OutOfMemoryCount()
        self._workplace = workplace
        self._clock = clock
        self._workers: dict[int, PoolWorker] = {}
        self._lease_end: float | None = None
        self._numbers = iter(range(1, sys.maxsize))

    def __iter__(self) -> Iterator[PoolWorker]:
        return iter(self._workers.values())

    def __len__(self) -> int:
        return len(self._workers)

    @property
    def all_runs(self) -> Iterator[RunKey]:
        """The runs of every worker, and of those that are gone."""
        for worker in (*self, *self.ending):
            yield from worker.executing

    @property
    def ending(self) -> tuple[PoolWorker, ...]:
        """The workers that are gone, or about to be, with runs that are still to be looked at."""
        return (*self._lost.values(), *self.dead)

    def modules(self, version: str) -> Mapping[str, str]:
        """Return the digests of a version's Python files. Raises BundleUnavailable."""
        try:
            return modules_of(self._workplace.bundles.path(version))
        except BundleUnavailable:
            raise
        except OSError as error:
            raise BundleUnavailable(f"version {version[:12]} cannot be read: {error}") from error

    def worker_for(self, version: str, memory_mb: int | None = None) -> PoolWorker | None:
        """Return an idle worker, a fresh one, or one whose bodies are short; None for none.

        Raises BundleUnavailable.
        """
        modules = self.modules(version)
        fitting = [
            worker
            for worker in self
            if worker.takes(version, modules)
            and worker.begins(version)
            and has_room(worker, memory_mb)
        ]
        # it need not load it, or has begun to
        fitting.sort(key=lambda worker: (not worker.holds(version), worker.loading is not None))
        worker = next((worker for worker in fitting if not worker.runs), None)
        if worker is None and len(self) >= self.size:
            replaceable = next((worker for worker in self if worker.idle), None)
            if replaceable is not None:
                self.retire(replaceable)
        if worker is None and len(self) < self.size:
            worker = self.fork()
        if worker is None:
            roomy = [worker for worker in fitting if worker.room]
            worker = min(roomy, key=lambda worker: len(worker.runs), default=None)
        if worker is not None:
            worker.hold(version, modules)
        return worker

    def fork(self) -> PoolWorker:
        """Start a worker process."""
        number = next(self._numbers)
        try:
            ours = self.fork_server.fork(number)
        except OSError:  # the fork server has died since ``poll`` heard from it last
            self.replace_fork_server()
            ours = self.fork_server.fork(number)
        worker = PoolWorker(number, RuntimeEnd(ours), self._workplace.bundles, self._clock)
        place = self._workplace
        worker.greet(Hello(place.bodies_lock, place.root, place.secret_names))
        if self._lease_end is not None:
            worker.end_at(self._lease_end)
        self._workers[number] = worker
        return worker

    def retire(self, worker: PoolWorker) -> None:
        """Let an idle worker end."""
        worker.close()  # its process ends when it sees that
        del self._workers[worker.number]

    def retire_spent(self) -> None:
        """Let the workers end that take no more runs, so that fresh ones can take them."""
        for worker in [worker for worker in self if worker.spent and worker.idle]:
            self.retire(worker)

    def kill(self, worker: PoolWorker, why: Outcome) -> None:
        """Kill a worker process; ``why`` is the outcome of the run whose body it runs."""
        if worker.killed_for is None:
            worker.killed_for, worker.killed_run = why, worker.running
            self._end(worker)

    def lose(self, worker: PoolWorker) -> None:
        """Take out a worker that is to say nothing more, and make sure that it ends."""
        if self._workers.pop(worker.number, None) is not None:
            self._end(worker)
            self._lost[worker.number] = worker

    @property
    def awaits_fork_server(self) -> bool:
        """Whether the fork server has something to say; a body may have stopped it."""
        return bool(self._lost) or any(
            worker.process is None or worker.killed_for is not None for worker in self
        )

    def end_at(self, moment: float) -> None:
        """Tell every worker, and those to come, when their lease is over."""
        self._lease_end = moment
        for worker in self:
            worker.end_at(moment)

    def hear_fork_server(self) -> None:
        """Take one message of the fork server, or replace it where it has died."""
        message = self.fork_server.receive()
        if message is None:
            self.replace_fork_server()
            return
        worker = self._workers.get(message.number) or self._lost.get(message.number)
        if isinstance(message, Forked):
            if worker is not None:
                worker.forked(message.process, message.handle)
            elif message.handle is not None:  # it was retired
                os.close(message.handle)
        elif worker is not None:
            self._workers.pop(message.number, None)
            self._lost.pop(message.number, None)
            worker.left_behind = message.left_behind
            if worker.killed_for is None and worker.last is None:
                worker.killed_for = Interrupted(self._cause(worker, message.status))
            self.dead.append(worker)

    def replace_fork_server(self) -> None:
        """Start another fork server: nobody is left to kill the workers of the one that died.

        Raises RuntimeError where it cannot start.
        """
        self.fork_server.restart()
        for worker in (*self, *self._lost.values()):
            died = Interrupted("the fork server of the worker processes died")
            worker.killed_for = worker.killed_for or died
            self.dead.append(worker)
        self._workers.clear()
        self._lost.clear()

    def close(self) -> None:
        """End every process."""
        for worker in (*self, *self.ending):
            worker.close()
        self._workers.clear()
        self.fork_server.close()

    def _cause(self, worker: PoolWorker, status: int) -> str:
        """Say why a worker's process has ended, that nobody has asked to end."""
        out_of_memory = self._out_of_memory.has_risen()
        return cause(CHANNEL_LOST if worker.was_silent else status, out_of_memory=out_of_memory)

    def _end(self, worker: PoolWorker) -> None:
        if not worker.kill():
            self.fork_server.kill(worker.number)
