"""An occurrence as the commands show it (section 10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jittask.model import Note, Occurrence, SkippedOccurrence
from jittask.operations.views.instants import iso


class Entry(NamedTuple):
    """What a task does at an instant; in order by time, then by task."""

    at: datetime
    """When it fires, or would have."""
    task: str
    one: Occurrence | SkippedOccurrence
    zone: ZoneInfo

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is worth knowing about it."""
        return self.one.notes if isinstance(self.one, Occurrence) else (self.one.reason,)

    def local(self) -> str:
        """Return its time in the task's zone, for people."""
        return self.at.astimezone(self.zone).strftime("%a %Y-%m-%d %H:%M:%S %Z")

    def words(self) -> str:
        """Return its notes, for people."""
        return "; ".join(note.text for note in self.notes)

    def data(self, row: str | None = None) -> dict[str, Any]:
        """Return it for programs."""
        fires = isinstance(self.one, Occurrence)
        merged = self.one.nominals if isinstance(self.one, Occurrence) else ()
        return {
            "task": self.task,
            "row": row,
            "nominal": iso(self.one.nominal),
            "effective": iso(self.at) if fires else None,
            "local": self.at.astimezone(self.zone).isoformat(),
            "zone": self.zone.key,
            "merged": [iso(nominal) for nominal in merged],
            "notes": [{"code": note.code, "text": note.text} for note in self.notes],
        }
