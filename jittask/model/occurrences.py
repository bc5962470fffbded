"""What timers give: occurrences, and what keeps one from firing (section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing about an occurrence: a stable code, and words."""

    code: str
    text: str
    params: tuple[tuple[str, str | int], ...] = ()
    """What the words are made of, so that others can say it in another language."""


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
