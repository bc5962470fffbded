"""A worker's lease: it beats in the store, and knows until when its bodies may run (rule R4)."""

from __future__ import annotations

import os
import socket
from datetime import datetime

from jittask.clock import Clock
from jittask.model import RuntimeSettings
from jittask.runtime.fleet.message import PROTOCOL
from jittask.runtime.membership import BEATS_A_HEARTBEAT, LEASE_PART, LeaseLost
from jittask.runtime.participation import new_identity
from jittask.store import Store
from jittask.store.fleet_types import NewWorker


class WorkerLease:
    """Enters the worker in the store, and again under a new name when its lease was lost."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: RuntimeSettings,
        queues: tuple[str, ...],
        slots: int,
    ) -> None:
        """Enter it. Raises StoreUnavailable."""
        self._store = store
        self._clock = clock
        self._settings = settings
        self._queues = queues
        self._slots = slots
        self.identity = ""
        self.until = 0.0
        """Until when, by ``Clock.monotonic``, bodies may run."""
        self.join()

    def join(self) -> None:
        """Enter as a new worker. Raises StoreUnavailable; then nothing has changed."""
        began, identity = self._clock.monotonic(), new_identity()
        worker = NewWorker(
            identity, socket.gethostname(), os.getpid(), self._queues, self._slots, PROTOCOL,
            self._settings.lease_seconds,
        )  # fmt: skip
        self._store.announce_worker(worker, self._clock.now())
        self.identity = identity
        self._beat_was(began)

    def step(self, now: datetime, capacity: int) -> bool:
        """Beat where it is time; say whether it was. Raises LeaseLost, and StoreUnavailable."""
        began = self._clock.monotonic()
        if began < self._next:
            return False
        if not self._store.beat_worker(self.identity, capacity, now):
            raise LeaseLost
        self._beat_was(began)
        return True

    @property
    def is_over(self) -> bool:
        """Whether nothing may run any more."""
        return self._clock.monotonic() >= self.until

    def _beat_was(self, began: float) -> None:
        self._next = began + self._settings.heartbeat_seconds / BEATS_A_HEARTBEAT
        self.until = began + self._settings.lease_seconds * LEASE_PART
