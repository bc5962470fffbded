"""What follows when files change: compile, lay out, swap, and tell (rules H1, H3)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from jittask.clock import Clock
from jittask.compiler import compile_tree
from jittask.compiler.compiled import Compilation
from jittask.data.app_data import AppData
from jittask.data.databases import DataError
from jittask.runtime.bundles import BundleChanged, Bundles
from jittask.runtime.events import Broken, Event, Reloaded, Trouble
from jittask.runtime.snapshot import Changes, Snapshot, next_snapshot
from jittask.store import Store
from jittask.store.status_types import ElementRow


class Reloader:
    """Makes the next snapshot from the tree as it is."""

    def __init__(
        self,
        root: Path,
        compilation: Compilation,
        bundles: Bundles,
        store: Store,
        identity: Callable[[], str],
        clock: Clock,
        emit: Callable[[Event], None],
        swap: Callable[[Snapshot], None],
        known: Mapping[str, ElementRow],
    ) -> None:
        """``known``: what the store has heard of the elements."""
        self._root = root
        self._compilation = compilation
        self._bundles = bundles
        self._store = store
        self._identity = identity
        self._clock = clock
        self._emit = emit
        self._swap = swap
        self._known: Mapping[str, ElementRow] | None = known
        self._one_at_a_time = threading.Lock()
        self._one_writes = threading.Lock()
        self._unwritten: tuple[datetime, bool] | None = None
        self.current: Snapshot

    def reload(self) -> None:
        """Compile the tree; where something changed, swap the snapshot and tell of it."""
        with self._one_at_a_time:
            self._reload()

    def _reload(self) -> None:
        began = self._clock.monotonic()
        compilation = compile_tree(self._root, imports=True, previous=self._compilation)
        try:
            app = compilation.app
            self._bundles.lay_out_all(app.tasks.values(), self._root, app.settings)
        except BundleChanged:
            return  # the files changed again: the next look compiles them
        now = self._clock.now()
        snapshot, changes = next_snapshot(self.current, compilation, now)
        self._compilation = compilation
        self.current = snapshot
        self._swap(snapshot)
        if changes:
            self._unwritten = (now, not snapshot.broken)
            for event in self._events(snapshot, changes, now, self._clock.monotonic() - began):
                self._emit(event)
            self.write_pending_state()

    def broken_elements(self) -> Iterator[Event]:
        """Yield an event for every element that is broken now."""
        now = self._clock.now()
        for name in sorted(self.current.broken):
            yield self._broken(self.current, name, now)

    def write_pending_state(self) -> None:
        """Write of the last reload what the store has not heard. Raises StoreUnavailable."""
        with self._one_writes:  # the thread that works and the one that watches
            unwritten = self._unwritten
            if unwritten is None:
                return
            self.write_elements(self.current)
            self._store.note(self._identity(), reloaded=unwritten)
            if self._unwritten is unwritten:
                self._unwritten = None

    def write_elements(self, snapshot: Snapshot) -> None:
        """Keep what runs and what is broken, for ``status`` and for the next start (H3, H4)."""
        now = self._clock.now()
        rows: dict[str, ElementRow] = {}
        for name, one in snapshot.tasks.items():
            state = "running" if one.task.enabled else "disabled"
            rows[name] = ElementRow(name, state, one.task.version, one.since, ())
        for name, findings in snapshot.broken.items():
            standing = snapshot.tasks.get(name)
            rows[name] = ElementRow(
                name,
                "broken",
                standing.task.version if standing else None,
                standing.since if standing else now,
                findings,
            )
        known, self._known = self._known, None  # until it is written, not known
        self._store.put_elements(rows, self._store.elements() if known is None else known)
        self._known = rows

    def make_tables(self, data: AppData, snapshot: Snapshot, now: datetime) -> None:
        """Make the tables that JitAi models lack, and say so (F9)."""
        for model in snapshot.app.models.values():
            try:
                if data.create_missing(model):
                    text = f"{model.name}: made the missing table {model.table}"
                    self._emit(Trouble(now, "table-made", text))
            except DataError as error:
                self._emit(Trouble(now, "table-failed", f"{model.name}: {error}"))

    def _events(
        self, snapshot: Snapshot, changes: Changes, now: datetime, seconds: float
    ) -> Iterator[Event]:
        if changes.added or changes.changed or changes.removed or changes.mended:
            yield Reloaded(
                now, changes.added, changes.changed, changes.removed, changes.mended, seconds
            )
        for name in changes.broken:
            yield self._broken(snapshot, name, now)

    def _broken(self, snapshot: Snapshot, name: str, now: datetime) -> Broken:
        standing = snapshot.tasks.get(name)
        return Broken(
            now,
            name,
            standing.task.version if standing else None,
            standing.since if standing else None,
            snapshot.broken[name],
        )
