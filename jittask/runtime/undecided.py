"""The date-field tasks whose due runs wait for the next scan after a time away (rule D8).

What was pending when the runtimes of a store went away would otherwise begin
before the scan has decided which of a row's missed occurrences is the latest.
How far a task has been scanned is in the store, so that a runtime that joins
others holds nothing back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from jittask.compiler.compiled import DateFieldTask
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store

_SCANS = 2
"""Without so many scans, a runtime has been away, or a task has not been scanned."""
_LOOK_EVERY = timedelta(seconds=1)


class UndecidedTasks:
    """Knows when this runtime has been away: at its start, asleep, or without its store.

    A clock that was set back counts too: what was noted before says nothing then. A
    disabled task is never scanned, and holds nothing.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tasks: frozenset[str] = frozenset()
        self._back_since: datetime | None = None
        """When it was back; None: it has not looked yet."""
        self._was_here: datetime | None = None
        self._looked: datetime | None = None

    def tasks(self, snapshot: Snapshot, now: datetime) -> frozenset[str]:
        """Return the tasks that no scan has reached since. Raises StoreUnavailable."""
        scans = _SCANS * timedelta(seconds=snapshot.app.settings.runtime.scan_seconds)
        if self._was_here is None or not timedelta(0) <= now - self._was_here <= scans:
            self._back_since, self._looked = now, None
            self._tasks = self._behind(snapshot, now - scans)
        elif self._tasks and (self._looked is None or now - self._looked >= _LOOK_EVERY):
            assert self._back_since is not None
            self._tasks &= self._behind(snapshot, self._back_since - scans)
            self._looked = now
        return self._tasks

    def here(self, now: datetime) -> None:
        """Note that this runtime has looked for due runs, and its store has answered."""
        self._was_here = now

    def _behind(self, snapshot: Snapshot, since: datetime) -> frozenset[str]:
        dated = [
            name
            for name, running in snapshot.tasks.items()
            if isinstance(running.task, DateFieldTask) and running.task.enabled
        ]
        marks = self._store.watermarks() if dated else {}
        return frozenset(
            name for name in dated if name in marks and marks[name].planned_until < since
        )
