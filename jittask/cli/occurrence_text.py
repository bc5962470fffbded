"""An occurrence as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jittask.cli.formatting import one_line
from jittask.cli.options import note
from jittask.operations.inspect.occurrences import TaskOccurrence

if TYPE_CHECKING:
    from jittask.operations.inspect.next import Upcoming


def time_text(found: TaskOccurrence) -> str:
    """Return its time in the task's zone."""
    return found.at.astimezone(found.zone).strftime("%a %Y-%m-%d %H:%M:%S %Z")


def notes_text(found: TaskOccurrence) -> str:
    """Return its notes in one line."""
    return one_line("; ".join(note.text for note in found.notes))


def note_of_stored(found: Upcoming) -> None:
    """Note the pauses of what was found, and the calendars that do not know its times yet."""
    for name, pause in found.pauses.items():
        note(f"{name}: {one_line(pause.describe(found.timers[name].zone))}")
    for sentence in found.unannounced:
        note(sentence)
