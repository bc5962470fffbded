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
    policy: Mapping[str, object] = field(default_factory=dict)
    """What a task's ``policy`` does not say, as ``app.json`` has it (R2)."""
    notify: Notify = field(default_factory=Notify)
    runtime: RuntimeSettings = field(default_factory=RuntimeSettings)
