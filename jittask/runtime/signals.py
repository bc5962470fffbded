"""The flags by which the threads of one start reach each other."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from jittask.clock import Clock

_AFTER_DRAIN = 1.0  # seconds
_OUTCOME_PATIENCE = 5.0  # seconds, for a stop that drains for a shorter time


class Signals:
    """One object for each start; safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wake_work: Callable[[], None] | None = None
        self.draining = threading.Event()
        """No more runs are taken."""
        self.stopping = threading.Event()
        """Every duty but the work ends."""
        self.changed = threading.Event()
        """There is something to look at before the next scan is due."""
        self.everything_changed = threading.Event()
        """All tasks are to be scanned, and not only those of changed models."""
        self.drain_until = math.inf
        """When bodies that still run are killed, by ``Clock.monotonic``."""
        self._asked = math.inf
        """When the first stop was asked for, by ``Clock.monotonic``."""

    def drain(self, seconds: float) -> None:
        """Take no more runs, and kill bodies after ``seconds``; a later call can only shorten."""
        now = self._clock.monotonic()
        with self._lock:
            self._asked = min(self._asked, now)
            self.drain_until = min(self.drain_until, now + seconds)
        self.draining.set()
        self.wake()

    @property
    def give_up_at(self) -> float:
        """When a stop waits no more for a store that takes no outcome, by ``Clock.monotonic``.

        Soon enough that a stop with the default drain is over within 10 s (R7).
        """
        with self._lock:
            return max(self.drain_until + _AFTER_DRAIN, self._asked + _OUTCOME_PATIENCE)

    def end_duties(self) -> None:
        """Make every duty but the work end."""
        self.stopping.set()
        self.changed.set()

    def wake(self) -> None:
        """Let the work and the scan look at once whether there is something to do."""
        self.everything_changed.set()
        self.changed.set()
        with self._lock:
            if self._wake_work is not None:
                self._wake_work()

    def connect(self, wake_work: Callable[[], None]) -> None:
        """Wake the work with ``wake_work`` from now on."""
        with self._lock:
            self._wake_work = wake_work

    def disconnect(self) -> None:
        """Wake the work no more: its executor is about to be closed."""
        with self._lock:
            self._wake_work = None
