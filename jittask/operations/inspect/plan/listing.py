"""Lists what would fire, in order, in memory that does not grow with the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from jittask.model import Occurrence, SkippedOccurrence
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.schedule.timer import Timer

Fired = tuple[datetime, int, Occurrence | SkippedOccurrence]
"""When, the number of the task, and what."""
Stream = Iterator[Occurrence | SkippedOccurrence]

_SLICE_LENGTH = 50_000
_FIRST_SLICE, _SHORTEST = timedelta(hours=1), timedelta(seconds=1)
_WHEN_AND_TASK = itemgetter(0, 1)


class Listing:
    """The occurrences of some timers after ``begin`` and up to ``end``, by time, then by name."""

    def __init__(
        self, timers: Mapping[str, Timer], begin: datetime, end: datetime, *, skipped: bool
    ) -> None:
        self._tasks = sorted(timers.items())
        # in UTC, so that millions of comparisons need no search of a zone's shifts
        self._begin, self._end = begin.astimezone(UTC), end.astimezone(UTC)
        self._skipped = skipped

    @property
    def names(self) -> list[str]:
        """The tasks, by their number in ``Fired``."""
        return [name for name, _ in self._tasks]

    @property
    def zones(self) -> list[ZoneInfo]:
        """The tasks' zones, by their number in ``Fired``."""
        return [timer.zone for _, timer in self._tasks]

    def occurrences(self) -> Iterator[TaskOccurrence]:
        """Yield them one by one."""
        for fired_slice in self.slices():
            for fired in fired_slice:
                yield self.occurrence(fired)

    def occurrence(self, fired: Fired) -> TaskOccurrence:
        """Return what fired, with its task."""
        at, task, occurrence = fired
        name, timer = self._tasks[task]
        return TaskOccurrence(at, name, occurrence, timer.zone)

    def slices(self) -> Iterator[list[Fired]]:
        """Yield them in sorted lists, one after the other in time.

        A slice of time is taken from every timer and sorted: a merge of ten
        thousand streams costs several times as much. A slice is as long
        as gives about 50,000 occurrences, so memory does not grow with the list.
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
            unfinished = []
            for task, stream, first in streams:
                occurrence: Occurrence | SkippedOccurrence | None = first
                while occurrence is not None:
                    at = occurrence[0] if isinstance(occurrence, Occurrence) else occurrence.nominal
                    if at > until:
                        break
                    found.append((at, task, occurrence))
                    occurrence = next(stream, None)
                if occurrence is not None:
                    unfinished.append((task, stream, occurrence))
            streams = unfinished
            found.sort(key=_WHEN_AND_TASK)
            if found:
                yield found
            share = _SLICE_LENGTH / max(len(found), 1)
            length = max(_SHORTEST, length * min(16, max(1 / 16, share)))

    def _stream(self, timer: Timer) -> Stream:
        if self._skipped:
            return timer.walk(self._begin, self._end)
        return timer.between(self._begin, self._end)
