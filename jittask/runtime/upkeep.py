"""The duty that keeps the store and the folder of bundles from growing for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from jittask.runtime.activation import DEFAULT_GRACE
from jittask.runtime.bundles import Bundles
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store

_EVERY = timedelta(hours=1)
_AT_ONCE = 1000


class Upkeep:
    """Every hour prunes old records, a bounded number a step, and pauses that are over.

    What waits for a task that has been away for a day ends too.
    """

    def __init__(self, store: Store, bundles: Bundles, retention_days: int) -> None:
        self._store = store
        self._bundles = bundles
        self._days = retention_days
        self._next: datetime | None = None

    def step(self, snapshot: Snapshot, now: datetime) -> None:
        """Prune where it is time; a full portion means that more waits, for the next step."""
        if self._next is not None and now < self._next:
            return
        if self._next is None:
            self._bundles.forget_all_but(
                frozenset(one.task.version for one in snapshot.tasks.values())
            )
        self._store.forget_pauses(now)
        self._store.end_abandoned(now - DEFAULT_GRACE, now)
        pruned = self._store.prune(now, self._days, _AT_ONCE)
        self._next = now if pruned == _AT_ONCE else now + _EVERY
