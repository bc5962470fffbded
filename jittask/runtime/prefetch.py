"""The duty that tells the executor what will be due soon, so that it can be ready (rule R6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from jittask.clock import Clock
from jittask.runtime.bundles import Bundles
from jittask.runtime.executors.protocol import Executor, Expected
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store

_AHEAD = timedelta(seconds=60)
_EVERY = 5.0  # seconds
_MOST = 128  # runs looked at, and so the most bundles that a worker holds for nothing


class Prefetch:
    """Looks a minute ahead every few seconds, and at once where the snapshot is another."""

    def __init__(self, store: Store, executor: Executor, bundles: Bundles, clock: Clock) -> None:
        self._store = store
        self._executor = executor
        self._bundles = bundles
        self._clock = clock
        self._seen: Snapshot | None = None
        self._next = clock.monotonic()

    def step(self, snapshot: Snapshot, now: datetime) -> None:
        """Tell what is due within the next minute, where it is time. Raises StoreUnavailable."""
        moment = self._clock.monotonic()
        if snapshot is self._seen and moment < self._next:
            return
        tasks = self._store.soon(now + _AHEAD, _MOST)
        self._seen, self._next = snapshot, moment + _EVERY
        self._executor.expect(
            [
                Expected(name, self._bundles.path(standing.task.version), snapshot.app.root)
                for name in tasks
                if (standing := snapshot.tasks.get(name)) is not None
            ]
        )
