"""Keeps the store from growing without bound (R3, D7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from jittask.model import Retention
from jittask.runtime.activation import DEFAULT_GRACE, grace
from jittask.runtime.events import Event, Trouble
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store

_EVERY = timedelta(hours=1)
_AT_ONCE = 200
_MEGABYTE = 1_000_000
_BUNDLES_KEPT = timedelta(days=1)
"""For how long a version is kept for workers that nothing runs any more; a task may return."""


class Upkeep:
    """Every hour removes old records, a bounded number a step, and pauses that are over.

    Of versions that were kept for workers, those that run no more (R10).

    It also ends runs that wait for a task which was removed a day ago.
    """

    def __init__(self, store: Store, emit: Callable[[Event], None]) -> None:
        self._store = store
        self._emit = emit
        self._next: datetime | None = None
        self._reported: str | None = None

    def step(self, snapshot: Snapshot, now: datetime) -> None:
        """Prune where it is time; where there may be more, the next step prunes again."""
        if self._next is not None and now < self._next:
            return
        self._store.forget_pauses(now)
        self._store.end_abandoned(now - DEFAULT_GRACE, now)
        if self._store.shared:
            self._store.prune_bundles(now - _BUNDLES_KEPT)
        retention = snapshot.app.settings.retention
        pruned = self._store.prune(now, retention, _AT_ONCE)
        if not pruned:
            pruned = self._prune_by_size(retention, snapshot, now)
        self._next = now if pruned else now + _EVERY

    def _prune_by_size(self, retention: Retention, snapshot: Snapshot, now: datetime) -> int:
        """Delete the oldest where the records take more than they may; return how many.

        Without its record, an occurrence within its grace would look like one that
        has not run: none of these is deleted (I2).
        """
        allowed = retention.max_megabytes
        if allowed is None:
            self._reported = None
            return 0
        used = self._store.size().used
        if used is None:
            self._report("maxMegabytes is for an SQLite store: only days are kept to here", now)
            return 0
        if used <= allowed * _MEGABYTE:
            self._reported = None
            return 0
        graces = (grace(running.task) for running in snapshot.tasks.values())
        keep = max(DEFAULT_GRACE, *graces, DEFAULT_GRACE)
        pruned = self._store.prune_oldest(now - keep, _AT_ONCE)
        if not pruned:
            self._report(
                f"the records take more than maxMegabytes ({allowed:g}), and all of them are "
                f"needed: none ended more than {keep.total_seconds() / 3600:g} hours ago",
                now,
            )
        return pruned

    def _report(self, text: str, now: datetime) -> None:
        """Report it once, until it is over."""
        if text != self._reported:
            self._reported = text
            self._emit(Trouble(now, "store-too-large", text))
