"""Lists what would fire, in order, in memory that does not grow with the list."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jittask.cli.entries import Entry
from jittask.model import Occurrence, SkippedOccurrence
from jittask.schedule.timer import Timer

if TYPE_CHECKING:
    from icalendar import Event

Fired = tuple[datetime, int, Occurrence | SkippedOccurrence]
"""When, the number of the task, and what."""
Stream = Iterator[Occurrence | SkippedOccurrence]

_A_SLICE = 50_000
_FIRST_SLICE, _SHORTEST = timedelta(hours=1), timedelta(seconds=1)
_WHEN_AND_TASK = itemgetter(0, 1)
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Listing:
    """The occurrences of some timers after ``begin`` and up to ``end``, by time, then by name."""

    def __init__(
        self, timers: Mapping[str, Timer], begin: datetime, end: datetime, *, everything: bool
    ) -> None:
        self._tasks = sorted(timers.items())
        # in UTC, so that millions of comparisons need no search of a zone's shifts
        self._begin, self._end = begin.astimezone(UTC), end.astimezone(UTC)
        self._everything = everything

    def entries(self) -> Iterator[Entry]:
        """Yield them one by one."""
        for found in self._slices():
            for one in found:
                yield self._entry(one)

    def json(self) -> Iterator[str]:
        """Yield ``Entry.data`` of each as a line of JSON; many lines at a time.

        Most are plain and many share their instant, so those are put together
        from parts that are made once.
        """
        heads = [
            f'{{"task": {json.dumps(name)}, "row": null, "nominal": "' for name, _ in self._tasks
        ]
        zones = [timer.zone for _, timer in self._tasks]
        last, instant, local = _BEGINNING, "", dict[str, str]()
        for found in self._slices():
            lines: list[str] = []
            for fired in found:
                at, task, one = fired
                if not isinstance(one, Occurrence) or one[2] or len(one[1]) > 1:
                    data = self._entry(fired).data()
                    lines.append(json.dumps(data, ensure_ascii=False) + "\n")
                    continue
                if at != last:
                    last, instant, local = at, at.isoformat(), {}
                zone = zones[task]
                here = local.get(zone.key)
                if here is None:
                    here = local[zone.key] = at.astimezone(zone).isoformat()
                lines.append(
                    f'{heads[task]}{instant}", "effective": "{instant}", "local": "{here}", '
                    f'"zone": "{zone.key}", "merged": ["{instant}"], "notes": []}}\n'
                )
            yield "".join(lines)

    def _entry(self, fired: Fired) -> Entry:
        at, task, one = fired
        name, timer = self._tasks[task]
        return Entry(at, name, one, timer.zone)

    def _slices(self) -> Iterator[list[Fired]]:
        """Yield them in sorted lists, one after the other in time.

        A slice of time is taken from every timer and sorted: a merge of ten
        thousand streams costs several times as much. Slices are as long as
        keeps a list to about 50,000, so memory does not grow with the list.
        """
        streams: list[tuple[int, Stream, Occurrence | SkippedOccurrence]] = []
        for task, (_, timer) in enumerate(self._tasks):
            stream = self._stream(timer)
            if (first := next(stream, None)) is not None:
                streams.append((task, stream, first))
        until, length = self._begin, _FIRST_SLICE
        while streams and until < self._end:
            until += min(length, self._end - until)
            found: list[Fired] = []
            going = []
            for task, stream, first in streams:
                one: Occurrence | SkippedOccurrence | None = first
                while one is not None:
                    at = one[0] if isinstance(one, Occurrence) else one.nominal
                    if at > until:
                        break
                    found.append((at, task, one))
                    one = next(stream, None)
                if one is not None:
                    going.append((task, stream, one))
            streams = going
            found.sort(key=_WHEN_AND_TASK)
            if found:
                yield found
            share = _A_SLICE / max(len(found), 1)
            length = max(_SHORTEST, length * min(16, max(1 / 16, share)))

    def _stream(self, timer: Timer) -> Stream:
        if self._everything:
            return timer.walk(self._begin, self._end)
        return timer.between(self._begin, self._end)


def text_lines(entries: Iterable[Entry], zone: ZoneInfo) -> Iterator[str]:
    """Yield lines for people: a heading a day of ``zone``, and a line each."""
    day = None
    for entry in entries:
        local = entry.at.astimezone(zone)
        if local.date() != day:
            if day is not None:
                yield ""
            day = local.date()
            yield f"{local:%a %Y-%m-%d}"
        own = ""
        if entry.zone.key != zone.key:
            own = f"({entry.at.astimezone(entry.zone):%a %H:%M} {entry.zone.key})"
        fires = "" if isinstance(entry.one, Occurrence) else "-"
        parts = (f"{fires:1} {local:%H:%M:%S}", entry.task, own, entry.words())
        yield "  ".join(part for part in parts if part)


def calendar_file(entries: Iterable[Entry], titles: Mapping[str, str]) -> Iterator[bytes]:
    """Yield an iCalendar file (RFC 5545), an event an occurrence."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//JitTask//plan//EN")
    calendar.add("version", "2.0")
    whole = calendar.to_ical()
    head, end = whole.split(b"END:VCALENDAR")
    yield head
    for entry in entries:
        if isinstance(entry.one, Occurrence):
            yield _event(entry, titles.get(entry.task) or entry.task).to_ical()
    yield b"END:VCALENDAR" + end


def _event(entry: Entry, title: str) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{entry.one.nominal:%Y%m%dT%H%M%SZ}-{entry.task}@jittask")
    event.add("dtstamp", entry.at)
    event.add("dtstart", entry.at)
    event.add("summary", title)
    event.add("description", "\n".join([entry.task, *(note.text for note in entry.notes)]))
    event.add("transp", "TRANSPARENT")
    return event
