"""What ``app.json`` says (rule F2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jittask.model.notify import Notify


@dataclass(frozen=True, slots=True)
class RuntimeSettings:
    """``settings.runtime`` of ``app.json`` (F2)."""

    executor: str = "process"
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
