"""What follows when files change: compile, lay out, swap, and report (rules H1, H3)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from jittask.clock import Clock
from jittask.compiler import compile_tree
from jittask.data.app_data import AppData
from jittask.runtime.bundles import BundleChanged, Bundles
from jittask.runtime.current import Current, Loaded
from jittask.runtime.element_states import ElementStates
from jittask.runtime.events import Broken, Event, Reloaded, Trouble
from jittask.runtime.model_tables import create_missing_tables
from jittask.runtime.settings_effect import RestartNotice
from jittask.runtime.snapshot import Changes, Snapshot, next_snapshot

_RETRY_SECONDS = 5.0


class Reloader:
    """Makes the next snapshot from the tree as it is; safe to call from several threads."""

    def __init__(
        self,
        root: Path,
        current: Current,
        bundles: Bundles,
        states: ElementStates,
        clock: Clock,
        emit: Callable[[Event], None],
    ) -> None:
        self._root = root
        self._current = current
        self._bundles = bundles
        self._states = states
        self._clock = clock
        self._emit = emit
        self._restart_notice = RestartNotice(current.snapshot.app.settings, emit)
        self._one_at_a_time = threading.Lock()
        self._closed = False
        self._failure: str | None = None
        self._retry_at: float | None = None

    @property
    def retry_is_due(self) -> bool:
        """Whether the last reload failed on the disk, and it is time to try again."""
        return self._retry_at is not None and self._clock.monotonic() >= self._retry_at

    def reload(self) -> None:
        """Compile the tree; where something changed, swap the snapshot and report it.

        A disk that cannot be read or written is reported, and the reload is
        tried again. Raises StoreUnavailable, and then the swap has been made.
        """
        with self._one_at_a_time:
            if self._closed:
                return
            try:
                self._reload()
            except OSError as error:
                self._failed(error)
            else:
                self._failure = self._retry_at = None

    def close(self) -> None:
        """Wait for a reload that another thread makes, and reload no more."""
        with self._one_at_a_time:
            self._closed = True

    def _reload(self) -> None:
        began = self._clock.monotonic()
        before = self._current.loaded
        compilation = compile_tree(self._root, imports=True, previous=before.compilation)
        try:
            app = compilation.app
            self._bundles.lay_out_all(app.tasks.values(), self._root, app.settings)
        except BundleChanged:
            return  # the files changed again: the next look compiles them
        now = self._clock.now()
        snapshot, changes = next_snapshot(before.snapshot, compilation, now)
        data = before.data
        if snapshot.app.databases != data.databases:
            data = AppData(snapshot.app.databases, self._root)
        create_missing_tables(data, snapshot, now, self._emit)
        self._current.swap(Loaded(snapshot, compilation, data))
        self._restart_notice.check(snapshot.app.settings, now)
        if changes:
            self._states.reloaded(now, success=not snapshot.broken)
            for event in _events(snapshot, changes, now, self._clock.monotonic() - began):
                self._emit(event)
            self._states.write_pending()

    def _failed(self, error: OSError) -> None:
        self._retry_at = self._clock.monotonic() + _RETRY_SECONDS
        text = f"the tree cannot be reloaded: {error}; the last version keeps running"
        if text != self._failure:
            self._failure = text
            self._emit(Trouble(self._clock.now(), "reload-failed", text))


def broken_elements(snapshot: Snapshot, now: datetime) -> Iterator[Event]:
    """Yield an event for every element that is broken."""
    for name in sorted(snapshot.broken):
        yield _broken(snapshot, name, now)


def _events(snapshot: Snapshot, changes: Changes, now: datetime, seconds: float) -> Iterator[Event]:
    if changes.added or changes.changed or changes.removed or changes.fixed:
        yield Reloaded(now, changes.added, changes.changed, changes.removed, changes.fixed, seconds)
    for name in changes.broken:
        yield _broken(snapshot, name, now)


def _broken(snapshot: Snapshot, name: str, now: datetime) -> Broken:
    last_good = snapshot.tasks.get(name)
    return Broken(
        now,
        name,
        last_good.task.version if last_good else None,
        last_good.since if last_good else None,
        snapshot.broken[name],
    )
