"""The default executor: a pool of worker processes forked from a warm fork server (rule R6).

A worker that dies takes one run with it; a timeout kills the worker. Where
bodies are short, some wait in the worker for the one before.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Sequence
from multiprocessing.connection import wait

from jittask.clock import Clock
from jittask.run_log import LogPiece
from jittask.runtime.executors.channel import Closed, RuntimeEnd
from jittask.runtime.executors.memory_limit import MemoryLimit
from jittask.runtime.executors.pool import Pool
from jittask.runtime.executors.pool_messages import Answer, BodyEnded, Loaded, Returned
from jittask.runtime.executors.pool_wire import Garbage
from jittask.runtime.executors.pool_worker import PoolWorker
from jittask.runtime.executors.preload import Preload
from jittask.runtime.executors.protocol import (
    Assignment,
    Changed,
    Done,
    Expected,
    Failed,
    Interrupted,
    Killed,
    Outcome,
    Output,
    Report,
    RunKey,
    TimedOut,
    Unbegun,
)
from jittask.runtime.executors.workplace import BundleUnavailable, Workplace

_NUDGE_SECONDS = 0.1
"""How long the fork server may owe an answer before it is continued: a body may have stopped it."""
_FLUSH_SECONDS = 0.05
_MEDDLED = "its function wrote into the channel of its worker process, so that it was killed"


class ProcessExecutor:
    """At most ``workers`` processes; see ``Executor`` for the methods."""

    def __init__(self, workers: int, workplace: Workplace, clock: Clock) -> None:
        self._clock = clock
        self._pool = Pool(workers, workplace, clock)
        self._preload = Preload(self._pool)
        self._memory_limit = MemoryLimit(clock)
        self._backlog: deque[Assignment] = deque()
        """Runs that no worker has room for now."""
        self._reports: list[Report] = []
        self._wake_read, self._wake_write = os.pipe()
        for descriptor in (self._wake_read, self._wake_write):
            os.set_blocking(descriptor, False)

    def free(self) -> int:
        """Return how many more runs it takes now."""
        room = sum(worker.room for worker in self._pool)
        return max(0, room + self._pool.size - len(self._pool) - len(self._backlog))

    def executing(self) -> frozenset[RunKey]:
        """Return the runs whose end no ``poll`` has returned."""
        keys = set(self._pool.all_runs)
        keys.update((assignment.run, assignment.token) for assignment in self._backlog)
        keys.update((end.run, end.token) for end in self._reports if isinstance(end, Done))
        return frozenset(keys)

    def expect(self, coming: Sequence[Expected]) -> None:
        """Have workers that are idle load these, each as many of them as it can hold."""
        self._preload.expect(coming)
        self._load_ahead()

    def submit(self, assignment: Assignment) -> None:
        """Begin a run in an idle worker, or have it wait behind short ones.

        Raises BundleUnavailable.
        """
        self._pool.modules(assignment.version)
        self._backlog.append(assignment)
        self._assign()

    def poll(self, seconds: float) -> list[Report]:
        """Wait for reports; return those that have come."""
        by_channel = {worker.channel: worker for worker in self._pool}
        by_process = {worker.handle: worker for worker in self._pool if worker.handle is not None}
        control = self._pool.fork_server.control
        watched: list[RuntimeEnd | socket.socket | int] = [control, self._wake_read]
        watched += [*by_channel, *by_process]
        if self._pool.awaits_fork_server:
            self._pool.fork_server.let_it_continue()
        for ready in wait(watched, self._patience(seconds)):  # type: ignore[arg-type]
            if isinstance(ready, RuntimeEnd):
                self._receive(by_channel[ready])
            elif ready is control:
                self._pool.hear_fork_server()
            elif ready == self._wake_read:
                os.read(self._wake_read, 4096)
            else:
                assert isinstance(ready, int)
                self._receive(by_process[ready])
                self._lose(by_process[ready])
        self._kill_overdue()
        self._end_dead()
        self._pool.retire_spent()
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
        for worker in self._pool:
            if worker.running is not None and worker.running.run == run:
                self._pool.kill(worker, Killed(why))
            elif any(assignment.run == run for assignment in worker.runs):
                worker.recall()
        for assignment in [item for item in self._backlog if item.run == run]:
            self._backlog.remove(assignment)
            self._report(assignment, Killed(f"{why}, before its body began"))

    def extend_lease(self, seconds_left: float) -> None:
        """Tell every worker when its lease is over."""
        self._pool.end_at(self._clock.monotonic() + seconds_left)

    def interrupt(self) -> None:
        """Kill every worker that runs a body.

        A worker is ahead of what is known of it: only when all that it has sent
        is read, after its end, is it known what has never begun.
        """
        for worker in self._pool:
            if worker.runs:
                self._pool.kill(worker, Interrupted("the runtime was stopped"))
                worker.interrupted = True
        for worker in self._pool.ending:
            worker.interrupted = True
        while self._backlog:
            self._report(self._backlog.popleft(), Unbegun())

    def close(self) -> None:
        """End every process."""
        self._pool.close()
        for descriptor in (self._wake_read, self._wake_write):
            os.close(descriptor)

    def _patience(self, seconds: float) -> float:
        """Return how long ``poll`` may wait for a message."""
        if self._reports or self._pool.dead:
            return 0.0
        if self._pool.awaits_fork_server:
            seconds = min(seconds, _NUDGE_SECONDS)
        if any(worker.channel.is_stuck for worker in self._pool):
            seconds = min(seconds, _FLUSH_SECONDS)
        now, needed = self._clock.monotonic(), bool(self._backlog)
        looks = [worker.next_look(needed=needed) for worker in self._pool if not worker.idle]
        looks.append(self._memory_limit.next_look(self._pool))
        return max(0.0, min([seconds, *(moment - now for moment in looks)]))

    def _assign(self) -> None:
        """Give the backlog to workers that have room for it."""
        for _ in range(len(self._backlog)):
            assignment = self._backlog.popleft()
            try:
                worker = self._pool.worker_for(assignment.version, assignment.memory_mb)
                if worker is None:
                    self._backlog.append(assignment)
                else:
                    worker.give(assignment)
            except BundleUnavailable:  # its next claim says so
                self._report(assignment, Unbegun())

    def _load_ahead(self) -> None:
        if not self._backlog:
            self._preload.step()

    def _kill_overdue(self) -> None:
        """Kill what is overdue, and take back what waits behind a body that is not short."""
        for worker in self._pool:
            worker.channel.flush()
            if worker.running is not None and worker.overdue:
                seconds = worker.running.timeout_seconds
                how = f"killed after {seconds:g} s (policy.timeoutSeconds)"
                self._pool.kill(worker, TimedOut(seconds, how))
            elif worker.loads_too_long(needed=bool(self._backlog)):
                self._pool.kill(worker, Unbegun())
            elif worker.holds_up:
                worker.recall()
        for worker, outcome in self._memory_limit.look(self._pool):
            self._pool.kill(worker, outcome)

    def _receive(self, worker: PoolWorker) -> None:
        """Take what a worker has sent; take out one that says nothing more, or nonsense."""
        try:
            for answer in worker.channel.receive():
                self._take(worker, answer)
                if worker.last is not None:
                    self._lose(worker)
                    return
        except Closed:
            worker.was_silent = not worker.process_ends()
            self._lose(worker)
        except Garbage:
            self._pool.kill(worker, Failed(_MEDDLED, _MEDDLED, worker.seconds))
            self._lose(worker)

    def _lose(self, worker: PoolWorker) -> None:
        if worker.loading is not None:
            self._preload.refuse(worker.loading)
        self._pool.lose(worker)

    def _take(self, worker: PoolWorker, answer: Answer) -> None:
        """Take one answer. Raises Garbage where the worker cannot give it now."""
        match answer:
            case Loaded():
                worker.loading = None
            case Returned():
                self._backlog += worker.returned(answer)
            case Changed():
                self._reports.append(answer)
            case BodyEnded(done=done, replace=replace):
                if worker.running is None or _key(done) != _key(worker.running):
                    raise Garbage
                if replace:
                    worker.last = done
                else:
                    worker.done()
                    self._reports.append(done)
            case _:
                if worker.running is not None and _key(answer) == _key(worker.running):
                    self._reports.append(answer)

    def _end_dead(self) -> None:
        """Report the runs whose worker died, and give what waited there to others."""
        for worker in self._pool.dead:
            if worker.last is None:
                self._receive(worker)
            worker.close()
            waiting = worker.take_waiting()
            if worker.interrupted:
                for assignment in waiting:
                    self._report(assignment, Unbegun())
            else:
                self._backlog += waiting
            if worker.running is not None and worker.left_behind:
                self._warn(worker.running, f"ended with its process: {worker.left_behind}")
            if worker.last is not None:
                self._reports.append(worker.last)
            elif worker.running is not None:
                self._report(worker.running, _end_of_body(worker, worker.running))
        self._pool.dead.clear()

    def _warn(self, run: Assignment, text: str) -> None:
        """Add a line to the log of a run."""
        piece = LogPiece(self._clock.now(), "log", "warning", f"{text}\n")
        self._reports.append(Output(run.run, run.token, run.attempt, (piece,)))

    def _report(self, assignment: Assignment, outcome: Outcome) -> None:
        self._reports.append(Done(assignment.run, assignment.token, assignment.attempt, outcome))


def _key(report: Assignment | Done | Output) -> RunKey:
    return (report.run, report.token)


def _end_of_body(worker: PoolWorker, run: Assignment) -> Outcome:
    """Return what ended the body of ``run``, when the worker that ran it has ended."""
    assert worker.killed_for is not None, "the fork server has said how it ended"
    meant = worker.killed_run
    if (
        isinstance(worker.killed_for, Killed | TimedOut | Failed)
        and meant is not None
        and meant is not run
    ):
        return Interrupted(f"its worker process was killed because of run {meant.run}, just ended")
    return worker.killed_for
