"""Occurrences as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from jittask.model import Occurrence
from jittask.operations.inspect.occurrences import TaskOccurrence

if TYPE_CHECKING:
    from icalendar import Event


def calendar_file(entries: Iterable[TaskOccurrence], titles: Mapping[str, str]) -> Iterator[bytes]:
    """Yield an iCalendar file (RFC 5545), an event an occurrence."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//JitTask//plan//EN")
    calendar.add("version", "2.0")
    whole = calendar.to_ical()
    head, end = whole.split(b"END:VCALENDAR")
    yield head
    for entry in entries:
        if isinstance(entry.occurrence, Occurrence):
            yield _event(entry, titles.get(entry.task) or entry.task).to_ical()
    yield b"END:VCALENDAR" + end


def _event(entry: TaskOccurrence, title: str) -> Event:
    from icalendar import Event

    event = Event()
    row = "" if entry.row is None else f"-{quote(entry.row, safe='')}"
    event.add("uid", f"{entry.occurrence.nominal:%Y%m%dT%H%M%SZ}-{entry.task}{row}@jittask")
    event.add("dtstamp", entry.at)
    event.add("dtstart", entry.at)
    event.add("summary", title if entry.row is None else f"{title} [{entry.row}]")
    event.add("description", "\n".join([entry.task, *(note.text for note in entry.notes)]))
    event.add("transp", "TRANSPARENT")
    return event
