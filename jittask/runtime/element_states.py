"""Writes the state of every element to the store, for ``status`` and the next start (H3, H4)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from jittask.clock import Clock
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store
from jittask.store.status_types import ElementRow


class ElementStates:
    """What the store knows of the elements; safe to call from several threads."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        identity: Callable[[], str],
        snapshot: Callable[[], Snapshot],
        known: Mapping[str, ElementRow],
    ) -> None:
        """``known``: what the store has now. ``snapshot`` returns what runs."""
        self._store = store
        self._clock = clock
        self._identity = identity
        self._snapshot = snapshot
        self._known: Mapping[str, ElementRow] | None = known
        self._one_writes = threading.Lock()
        self._unwritten: tuple[datetime, bool] | None = None

    def reloaded(self, now: datetime, *, success: bool) -> None:
        """Note a reload, for the next ``write_pending``."""
        self._unwritten = (now, success)

    def write_pending(self) -> None:
        """Write the last reload where the store does not have it yet. Raises StoreUnavailable."""
        with self._one_writes:  # the work and the watch both call it
            unwritten = self._unwritten
            if unwritten is None:
                return
            self.write()
            self._store.note(self._identity(), reloaded=unwritten)
            if self._unwritten is unwritten:
                self._unwritten = None

    def write(self) -> None:
        """Write what runs and what is broken. Raises StoreUnavailable."""
        rows = _rows(self._snapshot(), self._clock.now())
        known, self._known = self._known, None  # unknown until it is written
        self._store.put_elements(rows, self._store.elements() if known is None else known)
        self._known = rows


def _rows(snapshot: Snapshot, now: datetime) -> dict[str, ElementRow]:
    rows: dict[str, ElementRow] = {}
    for name, running in snapshot.tasks.items():
        state = "running" if running.task.enabled else "disabled"
        rows[name] = ElementRow(name, state, running.task.version, running.since, ())
    for name, diagnostics in snapshot.broken.items():
        last_good = snapshot.tasks.get(name)
        rows[name] = ElementRow(
            name,
            "broken",
            last_good.task.version if last_good else None,
            last_good.since if last_good else now,
            diagnostics,
        )
    return rows
