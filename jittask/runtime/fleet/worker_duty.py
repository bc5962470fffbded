"""The duty of a worker: beat, take runs over, write their ends (rules R4, R7, R10)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from jittask.clock import Clock
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.protocol import Executor
from jittask.runtime.fleet.listening import Listening
from jittask.runtime.fleet.worker_lease import WorkerLease
from jittask.runtime.fleet.worker_loop import WorkerLoop
from jittask.runtime.fleet.worker_prefetch import WorkerPrefetch
from jittask.runtime.membership import LeaseLost
from jittask.runtime.outage import Outage
from jittask.runtime.signals import Signals
from jittask.store import StoreUnavailable

_LOOK_SECONDS = 0.25
"""How soon the kill of a run is seen, and that it is time to beat."""
_SHORTEST_WAIT = 0.05  # seconds; while the drain time is over, and bodies are being killed
_OUTAGE_PAUSE = 0.5


class WorkerDuty:
    """One pass a step, until it is to stop and no body runs any more."""

    name = "worker"

    def __init__(
        self,
        loop: WorkerLoop,
        lease: WorkerLease,
        executor: Executor,
        prefetch: WorkerPrefetch,
        listening: Listening,
        drain_seconds: float,
        outage: Outage,
        signals: Signals,
        clock: Clock,
        emit: Callable[[Event], None],
        renamed: Callable[[str], None],
    ) -> None:
        """Put the parts together.

        ``drain_seconds``: how long bodies may take to end when nothing is listened for any more.
        ``renamed`` takes the name under which a worker continues that had lost its lease.
        """
        self._loop = loop
        self._lease = lease
        self._executor = executor
        self._prefetch = prefetch
        self._listening = listening
        self._drain_seconds = drain_seconds
        self._outage = outage
        self._signals = signals
        self._clock = clock
        self._emit = emit
        self._renamed = renamed
        self._never = threading.Event()

    def step(self) -> bool:
        """Make one pass; what a lost lease or store means for it is decided here.

        Raises RuntimeFailure at the end where nothing was listened for any more.
        """
        if self._listening.failure is not None and not self._signals.draining.is_set():
            self._signals.drain(self._drain_seconds)
        draining = self._signals.draining.is_set()
        if draining and self._loop.idle:
            return self._end()
        if draining and self._left_to_drain() <= 0:
            self._executor.interrupt()  # and stay until the end of each is written
        try:
            self._pass(self._clock.now(), draining=draining)
        except StoreUnavailable as error:
            if draining and self._clock.monotonic() >= self._signals.give_up_at:
                self._outage.gave_up(error, self._loop.unwritten)
                return self._end()
            self._outage.met(error)
            if not self._lease.is_over:
                self._loop.collect()
            self._clock.wait(self._never, _OUTAGE_PAUSE)
        else:
            self._outage.over()
        return True

    def _end(self) -> bool:
        """Let there be no further step."""
        if self._listening.failure is not None:
            raise self._listening.failure
        return False

    def patience(self) -> float:
        """Return how long to wait for reports and offers."""
        if not self._signals.draining.is_set():
            return _LOOK_SECONDS
        return max(0.0, min(_LOOK_SECONDS, self._left_to_drain())) or _SHORTEST_WAIT

    def _pass(self, now: datetime, *, draining: bool) -> None:
        self._heartbeat(now)
        if not draining:
            self._prefetch.step(now)
        self._loop.step(self.patience(), taking=not draining)

    def _heartbeat(self, now: datetime) -> None:
        """Beat; where others have taken this worker for dead, end its bodies and begin again."""
        try:
            if not self._lease.step(now, self._loop.capacity):
                return
        except LeaseLost:
            self._loop.abandon()  # first of all: they may run elsewhere by now
            self._lease.join()
            self._loop.rejoin(self._lease.identity)
            self._renamed(self._lease.identity)
            text = (
                "this worker did not answer for longer than its lease, and its runs were ended: "
                "it continues as a new worker"
            )
            self._emit(Trouble(now, "lease-lost", text))
        self._executor.extend_lease(self._lease.until - self._clock.monotonic())

    def _left_to_drain(self) -> float:
        return self._signals.drain_until - self._clock.monotonic()
