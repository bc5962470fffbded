"""What ``app.json`` says (rule F2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    runtime: RuntimeSettings = field(default_factory=RuntimeSettings)
