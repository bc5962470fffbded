"""Who is notified of what (rule R14)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Notice(StrEnum):
    """What people can be notified of, as ``notify.of`` lists it."""

    FAILED = "failed"
    """A run has failed after its last attempt."""
    RECOVERED = "recovered"
    """What was wrong, and was reported, is over."""
    OVERDUE = "overdue"
    NOT_RUN = "notRun"
    """No run has completed within ``policy.expectEvery``."""
    BLOCKED = "blocked"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Notify:
    """``settings.notify`` of ``app.json``, or what a task makes of it."""

    urls: tuple[str, ...] = ()
    """Apprise URLs as they are written: ``${NAME}`` is filled in when one is used."""
    of: frozenset[Notice] = frozenset(Notice)
    group_seconds: float = 60
    max_per_hour: int = 20


@dataclass(frozen=True, slots=True)
class TaskNotify:
    """``policy.notify``: None is what ``settings.notify`` says."""

    urls: tuple[str, ...] | None = None
    of: frozenset[Notice] | None = None

    def over(self, notify: Notify) -> Notify:
        """Return the app's settings with what the task says instead."""
        return Notify(
            notify.urls if self.urls is None else self.urls,
            notify.of if self.of is None else self.of,
            notify.group_seconds,
            notify.max_per_hour,
        )
