"""The flags by which the threads of one start reach each other."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from jittask.clock import Clock


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
        self.drain_until = math.inf
        """When bodies that still run are killed, by ``Clock.monotonic``."""

    def drain(self, seconds: float) -> None:
        """Take no more runs, and kill bodies after ``seconds``; a later call can only shorten."""
        with self._lock:
            self.drain_until = min(self.drain_until, self._clock.monotonic() + seconds)
        self.draining.set()
        self.wake()

    def end_duties(self) -> None:
        """Make every duty but the work end."""
        self.stopping.set()
        self.changed.set()

    def wake(self) -> None:
        """Let the work and the scan look at once whether there is something to do."""
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
