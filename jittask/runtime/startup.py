"""The steps by which a runtime opens: each refuses with one line, or returns what it opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from threading import Event as Signal

from jittask import zonedata
from jittask.clock import Clock
from jittask.compiler import compile_tree
from jittask.compiler.compiled import Compilation, ScheduledTask
from jittask.model import AppSettings, RuntimeSettings
from jittask.runtime.bundles import BundleChanged, Bundles
from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.events import NotFiring, Ready
from jittask.runtime.executors.inline import InlineExecutor
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.executors.protocol import Executor
from jittask.runtime.executors.thread import ThreadExecutor
from jittask.runtime.snapshot import UNSET, RunningTask, Snapshot, first_snapshot
from jittask.schedule.timer import Followers
from jittask.store import Store, StoreError
from jittask.store import state_folder as _state_folder
from jittask.store.control import Pause
from jittask.store.lock import FileLock
from jittask.store.status_types import ElementRow

_COMPILE_TRIES = 3


def refuse_broken_app(compilation: Compilation) -> None:
    """Refuse a tree whose ``app.json`` cannot be used: every task depends on it."""
    for one in compilation.diagnostics:
        if one.is_error and one.element is None and one.location.file in ("app.json", "."):
            place = f"{one.location.file}:{one.location.line}:{one.location.column}"
            raise RuntimeFailure(f"{place}: {one.message}", one.hint)


def refuse_unset_environment(compilation: Compilation) -> None:
    """Refuse to run with a ``${NAME}`` that the environment lacks (F2)."""
    for one in compilation.diagnostics:
        if one.code == UNSET:
            place = f"{one.location.file}:{one.location.line}:{one.location.column}"
            raise RuntimeFailure(f"{place}: {one.message}", one.hint)


def open_store(settings: AppSettings, root: Path) -> Store:
    """Open the run store, made where it is missing."""
    try:
        return Store.open(settings, root, create=True)
    except StoreError as error:
        raise RuntimeFailure(str(error), error.hint) from error


def state_folder(root: Path) -> Path:
    """Return the tree's ``.jittask`` folder."""
    try:
        return _state_folder(root)
    except StoreError as error:
        raise RuntimeFailure(str(error), error.hint) from error


def take_lock(store: Store, identity: str) -> FileLock:
    """Become the one runtime of this tree on this machine."""
    try:
        lock = store.take_runtime_lock(identity)
    except StoreError as error:
        raise RuntimeFailure(str(error), error.hint) from error
    if isinstance(lock, str):
        raise RuntimeFailure(
            f"another runtime ({lock}) already runs these tasks",
            hint="stop it first; jittask status tells its process id",
        )
    return lock


def wait_for_leftovers(store: Store, clock: Clock, patience: float) -> None:
    """Wait until no body of a runtime that was killed is left (R4)."""
    lock = store.bodies_lock()
    end = clock.monotonic() + patience
    never = Signal()
    while not lock.take():
        if clock.monotonic() >= end:
            raise RuntimeFailure(
                f"a worker process of a killed runtime still runs a task after {patience:g} s",
                hint=f"find it with: fuser {lock.path}",
            )
        clock.wait(never, 0.05)
    lock.free()


def open_executor(settings: RuntimeSettings, store: Store, clock: Clock) -> Executor:
    """Start what runs bodies, as ``settings.runtime.executor`` says (R6)."""
    kinds: dict[str, Callable[[int, Path, Clock], Executor]] = {
        "process": ProcessExecutor,
        "thread": ThreadExecutor,
        "inline": InlineExecutor,
    }
    return kinds[settings.executor](settings.workers, store.bodies_lock().path, clock)


def first(
    compilation: Compilation, ran: Mapping[str, ElementRow], bundles: Bundles, now: datetime
) -> Snapshot:
    """Make the first snapshot: lay out what loads, and find what ran before of what does not."""
    for attempt in range(_COMPILE_TRIES):
        try:
            app = compilation.app
            bundles.lay_out_all(app.tasks.values(), app.root, app.settings)
            break
        except BundleChanged:
            if attempt == _COMPILE_TRIES - 1:
                raise RuntimeFailure(
                    "the tree's files keep changing", hint="try again when they have settled"
                ) from None
            compilation = compile_tree(compilation.app.root, imports=True)
        except OSError as error:
            raise RuntimeFailure(f"cannot keep the tasks' versions: {error}") from error
    since = {row.version: row.since for row in ran.values() if row.version is not None}
    return first_snapshot(compilation, _last_good(compilation, ran, bundles), since, now)


def _last_good(
    compilation: Compilation, ran: Mapping[str, ElementRow], bundles: Bundles
) -> dict[str, RunningTask]:
    """Compile, from their bundles, the versions that ran before of tasks that are broken now."""
    found: dict[str, RunningTask] = {}
    for name in compilation.broken:
        row = ran.get(name)
        if row is None or row.version is None or not bundles.has(row.version):
            continue
        kept = compile_tree(bundles.path(row.version))
        task = kept.app.tasks.get(name)
        if task is not None:
            found[name] = RunningTask(task, row.since)
    return found


def ready(snapshot: Snapshot, store: Store, compilation: Compilation, now: datetime) -> Ready:
    """Say that the runtime runs, and what of it will not fire (V8)."""
    followers = Followers()
    following = {
        name: followers.after(one.task.timer, now)
        for name, one in snapshot.tasks.items()
        if one.task.enabled and isinstance(one.task, ScheduledTask)
    }
    upcoming = ((one.effective, name) for name, one in following.items() if one is not None)
    soonest = min(upcoming, default=None)
    never = frozenset(name for name, one in following.items() if one is None)
    settings = compilation.app.settings
    return Ready(
        at=now,
        root=str(snapshot.app.root),
        tasks=len(snapshot.tasks),
        workers=settings.runtime.workers,
        executor=settings.runtime.executor,
        store=store.place,
        zone=settings.timezone,
        next_task=soonest[1] if soonest else None,
        next_at=soonest[0] if soonest else None,
        not_firing=tuple(_not_firing(snapshot, never, store.pauses(), now)),
    )


def _not_firing(
    snapshot: Snapshot, never: frozenset[str], pauses: Mapping[str, Pause], now: datetime
) -> list[NotFiring]:
    """Return what will not fire; ``never``: the tasks without an occurrence after ``now``."""
    zone = zonedata.zone(snapshot.app.settings.timezone)
    found: list[NotFiring] = []
    for name, findings in snapshot.broken.items():
        if name not in snapshot.tasks:
            found.append(NotFiring(name, "broken", findings[0].message))
    for name, one in snapshot.tasks.items():
        task = one.task
        if not task.enabled:
            found.append(NotFiring(name, "disabled", "enable is 0"))
        elif name in pauses and pauses[name].is_active(now):
            found.append(NotFiring(name, "paused", pauses[name].describe(zone)))
        elif name in never and isinstance(task, ScheduledTask):
            last = _was_before(task, now)
            code, text = ("end-past", "its end has passed") if last else ("never", "it never fires")
            found.append(NotFiring(name, code, text))
    return sorted(found, key=lambda one: one.task)


def _was_before(task: ScheduledTask, now: datetime) -> bool:
    first_one = task.timer.after(datetime.fromtimestamp(0, now.tzinfo))
    return first_one is not None and first_one.effective <= now
