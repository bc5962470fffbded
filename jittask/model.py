"""The frozen vocabulary that every package shares: elements, models, occurrences, runs.

Nothing here decides, reads or writes. Instants are aware datetimes in UTC
unless a field says otherwise; wall times are naive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

# --- elements (section 2) ---------------------------------------------------


class ElementKind(StrEnum):
    """The kinds we load; the value is the top folder that holds them (F1)."""

    TASK = "tasks"
    SERVICE = "services"
    MODEL = "models"
    DATABASE = "databases"


class TaskType(StrEnum):
    """The two types of task (section 1)."""

    SCHEDULED = "tasks.NormalType"
    DATE_FIELD = "tasks.DateFieldType"


@dataclass(frozen=True, slots=True)
class Element:
    """One element as found: a folder with an ``e.json``."""

    name: str
    """Full name: the path joined with dots."""
    kind: ElementKind
    type: str
    title: str
    folder: str
    """Posix path relative to the tree."""
    digest: str
    """SHA-256 over the element's own files, in hex."""


class FieldType(StrEnum):
    """What a model's field holds, as far as filters and schedules care."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    JSON = "json"
    OTHER = "other"

    @property
    def as_field(self) -> str:
        """A field of this type, in words."""
        return f"{'an' if self is FieldType.INTEGER else 'a'} {self} field"


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of a model."""

    name: str
    type: FieldType
    column: str
    """Column name in the table."""
    primary_key: bool = False
    autoincrement: bool = False
    nullable: bool = True
    datatype: str = ""
    """JitAi's name of the type, such as ``Stext``; empty for a reflected column."""


class ModelForm(StrEnum):
    """The forms of a model element (F9) that we load."""

    NORMAL = "models.NormalType"
    TABLE = "models.TableType"
    DECLARATIVE = "sqlalchemy"
    """A ``models.NormalType`` whose ``model.py`` has an SQLAlchemy declarative class."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the planner and the workers know of a model, without its code (F9)."""

    name: str
    form: ModelForm
    database: str
    """Full name of the database element."""
    table: str
    fields: tuple[FieldInfo, ...] = ()
    opaque: bool = False
    """True where the fields are not known until the database is asked."""

    def field(self, name: str) -> FieldInfo | None:
        """Return the field of that name, or None."""
        return next((one for one in self.fields if one.name == name), None)

    @property
    def is_described(self) -> bool:
        """Whether its own files say all of its table, so that a missing one can be made."""
        return self.form is ModelForm.NORMAL and not self.opaque

    @property
    def key_fields(self) -> tuple[FieldInfo, ...]:
        """The primary key's fields, in order."""
        return tuple(one for one in self.fields if one.primary_key)


@dataclass(frozen=True, slots=True)
class DatabaseInfo:
    """A database element (F8): its type and its settings, ``${ENV}`` not yet filled in."""

    name: str
    type: str
    settings: Mapping[str, object]


class CallStyle(StrEnum):
    """How a task's function is called (U1)."""

    CUSTOM_FUNC = "customFunc"
    LEGACY_MAIN = "main"
    """JitAi's older ``main(app, taskInstance[, rowData])``."""
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """Where a task's function is."""

    element: str
    """Full name of the element that holds the code: the task itself, or a service."""
    file: str
    """Posix path relative to the tree."""
    function: str
    style: CallStyle


class Misfire(StrEnum):
    """What to do with occurrences that came due while nothing was running (R2)."""

    LATEST = "latest"
    ALL = "all"
    SKIP = "skip"


class Overlap(StrEnum):
    """What to do with an occurrence due while the one before it still executes (R2)."""

    SKIP = "skip"
    QUEUE = "queue"
    ALLOW = "allow"


class OnInterrupted(StrEnum):
    """What becomes of a run whose process died (R2)."""

    FAIL = "fail"
    RERUN = "rerun"


@dataclass(frozen=True, slots=True)
class Retry:
    """Retries after a failure: ``max`` more attempts; delays in seconds."""

    max: int = 0
    delay_seconds: float = 60
    backoff: float = 2
    max_delay_seconds: float = 3600


@dataclass(frozen=True, slots=True)
class Policy:
    """A task's ``policy`` (R2)."""

    misfire: Misfire = Misfire.LATEST
    grace_seconds: int | None = None
    """None: no bound for scheduled tasks, 86,400 s for date-field tasks (D6)."""
    overlap: Overlap = Overlap.SKIP
    retry: Retry = field(default_factory=Retry)
    timeout_seconds: float = 43_200
    on_interrupted: OnInterrupted = OnInterrupted.FAIL
    on_failure: FunctionRef | None = None
    """The service function that is called with a run that has failed for good."""
    max_concurrent: int | None = None
    priority: int = 0
    memory_mb: int | None = None
    """What a body's process and all that it starts may hold, in MiB; None: no limit."""


@dataclass(frozen=True, slots=True)
class RuntimeSettings:
    """``settings.runtime`` of ``app.json`` (F2)."""

    executor: str = "process"
    workers: int = 4
    scan_seconds: float = 10
    lease_seconds: float = 60
    heartbeat_seconds: float = 10
    debounce_millis: int = 300


@dataclass(frozen=True, slots=True)
class AppSettings:
    """The app's manifest, ``app.json`` (F2)."""

    app_id: str = ""
    name: str = ""
    title: str = ""
    version: str = ""
    timezone: str = "UTC"
    calendar: str | Mapping[str, object] | None = None
    default_database: str | None = None
    store: str | None = None
    """URL of the run store; None is ``.jittask/jittask.db`` in the tree."""
    retention_days: int = 90
    runtime: RuntimeSettings = field(default_factory=RuntimeSettings)


@dataclass(frozen=True, slots=True)
class AppContents:
    """What element code can reach of an app: all but its tasks."""

    settings: AppSettings
    elements: Mapping[str, Element]
    """By full name; broken ones too."""
    models: Mapping[str, ModelInfo]
    databases: Mapping[str, DatabaseInfo]


# --- time (section 3) -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing about an occurrence: a stable code, and words."""

    code: str
    text: str


class Occurrence(NamedTuple):
    """One instant at which a task is to fire; a tuple, since they are made by the million."""

    effective: datetime
    """When it fires, after the holiday roll."""
    nominals: tuple[datetime, ...]
    """Its instants by the cycle, ascending; several where occurrences merged (T9)."""
    notes: tuple[Note, ...] = ()

    @property
    def nominal(self) -> datetime:
        """The instant that names it: the first of its nominals."""
        return self.nominals[0]


@dataclass(frozen=True, slots=True)
class SkippedOccurrence:
    """A nominal that the calendar keeps from firing, and why."""

    nominal: datetime
    reason: Note


# --- runs (section 6) -------------------------------------------------------


class RunStatus(StrEnum):
    """The stored statuses of a run (R1); ``overdue`` is derived from ``pending``."""

    PENDING = "pending"
    EXECUTING = "executing"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


TRANSITIONS: Mapping[RunStatus, frozenset[RunStatus]] = {
    RunStatus.PENDING: frozenset({RunStatus.EXECUTING, RunStatus.SKIPPED, RunStatus.CANCELLED}),
    RunStatus.EXECUTING: frozenset(
        {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.PENDING}
    ),
    RunStatus.COMPLETED: frozenset(),
    RunStatus.FAILED: frozenset(),
    RunStatus.SKIPPED: frozenset(),
    RunStatus.CANCELLED: frozenset(),
}
"""Every legal step of a run. Back to pending: a retry, or an interrupted run to be rerun."""


class Trigger(StrEnum):
    """What made a run."""

    SCHEDULE = "schedule"
    MANUAL = "manual"
    RERUN = "rerun"
    BACKFILL = "backfill"
    ON_FAILURE = "on-failure"
    """It calls ``policy.onFailure`` with the run that ``rerun_of`` names."""


class Reason(StrEnum):
    """Why a run did not end as completed; stable, for programs."""

    MISFIRE = "misfire"
    OVERLAP = "overlap"
    GRACE = "grace-over"
    ERROR = "error"
    TIMEOUT = "timeout"
    INTERRUPTED = "interrupted"
    REMOVED = "task-removed"
    DISABLED = "task-disabled"
    EDITED = "timing-edited"
    CALENDAR = "calendar-edited"
    ROW_GONE = "row-gone"
    ROW_UNMATCHED = "row-unmatched"
    ROW_MOVED = "row-moved"
    KILLED = "killed"
    NOT_HANDLED = "on-failure-removed"
    PAUSED = "task-paused"


@dataclass(frozen=True, slots=True)
class MissedRange:
    """Occurrences that a run stands for besides its own: first, last and how many (D8)."""

    first: datetime
    last: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a run."""

    number: int
    runtime: str
    """Id of the runtime that executed it."""
    host: str | None
    """Where the body ran; None in records from before hosts were kept."""
    version: str
    """Digest of the bundle that ran."""
    started: datetime
    finished: datetime | None
    outcome: str | None
    error: str | None
    """The traceback, or the words of what ended it."""
    peak_kb: int | None = None
    """The most memory that its worker process had held by its end, in KiB."""


@dataclass(frozen=True, slots=True)
class Run:
    """The record of one occurrence."""

    id: int
    task: str
    row_key: str
    """JSON of the row's key columns; empty for a scheduled task."""
    status: RunStatus
    reason: Reason | None
    detail: str | None
    """The reason in words."""
    trigger: Trigger
    nominal: datetime
    nominals: tuple[datetime, ...]
    missed: MissedRange | None
    effective: datetime
    due: datetime
    """When it may be claimed: the effective instant, later for a retry."""
    started: datetime | None
    finished: datetime | None
    attempt: int
    """Attempts begun so far."""
    version: str | None
    result: str | None
    """JSON, capped."""
    error: str | None
    rerun_of: int | None
    """The run that this one repeats, or, triggered on failure, the one that has failed."""
    priority: int
    late: bool
    """Seen or planned only after it was due."""
    attempts: tuple[Attempt, ...] = ()
