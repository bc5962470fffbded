"""An occurrence together with the task that it is of."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jittask.model import Note, Occurrence, SkippedOccurrence


class TaskOccurrence(NamedTuple):
    """What a task does at an instant; ordered by time, then by task."""

    at: datetime
    """When it fires; for a skipped one, when it would have."""
    task: str
    occurrence: Occurrence | SkippedOccurrence
    zone: ZoneInfo
    """The task's zone."""
    row: str | None = None
    """The row's key as people read it; None for a scheduled task."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is worth knowing about it."""
        if isinstance(self.occurrence, Occurrence):
            return self.occurrence.notes
        return (self.occurrence.reason,)
