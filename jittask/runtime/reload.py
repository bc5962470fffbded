"""What follows when files change: compile, lay out, swap, and report (rules H1, H3)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from jittask.clock import Clock
from jittask.compiler import compile_tree
from jittask.data.app_data import AppData
from jittask.runtime.bundles import BundleChanged, Bundles
from jittask.runtime.current import Current, Loaded
from jittask.runtime.element_states import ElementStates
from jittask.runtime.events import Broken, Event, Reloaded, Trouble
from jittask.runtime.reasons import reason_of
from jittask.runtime.settings_effect import RestartNotice
from jittask.runtime.snapshot import Changes, Snapshot, next_snapshot
from jittask.runtime.task_boundary import OF_BUNDLES, Fault, TaskBoundary
from jittask.store import StoreError

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
        boundary: TaskBoundary,
    ) -> None:
        self._root = root
        self._current = current
        self._bundles = bundles
        self._states = states
        self._clock = clock
        self._emit = emit
        self._boundary = boundary
        self._restart_notice = RestartNotice(current.snapshot.app.settings, emit)
        self._one_at_a_time = threading.Lock()
        self._closed = False
        self._failure: str | None = None
        self._retry_at: float | None = None

    @property
    def retry_is_due(self) -> bool:
        """Whether the last reload failed, also for a single task, and it is time to try again."""
        if self._retry_at is not None and self._clock.monotonic() >= self._retry_at:
            return True
        return self._boundary.any_due(OF_BUNDLES, self._clock.now())

    def reload(self) -> None:
        """Compile the tree; where something changed, swap the snapshot and report it.

        What fails (such as a disk that cannot be written) is reported, and the
        reload is tried again. Raises StoreUnavailable, and then the swap has been made.
        """
        with self._one_at_a_time:
            if self._closed:
                return
            try:
                self._reload()
            except StoreError:
                raise
            except Exception as error:
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
            unkept = self._bundles.lay_out_all(app.tasks.values(), self._root, app.settings)
        except BundleChanged:
            return  # the files changed again: the next look compiles them
        now = self._clock.now()
        snapshot, changes = next_snapshot(before.snapshot, compilation, now, unkept)
        self._note_unkept(unkept, before.snapshot, now)
        data = before.data
        if snapshot.app.databases != data.databases:
            data = AppData(snapshot.app.databases, self._root)
        self._current.swap(Loaded(snapshot, compilation, data))
        self._try_blocked_again(before, self._current.loaded, now)
        self._restart_notice.check(snapshot.app.settings, now)
        if changes:
            self._states.reloaded(now, success=not snapshot.broken)
            for event in _events(snapshot, changes, now, self._clock.monotonic() - began):
                self._emit(event)
            self._states.write_pending()

    def _note_unkept(
        self, unkept: Mapping[str, Exception], running: Snapshot, now: datetime
    ) -> None:
        """Block the tasks whose files cannot be kept for workers, and no others."""
        for entry in self._boundary.entries():
            if entry.code in OF_BUNDLES and entry.task not in unkept:
                self._boundary.end(entry.task, Fault(entry.code), now)
        for name, error in unkept.items():
            known = running.tasks.get(name)
            kept = known is not None and self._bundles.has(known.task.version)
            fault = Fault.RELOAD if kept else Fault.BUNDLE
            self._boundary.block(name, fault, reason_of(error), now)

    def _try_blocked_again(self, before: Loaded, after: Loaded, now: datetime) -> None:
        """Let tasks be tried at once whose files, models or databases have changed."""
        self._boundary.use_scan_seconds(after.snapshot.app.settings.runtime.scan_seconds, now)
        known = before.snapshot.tasks
        changed = {
            name
            for name, running in after.snapshot.tasks.items()
            if name not in known or known[name].task is not running.task
        }
        self._boundary.reset(now, changed if after.data is before.data else None)

    def _failed(self, error: Exception) -> None:
        self._retry_at = self._clock.monotonic() + _RETRY_SECONDS
        words = str(error) if isinstance(error, OSError) else reason_of(error)
        text = f"the tree cannot be reloaded: {words}; the last version keeps running"
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
