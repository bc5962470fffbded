"""A list of occurrences as text, under a heading for each day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from jittask.cli.formatting import one_line
from jittask.cli.occurrence_text import notes_text
from jittask.model import Occurrence
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.plan.window import Window


def text_lines(entries: Iterable[TaskOccurrence], zone: ZoneInfo) -> Iterator[str]:
    """Yield lines for people: a heading a day of ``zone``, and a line each."""
    day = None
    for entry in entries:
        local = entry.at.astimezone(zone)
        if local.date() != day:
            if day is not None:
                yield ""
            day = local.date()
            yield f"{local:%a %Y-%m-%d}"
        own_time = ""
        if entry.zone.key != zone.key:
            own_time = f"({entry.at.astimezone(entry.zone):%a %H:%M} {entry.zone.key})"
        fires = "" if isinstance(entry.occurrence, Occurrence) else "-"
        row = "" if entry.row is None else f" [{one_line(entry.row)}]"
        parts = (f"{fires:1} {local:%H:%M:%S}", entry.task + row, own_time, notes_text(entry))
        yield "  ".join(part for part in parts if part)


def nothing_fires(asked: Window, zone: ZoneInfo) -> str:
    """Return what to say of a time in which nothing fires: which one it was, and what to do."""
    first, last = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (asked.since, asked.until))
    return f"nothing fires from {first} to {last}; --to 90d looks further"
