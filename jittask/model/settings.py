"""What ``app.json`` says (rule F2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from jittask.model.notify import Notify


@dataclass(frozen=True, slots=True)
class CelerySettings:
    """``settings.runtime.executor`` where it is an object: a fleet of Celery workers (R10)."""

    broker: str
    """URL of RabbitMQ or Redis as it is written: ``${NAME}`` is filled in where it is used."""
    queue: str = "jittask"
    """The queue of tasks that have no other."""
    routes: tuple[tuple[str, str], ...] = ()
    """Tags and their queues, in the order of the file."""

    def queue_of(self, tags: Collection[str], queue: str | None) -> str:
        """Return the queue of a task with these tags and this ``policy.queue``."""
        if queue is not None:
            return queue
        return next((name for tag, name in self.routes if tag in tags), self.queue)

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues that the settings name, the one of all other tasks first."""
        return tuple(dict.fromkeys([self.queue, *(name for _, name in self.routes)]))

    def __str__(self) -> str:
        """Return it for a message, the broker first and with its password."""
        return f"{self.broker} (queues {', '.join(self.queues)})"


@dataclass(frozen=True, slots=True)
class RuntimeSettings:
    """``settings.runtime`` of ``app.json`` (F2)."""

    executor: str = "process"
    celery: CelerySettings | None = None
    """Set where the executor is ``celery``."""
    workers: int = 4
    scan_seconds: float = 10
    lease_seconds: float = 60
    heartbeat_seconds: float = 10
    debounce_millis: int = 500
    drain_seconds: float = 8


@dataclass(frozen=True, slots=True)
class Group:
    """What the tasks of a group share (R2); at least one of the limits is set."""

    max_concurrent: int | None = None
    """How many of their runs may execute at once, on all runtimes."""
    per_minute: int | None = None
    """How many of their runs may begin in any minute, on all runtimes."""


@dataclass(frozen=True, slots=True)
class Retention:
    """``settings.retentionDays``: for how many days finished runs are kept, by status (F2)."""

    completed: int = 90
    failed: int = 90
    skipped: int = 90
    cancelled: int = 90
    max_megabytes: float | None = None
    """How much the records in a file may take; the oldest are deleted sooner."""

    @classmethod
    def of_days(cls, days: int) -> Retention:
        """Return one time for all of them."""
        return cls(days, days, days, days)

    @property
    def shortest(self) -> int:
        """For how many days each occurrence that has been decided is known by its record.

        A cancelled run holds no occurrence: it may be planned again.
        """
        return min(self.completed, self.failed, self.skipped)

    @property
    def longest(self) -> int:
        """For how many days anything is kept."""
        return max(self.completed, self.failed, self.skipped, self.cancelled)

    def __str__(self) -> str:
        days = {
            "completed": self.completed, "failed": self.failed,
            "skipped": self.skipped, "cancelled": self.cancelled,
        }  # fmt: skip
        words = ", ".join(f"{status} {number}" for status, number in days.items())
        text = f"{self.longest} days" if len(set(days.values())) == 1 else f"days: {words}"
        return text + (f", at most {self.max_megabytes:g} MB" if self.max_megabytes else "")


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
    retention: Retention = field(default_factory=Retention)
    policy: Mapping[str, object] = field(default_factory=dict)
    """What a task's ``policy`` does not say, as ``app.json`` has it (R2)."""
    notify: Notify = field(default_factory=Notify)
    groups: Mapping[str, Group] = field(default_factory=dict)
    """Groups of tasks that share limits, by name (R2)."""
    runtime: RuntimeSettings = field(default_factory=RuntimeSettings)
