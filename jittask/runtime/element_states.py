"""Writes the state of every element to the store, for ``status`` and the next start (H3, H4)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
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
        self._known: dict[str, ElementRow] | None = dict(known)
        """None where it is not known what has been written."""
        self._one_writes = threading.Lock()
        self._noting = threading.Lock()
        self._unwritten: tuple[datetime, bool] | None = None
        self._names: set[str] = set()
        """The elements whose rows may differ from what the store has."""

    def reloaded(self, now: datetime, names: Collection[str], *, success: bool) -> None:
        """Note a reload, and the elements that it has changed, for the next ``write_pending``."""
        with self._noting:
            self._names |= {*names}
            self._unwritten = (now, success)

    def write_pending(self) -> None:
        """Write the last reload where the store does not have it yet. Raises StoreUnavailable."""
        with self._one_writes:  # the work and the watch both call it
            if self._unwritten is None:
                return
            with self._noting:
                unwritten, names, self._names = self._unwritten, self._names, set()
            self._write(names)
            self._store.note(self._identity(), reloaded=unwritten)
            with self._noting:
                if self._unwritten is unwritten:
                    self._unwritten = None

    def write(self) -> None:
        """Write what runs and what is broken, of every element. Raises StoreUnavailable."""
        with self._one_writes:
            self._write(None)

    def _write(self, names: Collection[str] | None) -> None:
        """Write the rows of these elements; of all, where None or where it is not known."""
        snapshot, known = self._snapshot(), self._known
        self._known = None  # unknown until it is written
        if known is None:
            known, names = dict(self._store.elements()), None
        if names is None:
            names = {*snapshot.tasks, *snapshot.broken, *known}
        rows = dict(_rows(snapshot, names))
        self._store.put_elements(rows, {name: known[name] for name in names if name in known})
        for name in names:
            known.pop(name, None)
        known.update(rows)
        self._known = known


def _rows(snapshot: Snapshot, names: Collection[str]) -> Iterator[tuple[str, ElementRow]]:
    for name in names:
        running, diagnostics = snapshot.tasks.get(name), snapshot.broken.get(name)
        version = running.task.version if running else None
        if diagnostics is not None:
            broken_since = snapshot.broken_since[name]
            since = running.since if running else broken_since
            yield name, ElementRow(name, "broken", version, since, diagnostics, broken_since)
        elif running is not None:
            state = "running" if running.task.enabled else "disabled"
            yield name, ElementRow(name, state, version, running.since, ())
