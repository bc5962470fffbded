"""Keeps the store from growing without bound (R3, D7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from jittask.runtime.activation import DEFAULT_GRACE
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store

_EVERY = timedelta(hours=1)
_AT_ONCE = 1000
_BUNDLES_KEPT = timedelta(days=1)
"""For how long a version is kept for workers that nothing runs any more; a task may return."""


class Upkeep:
    """Every hour removes old records, a bounded number a step, and pauses that are over.

    Of versions that were kept for workers, those that run no more (R10).

    It also ends runs that wait for a task which was removed a day ago.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next: datetime | None = None

    def step(self, snapshot: Snapshot, now: datetime) -> None:
        """Prune where it is time; a full portion means that the next step prunes again."""
        if self._next is not None and now < self._next:
            return
        self._store.forget_pauses(now)
        self._store.end_abandoned(now - DEFAULT_GRACE, now)
        if self._store.shared:
            self._store.prune_bundles(now - _BUNDLES_KEPT)
        days = snapshot.app.settings.retention_days
        pruned = self._store.prune(now, days, _AT_ONCE)
        self._next = now if pruned == _AT_ONCE else now + _EVERY
