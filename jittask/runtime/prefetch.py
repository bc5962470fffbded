"""The duty that names to the executor what will be due soon, so that it can be ready (R6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from jittask.clock import Clock
from jittask.runtime.executors.protocol import Executor, Expected
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store

_AHEAD = timedelta(seconds=60)
_EVERY = 5.0  # seconds
_MAX_RUNS = 128  # runs looked at, and so the most bundles that a worker holds for nothing


class Prefetch:
    """Looks a minute ahead every few seconds, and at once after a reload."""

    def __init__(self, store: Store, executor: Executor, clock: Clock) -> None:
        self._store = store
        self._executor = executor
        self._clock = clock
        self._seen: Snapshot | None = None
        self._next = clock.monotonic()

    def step(self, snapshot: Snapshot, now: datetime) -> None:
        """Name what is due within the next minute, where it is time. Raises StoreUnavailable."""
        moment = self._clock.monotonic()
        if snapshot is self._seen and moment < self._next:
            return
        tasks = self._store.soon(now + _AHEAD, _MAX_RUNS)
        self._seen, self._next = snapshot, moment + _EVERY
        self._executor.expect(
            [
                Expected(name, running.task.version)
                for name in tasks
                if (running := snapshot.tasks.get(name)) is not None
            ]
        )
