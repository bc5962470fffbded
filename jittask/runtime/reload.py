"""What follows when files change: compile, lay out, swap, and report (rules H1, H3)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from jittask.clock import Clock
from jittask.compiler.compiled import Compilation, CompiledTask
from jittask.compiler.incremental import TreeCompiler
from jittask.data.app_data import AppData
from jittask.runtime.bundle_source import BundleChanged
from jittask.runtime.bundles import Bundles
from jittask.runtime.current import Current, Loaded
from jittask.runtime.element_states import ElementStates
from jittask.runtime.events import Broken, Event, Reloaded, Trouble
from jittask.runtime.reasons import reason_of
from jittask.runtime.renames import describe, renames
from jittask.runtime.settings_effect import RestartNotice
from jittask.runtime.snapshot import Changes, Snapshot, next_snapshot
from jittask.runtime.task_boundary import OF_BUNDLES, Fault, TaskBoundary
from jittask.store import StoreError

_RETRY_SECONDS = 5.0


class Reloader:
    """Makes the next snapshot from the tree as it is; safe to call from several threads."""

    def __init__(
        self,
        compiler: TreeCompiler,
        current: Current,
        bundles: Bundles,
        states: ElementStates,
        clock: Clock,
        emit: Callable[[Event], None],
        boundary: TaskBoundary,
    ) -> None:
        self._compiler = compiler
        self._compiled = current.loaded.compilation
        """The last one; it has been swapped in, or could not be."""
        self._touched: set[str] | None = set()
        """The elements that may differ from what runs; None: any may."""
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

    def reload(self, paths: Collection[str] | None = None) -> None:
        """Compile these paths; where something changed, swap the snapshot and report it.

        None is all of the tree: every file is looked at.
        What fails (such as a disk that cannot be written) is reported, and the
        reload is tried again. Raises StoreUnavailable, and then the swap has been made.
        """
        with self._one_at_a_time:
            if self._closed:
                return
            try:
                self._reload(paths)
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

    def _reload(self, paths: Collection[str] | None) -> None:
        began = self._clock.monotonic()
        before = self._current.loaded
        compilation = self._compile(paths)
        blocked = {entry.task for entry in self._boundary.entries() if entry.code in OF_BUNDLES}
        touched = None if self._touched is None else self._touched | blocked
        if not (touched is None or touched or before.snapshot.absent) and (
            compilation is before.compilation
        ):
            return
        app = compilation.app
        names = app.tasks.keys() if touched is None else touched & app.tasks.keys()
        try:
            unkept = self._bundles.lay_out_all([app.tasks[name] for name in names], app.root)
        except BundleChanged:
            return  # the files changed again: the next look compiles them
        now = self._clock.now()
        snapshot, changes = next_snapshot(before.snapshot, compilation, now, unkept, touched)
        self._note_unkept(unkept, before.snapshot, now)
        data = before.data
        if snapshot.app.databases != data.databases:
            data = AppData(snapshot.app.databases, app.root)
        self._current.swap(Loaded(snapshot, compilation, data))
        if snapshot.app is app:  # else the manifest is broken, and all of before still runs
            self._touched = set()
        self._try_blocked_again(before, self._current.loaded, touched, now)
        self._restart_notice.check(snapshot.app.settings, now)
        if changes:
            rows = changes.names | (before.snapshot.broken.keys() ^ snapshot.broken.keys())
            self._states.reloaded(now, rows, success=not snapshot.broken)
            for event in _events(snapshot, changes, now, self._clock.monotonic() - began):
                self._emit(event)
            if renamed := renames(before.snapshot, snapshot):
                self._emit(Trouble(now, "task-renamed", describe(renamed)))
            self._states.write_pending()

    def _compile(self, paths: Collection[str] | None) -> Compilation:
        """Compile, and note what may differ from what runs."""
        compiler, before = self._compiler, self._compiled
        if paths is None:
            compilation = compiler.look_at_all(self._lay_out_ahead)
        else:
            compilation = compiler.apply(paths, self._lay_out_ahead)
        self._compiled = compilation
        if compilation is not before:
            fresh = compilation.reusable.touched
            known = self._touched
            self._touched = None if fresh is None or known is None else known | fresh
        return compilation

    def _lay_out_ahead(self, tasks: Collection[CompiledTask]) -> None:
        """Lay out versions while another process imports them.

        What fails here is tried again when they have been imported, and reported then.
        """
        app = self._compiled.app  # where its settings change what a version is, all is compiled
        with suppress(BundleChanged, OSError):
            self._bundles.lay_out_all(tasks, app.root)

    def _note_unkept(
        self, unkept: Mapping[str, Exception], running: Snapshot, now: datetime
    ) -> None:
        """Block the tasks whose files cannot be kept for workers, and no others."""
        for entry in self._boundary.entries():
            if entry.code == Fault.BUNDLE and entry.task in running.tasks:
                continue  # BundleRetry ends it, once its version has a folder
            if entry.code in OF_BUNDLES and entry.task not in unkept:
                self._boundary.end(entry.task, Fault(entry.code), now)
        for name, error in unkept.items():
            known = running.tasks.get(name)
            kept = known is not None and self._bundles.has(known.task.version)
            fault = Fault.RELOAD if kept else Fault.BUNDLE
            self._boundary.block(name, fault, reason_of(error), now)

    def _try_blocked_again(
        self, before: Loaded, after: Loaded, touched: Collection[str] | None, now: datetime
    ) -> None:
        """Let tasks be tried at once whose files, models or databases have changed."""
        self._boundary.use_scan_seconds(after.snapshot.app.settings.runtime.scan_seconds, now)
        known, now_running = before.snapshot.tasks, after.snapshot.tasks
        changed = {
            name
            for name in (now_running if touched is None else now_running.keys() & {*touched})
            if name not in known or known[name].task is not now_running[name].task
        }
        self._boundary.reset(now, changed if after.data is before.data else None)

    def _failed(self, error: Exception) -> None:
        self._retry_at = self._clock.monotonic() + _RETRY_SECONDS
        self._touched = None  # what has been done of it is not known
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
