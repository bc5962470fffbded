"""Which models bodies have changed, for the scan of the runtime that plans (rule D10).

What a body commits reaches its own runtime through the executor, and the
runtime that plans through the store, where it is another one.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import datetime

from jittask.runtime.signals import Signals
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store


class ModelChanges:
    """Gathers changes until the scan takes them; safe to call from several threads."""

    def __init__(self, store: Store, signals: Signals) -> None:
        self._store = store
        self._signals = signals
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._known: dict[str, int] | None = None
        """As the store had them; None: this runtime does not plan, or has not looked."""

    def add(self, models: Collection[str]) -> None:
        """Note that rows of these models have changed."""
        with self._lock:
            self._names |= set(models)
        self._signals.changed.set()

    def take(self) -> frozenset[str]:
        """Return what has changed since the last call."""
        with self._lock:
            names, self._names = frozenset(self._names), set()
        return names

    def share(self, snapshot: Snapshot, now: datetime, *, leads: bool) -> None:
        """Tell the runtime that plans, or learn from the others. Raises StoreUnavailable."""
        if not self._store.shared:
            return
        if not leads:
            self._known = None
            names = self.take() & snapshot.app.models.keys()
            if names:
                self._store.note_model_changes(sorted(names), now)
            return
        found = self._store.model_changes()
        if self._known is not None:
            news = {name for name, count in found.items() if self._known.get(name) != count}
            if news:
                self.add(news)
        self._known = found  # what came before is found by the first scan of the term
