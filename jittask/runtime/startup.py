"""The steps by which a runtime opens: each refuses with one line, or returns what it opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event as Signal

from jittask.clock import Clock
from jittask.compiler import compile_tree, environment_settings
from jittask.compiler.compiled import Compilation
from jittask.compiler.incremental import TreeCompiler
from jittask.data.engines import ENGINES
from jittask.diagnostics import Diagnostic
from jittask.drivers import missing_driver
from jittask.model import AppSettings
from jittask.runtime.bundle_source import BundleChanged
from jittask.runtime.bundles import Bundles
from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.bodies_mark import end_marked, mark_of
from jittask.runtime.executors.descendants import named
from jittask.runtime.executors.inline import InlineExecutor
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.executors.protocol import Executor
from jittask.runtime.executors.thread import ThreadExecutor
from jittask.runtime.executors.workplace import BundleUnavailable, Workplace
from jittask.runtime.queues import Queues
from jittask.runtime.reasons import reason_of
from jittask.runtime.snapshot import UNSET, RunningTask, Snapshot, first_snapshot
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.store import Store, StoreError, made_state_folder
from jittask.store.lock import FileLock
from jittask.store.status_types import ElementRow

_COMPILE_TRIES = 3
LEFTOVER_PATIENCE = 10.0  # seconds


def refuse_broken_app(compilation: Compilation) -> None:
    """Refuse a tree whose ``app.json`` cannot be used: every task depends on it."""
    for found in compilation.diagnostics:
        if found.is_error and found.element is None and found.location.file in ("app.json", "."):
            raise refusal(found)


def refuse_unset_environment(compilation: Compilation) -> None:
    """Refuse to run with a ``${NAME}`` that the environment lacks (F2); all of them are named."""
    unset = [found for found in compilation.diagnostics if found.code == UNSET]
    if unset:
        raise refusal(*unset)


def refusal(found: Diagnostic, *more: Diagnostic) -> RuntimeFailure:
    """Return what to tell a user of diagnostics that keep all from running."""
    text = "; ".join(f"{_place(each)}: {each.message}" for each in (found, *more))
    return RuntimeFailure(text, found.hint)


def _place(found: Diagnostic) -> str:
    return f"{found.location.file}:{found.location.line}:{found.location.column}"


def open_store(settings: AppSettings, root: Path) -> Store:
    """Open the run store, made where it is missing."""
    try:
        return Store.open(settings, root, create=True)
    except StoreError as error:
        raise RuntimeFailure(str(error), error.hint) from error


def state_folder(root: Path) -> Path:
    """Return the folder of the tree's state, made where it is missing."""
    try:
        return made_state_folder(root)
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
            hint="stop it first; jittask status shows its process id",
        )
    return lock


def end_leftovers(lock: FileLock, clock: Clock, emit: Callable[[Event], None]) -> None:
    """End what bodies of a program that was killed have left, as its successor (R4, R6).

    ``lock`` is the one that its worker processes share.

    What ran in its worker processes ends by itself; this is for what nobody looks after.
    """
    ended = end_marked(mark_of(lock.path))
    if ended:
        text = f"processes of a runtime that was killed still lived, and were ended: {named(ended)}"
        emit(Trouble(clock.now(), "processes-ended", text))


def wait_for_leftovers(lock: FileLock, clock: Clock, patience: float) -> None:
    """Wait until no body of a program that was killed is left (R4)."""
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


def open_executor(
    compilation: Compilation,
    store: Store,
    bundles: Bundles,
    root: Path,
    clock: Clock,
    emit: Callable[[Event], None],
) -> tuple[Executor, Queues | None]:
    """Start what runs bodies, as ``settings.runtime.executor`` says (R6, R10).

    Returns the queues too, where not every worker takes every run.
    """
    settings = compilation.app.settings.runtime
    if settings.celery is not None:
        try:
            from jittask.runtime.executors.celery.executor import CeleryExecutor
        except ImportError as error:
            raise celery_is_missing(error) from error
        fleet = CeleryExecutor(settings, store, bundles, clock, emit)
        return fleet, fleet
    secret_names = environment_settings.secret_names(compilation.reusable.environment)
    kinds: dict[str, Callable[[int, Workplace, Clock], Executor]] = {
        "process": ProcessExecutor,
        "thread": ThreadExecutor,
        "inline": InlineExecutor,
    }
    if settings.executor == "thread":
        ENGINES.allow(settings.workers)
    workplace = Workplace(bundles, root, store.bodies_lock().path, secret_names)
    return kinds[settings.executor](settings.workers, workplace, clock), None


def celery_is_missing(error: ImportError) -> RuntimeFailure:
    """Return what to tell a user who has not installed what a fleet needs."""
    return RuntimeFailure(
        f"settings.runtime.executor is celery, and {missing_driver(error)}",
        hint="pip install 'jittask[celery,postgres]'",
    )


def first(
    compiler: TreeCompiler,
    ran: Mapping[str, ElementRow],
    bundles: Bundles,
    boundary: TaskBoundary,
    now: datetime,
) -> tuple[Snapshot, Compilation]:
    """Make the first snapshot: lay out what loads, and find what ran before of what does not.

    Returns the compilation that it is made from too: the tree is compiled again
    where its files change meanwhile. Tasks whose files keep changing are blocked.
    """
    compilation, failed = compiler.compilation, {}
    for attempt in range(_COMPILE_TRIES):
        try:
            app = compilation.app
            failed = bundles.lay_out_all(app.tasks.values(), app.root)
            break
        except BundleChanged as error:
            if attempt == _COMPILE_TRIES - 1:
                failed = {**error.failed}
            else:
                compilation = compiler.look_at_all()
        except OSError as error:
            raise RuntimeFailure(f"cannot keep the tasks' versions: {error}") from error
    for name, failure in failed.items():
        boundary.block(name, Fault.BUNDLE, reason_of(failure), now)
    since = {row.version: row.since for row in ran.values() if row.version is not None}
    last_good = _last_good(compilation, ran, bundles, boundary, now)
    broken_since = {name: row.broken_since for name, row in ran.items() if row.broken_since}
    return first_snapshot(compilation, last_good, since, now, broken_since), compilation


def _last_good(
    compilation: Compilation,
    ran: Mapping[str, ElementRow],
    bundles: Bundles,
    boundary: TaskBoundary,
    now: datetime,
) -> dict[str, RunningTask]:
    """Compile, from their bundles, the versions that ran before of tasks that are broken now."""
    found: dict[str, RunningTask] = {}
    for name in compilation.broken:
        row = ran.get(name)
        if row is None or row.version is None or not bundles.has(row.version):
            continue
        try:
            folder = bundles.path(row.version)
        except BundleUnavailable as error:
            boundary.block(name, Fault.BUNDLE, reason_of(error), now)
            continue
        task = compile_tree(folder).app.tasks.get(name)
        if task is not None:
            # as it was laid out: another program may have named the same files otherwise
            found[name] = RunningTask(replace(task, version=row.version), row.since)
    return found
