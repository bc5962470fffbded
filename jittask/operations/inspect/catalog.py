"""The tasks of a tree: what each is, when it fires next, how it last ended (rule V5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jittask.compiler.compiled import Compilation, CompiledTask, DateFieldTask, ScheduledTask
from jittask.model import Element, ElementKind, TaskType
from jittask.operations.errors import NoRecords
from jittask.operations.inspect.stored_state import blocked_by_task
from jittask.operations.manifest import refuse_broken_manifest
from jittask.operations.workspace import Workspace
from jittask.schedule.words import Language, in_words

if TYPE_CHECKING:
    from jittask.store.blocked_tasks import BlockedTask
    from jittask.store.control import Pause
    from jittask.store.statistics import LastRun


class TaskKind(StrEnum):
    """The two types of task, as people name them."""

    SCHEDULED = "scheduled"
    DATE_FIELD = "date-field"


class TaskState(StrEnum):
    """What a task is doing now; the first that is true."""

    BROKEN = "broken"
    """It cannot load; a runtime may still run its last good version."""
    DISABLED = "disabled"
    PAUSED = "paused"
    BLOCKED = "blocked"
    """A runtime is alive, and cannot continue with it for a reason outside its files (R12)."""
    RUNNING = "running"
    """A runtime is alive and has loaded it."""
    LOADING = "loading"
    """A runtime is alive, and has not loaded it yet."""
    READY = "ready"
    """It would fire if a runtime were alive."""


@dataclass(frozen=True, slots=True)
class CatalogFilter:
    """Which tasks; None asks for all."""

    tag: str | None = None
    folder: str | None = None
    """Below ``tasks/``; what is in folders inside it counts too."""
    kind: TaskKind | None = None
    state: TaskState | None = None
    name: str | None = None
    """The full name of a task."""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One task."""

    name: str
    title: str
    kind: TaskKind
    state: TaskState
    tags: tuple[str, ...]
    """Empty for a broken task."""
    schedule: str | None
    """In words; None for a broken task."""
    zone: ZoneInfo | None
    """Of its times; None for a broken task."""
    next: datetime | None
    """When it fires next, so far as is known: for a date-field task the first planned run."""
    last: LastRun | None
    """How its newest executed run ended."""
    blocked: tuple[BlockedTask, ...] = ()
    """Why it is blocked, and since when; several duties of it may fail."""


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """A page of tasks, by name, and the cursor of the next page."""

    tasks: tuple[CatalogEntry, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class StoredTasks:
    """What the run store says of tasks."""

    pauses: Mapping[str, Pause] = field(default_factory=dict)
    alive: bool = False
    """Whether a runtime is alive."""
    loaded: frozenset[str] = frozenset()
    """Elements that a living runtime runs."""
    broken: frozenset[str] = frozenset()
    last: Mapping[str, LastRun] = field(default_factory=dict)
    pending: Mapping[str, datetime] = field(default_factory=dict)
    blocked: Mapping[str, tuple[BlockedTask, ...]] = field(default_factory=dict)
    """Only where a runtime is alive."""


def catalog(
    workspace: Workspace,
    wanted: CatalogFilter | None = None,
    *,
    limit: int = 50,
    after: str | None = None,
    language: Language = Language.ENGLISH,
) -> CatalogPage:
    """Return a page of the tasks, by name; ``after`` is the ``next`` of the page before.

    Raises Conflict where ``app.json`` cannot be used, Unavailable,
    OperationError where the run store cannot be read.
    """
    wanted = wanted or CatalogFilter()
    compilation, now = workspace.compilation, workspace.now()
    refuse_broken_manifest(compilation.diagnostics)
    elements = [element for element in _tasks(compilation) if _is_wanted(element, wanted)]
    if wanted.tag is not None:
        elements = [element for element in elements if wanted.tag in _tags(compilation, element)]
    stored = stored_tasks(workspace, now)
    if wanted.state is not None:
        elements = [
            element
            for element in elements
            if task_state(compilation, element, stored) == wanted.state
        ]
    rest = [element for element in elements if after is None or element.name > after]
    shown = rest[:limit]
    stored = _with_runs(workspace, stored, [element.name for element in shown])
    entries = tuple(_entry(compilation, element, stored, now, language) for element in shown)
    return CatalogPage(entries, shown[-1].name if len(rest) > limit else None)


def _tasks(compilation: Compilation) -> list[Element]:
    elements = compilation.app.elements.values()
    return sorted(
        (element for element in elements if element.kind is ElementKind.TASK),
        key=lambda element: element.name,
    )


def _is_wanted(element: Element, wanted: CatalogFilter) -> bool:
    if wanted.name not in (None, element.name):
        return False
    folder = wanted.folder and wanted.folder.strip("/").removeprefix("tasks/")
    inside = not folder or element.folder.startswith(f"tasks/{folder}/")
    return inside and wanted.kind in (None, _kind(element))


def _kind(element: Element) -> TaskKind:
    return TaskKind.DATE_FIELD if element.type == TaskType.DATE_FIELD else TaskKind.SCHEDULED


def _tags(compilation: Compilation, element: Element) -> tuple[str, ...]:
    task = compilation.app.tasks.get(element.name)
    return task.tags if task is not None else ()


def task_state(compilation: Compilation, element: Element, stored: StoredTasks) -> TaskState:
    """Return what a task is doing, by its files and by what the run store says."""
    task = compilation.app.tasks.get(element.name)
    if task is None or element.name in stored.broken:
        return TaskState.BROKEN
    if not task.enabled:
        return TaskState.DISABLED
    if element.name in stored.pauses:
        return TaskState.PAUSED
    if element.name in stored.blocked:
        return TaskState.BLOCKED
    if element.name in stored.loaded:
        return TaskState.RUNNING
    return TaskState.LOADING if stored.alive else TaskState.READY


def _entry(
    compilation: Compilation,
    element: Element,
    stored: StoredTasks,
    now: datetime,
    language: Language,
) -> CatalogEntry:
    task = compilation.app.tasks.get(element.name)
    return CatalogEntry(
        name=element.name,
        title=element.title,
        kind=_kind(element),
        state=task_state(compilation, element, stored),
        tags=() if task is None else task.tags,
        schedule=None if task is None else _schedule(task, language),
        zone=None if task is None else task.timer.zone,
        next=None if task is None else _next(task, stored, now),
        last=stored.last.get(element.name),
        blocked=stored.blocked.get(element.name, ()),
    )


def _schedule(task: CompiledTask, language: Language) -> str:
    titles = task.model.titles if isinstance(task, DateFieldTask) else {}
    return in_words(task.timer, language, titles)


def _next(task: CompiledTask, stored: StoredTasks, now: datetime) -> datetime | None:
    if not task.enabled:
        return None
    pause = stored.pauses.get(task.name)
    if pause is not None:
        if pause.until is None:
            return None
        now = max(now, pause.until)
    if isinstance(task, ScheduledTask):
        occurrence = task.timer.after(now)
        return None if occurrence is None else occurrence.effective
    return stored.pending.get(task.name)


def stored_tasks(workspace: Workspace, now: datetime) -> StoredTasks:
    """Return what the run store says of the tasks; nothing where there is none."""
    if not workspace.may_have_store:
        return StoredTasks()
    try:
        with workspace.stored() as store:
            pauses = {name: pause for name, pause in store.pauses().items() if pause.is_active(now)}
            if not store.runtime_alive(now):
                return StoredTasks(pauses)
            elements, blocked = store.elements(), blocked_by_task(store)
    except NoRecords:
        return StoredTasks()
    states = {name: row.state for name, row in elements.items()}
    return StoredTasks(
        pauses,
        True,
        frozenset(name for name, state in states.items() if state == "running"),
        frozenset(name for name, state in states.items() if state == "broken"),
        blocked=blocked,
    )


def _with_runs(workspace: Workspace, stored: StoredTasks, names: Sequence[str]) -> StoredTasks:
    if not workspace.may_have_store:
        return stored
    try:
        with workspace.stored() as store:
            last, pending = store.last_runs(names), store.next_pending(names)
    except NoRecords:
        return stored
    return replace(stored, last=last, pending=pending)
