"""Elements, their states, diagnostics and files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jittask.web.shapes.base import Shape


class Diagnostic(Shape):
    """What was found wrong, and where."""

    code: str
    severity: str
    message: str
    hint: str | None
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    pointer: str | None
    element: str | None


class DiagnosticSummary(Shape):
    """How many there are."""

    errors: int
    warnings: int
    elements: int


class Diagnostics(Shape):
    """Everything that is found in the files, without importing them."""

    diagnostics: list[Diagnostic]
    summary: DiagnosticSummary


class TreeElement(Shape):
    """An element in the tree."""

    name: str
    kind: str
    type: str
    title: str
    state: str
    errors: int = 0
    warnings: int = 0


class Tree(Shape):
    """Every element, by name."""

    elements: list[TreeElement]


class Blocked(Shape):
    """Why a task is blocked."""

    code: str
    reason: str
    since: datetime
    tries: int
    next_try: datetime


class LastRun(Shape):
    """How the newest run of a task ended."""

    run: int
    status: str
    finished: datetime


class Task(Shape):
    """A task in a list."""

    name: str
    title: str
    kind: str
    state: str
    tags: list[str]
    schedule: str | None
    zone: str | None
    next: datetime | None
    last: LastRun | None
    blocked: list[Blocked]


class TaskPage(Shape):
    """A page of tasks, and the cursor of the next one."""

    tasks: list[Task]
    next: str | None


class Queue(Shape):
    """How many runs wait and execute."""

    pending: int
    overdue: int
    executing: int


class Trouble(Shape):
    """One thing that is wrong."""

    code: str
    text: str
    since: datetime | None
    element: str | None


class Health(Shape):
    """Whether all is well."""

    well: bool
    problems: list[Trouble]


class TaskStatus(Health):
    """A task, its queue and its problems."""

    task: Task
    version: str | None
    queue: Queue
    diagnostics: list[Diagnostic]


class RuntimeState(Shape):
    """A runtime."""

    id: str
    host: str
    pid: int
    started: datetime
    alive: bool
    stopped: datetime | None
    last_beat: datetime | None
    last_reload: datetime | None
    last_reload_ok: bool | None


class WorkerState(Shape):
    """A worker of a fleet."""

    id: str
    host: str
    pid: int
    started: datetime
    last_beat: datetime
    silent: bool
    queues: list[str]
    slots: int
    executing: int
    protocol: int


class PlannerState(Shape):
    """What plans."""

    last_scan: datetime | None


class Pause(Shape):
    """A task that is paused."""

    task: str
    since: datetime
    until: datetime | None
    note: str | None


class Paused(Pause):
    """A task that has just been paused."""

    paused: bool


class ElementState(Shape):
    """An element as a runtime has loaded it."""

    name: str
    state: str
    version: str | None
    since: datetime | None
    broken_since: datetime | None
    diagnostics: list[Diagnostic]


class Status(Health):
    """What runs."""

    runtimes: list[RuntimeState]
    workers: list[WorkerState]
    leader: str | None
    planner: PlannerState
    queue: Queue
    paused: list[Pause]
    data: dict[str, str]
    elements: list[ElementState]


class File(Shape):
    """A file of an element; ``sha256`` is its ETag."""

    text: str
    element: str
    file: str
    name: str
    """What it is called on the disk."""
    sha256: str
    line_ends: str
    byte_order_mark: bool


class SavedFile(Shape):
    """A file that has been saved."""

    element: str
    file: str
    name: str
    """What it is called on the disk."""
    sha256: str
    line_ends: str
    byte_order_mark: bool
    before: str | None
    changed: bool


class Schemas(Shape):
    """The names of the JSON Schemas of a tree's files."""

    schemas: list[str]


JsonSchema = dict[str, Any]


class Trashed(Shape):
    """An element in the trash, or put back from it."""

    trash: str
    """Names it for restoring."""
    element: str
    title: str
    deleted: datetime


class Trash(Shape):
    """What is in the trash, the newest first."""

    entries: list[Trashed]
    kept_days: int
    """How long each is kept before it is removed for good."""


class Commons(Shape):
    """The names of the shared modules."""

    modules: list[str]
