"""An occurrence as text."""

from __future__ import annotations

from jittask.cli.formatting import one_line
from jittask.operations.inspect.occurrences import TaskOccurrence


def time_text(found: TaskOccurrence) -> str:
    """Return its time in the task's zone."""
    return found.at.astimezone(found.zone).strftime("%a %Y-%m-%d %H:%M:%S %Z")


def notes_text(found: TaskOccurrence) -> str:
    """Return its notes in one line."""
    return one_line("; ".join(note.text for note in found.notes))
