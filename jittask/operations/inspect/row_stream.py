"""The occurrences of a task's rows in a window, in order of time, in bounded memory.

The database gives rows by what they hold, not by when they fire. So the window is read in slices
of time, and of each slice the first ``CHUNK`` occurrences are kept. A slice is as long as
gives about that many. More of them at one instant are read again for each chunk.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from operator import itemgetter

from jittask.compiler.compiled import DateFieldTask
from jittask.data.rows import Row, Rows
from jittask.model import Occurrence, SkippedOccurrence
from jittask.operations.first_occurrences import first_occurrences
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.row_position import Position, position
from jittask.operations.naming import shown_row_key
from jittask.operations.times import TICK
from jittask.runtime.due_rows import DueRow, Window, due_rows
from jittask.runtime.reasons import reason_of

_Found = tuple[Position, TaskOccurrence, bool]
"""With its place, and whether it is the first of its row in the window."""

CHUNK = 20_000
"""The most occurrences that are held at a time."""
_OF_A_ROW = 50
"""The most occurrences of one row that are taken from a slice."""
_FIRST_SLICE, _SHORTEST = timedelta(minutes=1), timedelta(seconds=1)


@dataclass(slots=True)
class Tally:
    """What a stream has given so far."""

    occurrences: int = 0
    rows: int = 0
    """The different rows among them."""
    skipped: int = 0
    """What the calendar keeps from firing."""
    bad_rows: int = 0
    """The rows whose occurrences cannot be computed."""
    bad_row: str | None = None
    """Why, for the first of them."""


class RowStream:
    """The occurrences of one task's rows, after ``window.after`` and up to ``window.until``."""

    def __init__(
        self,
        task: DateFieldTask,
        rows: Rows,
        window: Window,
        now: datetime,
        *,
        skipped: bool = False,
        after: Position | None = None,
        chunk: int = CHUNK,
    ) -> None:
        """With ``skipped``, also what the calendar keeps from firing; ``after`` begins later.

        ``chunk`` is how many are read at a time.
        """
        self.tally = Tally()
        self._task, self._rows, self._window, self._now = task, rows, window, now
        self._skipped, self._after, self._chunk = skipped, after, chunk
        self._horizon = window.until
        self._bad: set[str] = set()
        self._fires_once = task.timer.repeat.get("repeatType") == "normal"

    def occurrences(self) -> Iterator[TaskOccurrence]:
        """Yield them one by one. Raises DataError where the table cannot be read."""
        begin, end = self._window
        if self._after is not None:
            begin = max(begin, self._after.at - TICK)
        length = _FIRST_SLICE
        while begin < end:
            self._horizon = min(end, begin + min(length, end - begin))
            slice_ = Window(begin, self._horizon)
            found = heapq.nsmallest(self._chunk + 1, self._read(slice_), key=itemgetter(0))
            found = [item for item in found if item[0].at <= self._horizon]
            begin = self._horizon
            if len(found) > self._chunk:
                found.pop()
                begin = found[-1][0].at - TICK  # more may be at the same instant
            for self._after, entry, is_first in found:
                self._count(entry, is_first=is_first)
                yield entry
            share = self._chunk / max(len(found), 1)
            length = max(_SHORTEST, _times(length, min(16, max(1 / 16, share)), end - begin))

    # --- one slice

    def _read(self, slice_: Window) -> Iterator[_Found]:
        """Yield what is in a slice, row by row; it may end the slice sooner.

        A row that gives all it may give may have more after that: the horizon.
        """
        for due_row in self._due(first_occurrences(self._task, _OF_A_ROW), slice_):
            if len(due_row.occurrences) == _OF_A_ROW:
                self._horizon = min(self._horizon, due_row.occurrences[-1].effective)
            first = self._first_of_row(due_row, slice_)
            yield from self._entries(due_row, due_row.occurrences, first)
        if self._skipped and self._task.timer.roll is not None:
            yield from self._read_skipped(slice_)

    def _first_of_row(self, due_row: DueRow, slice_: Window) -> Occurrence | None:
        """Return the row's first occurrence of the whole window, by which it is counted once."""
        if self._fires_once or slice_.after == self._window.after:
            return due_row.occurrences[0]
        timer = self._task.timer.timer_of(due_row.row, self._rows.zone)
        return None if timer is None else timer.after(self._window.after)

    def _read_skipped(self, slice_: Window) -> Iterator[_Found]:
        plain = replace(self._task, timer=replace(self._task.timer, roll=None))
        for due_row in self._due(first_occurrences(plain, 1), slice_):
            timer = self._task.timer.timer_of(due_row.row, self._rows.zone)
            assert timer is not None
            steps = list(islice(timer.walk(*slice_), _OF_A_ROW))
            if len(steps) == _OF_A_ROW:
                self._horizon = min(self._horizon, _instant(steps[-1]))
            skipped = [step for step in steps if isinstance(step, SkippedOccurrence)]
            yield from self._entries(due_row, skipped)

    def _due(self, task: DateFieldTask, slice_: Window) -> Iterator[DueRow]:
        for page in due_rows(task, self._rows, slice_, self._now, self._bad_row):
            yield from page

    def _entries(
        self,
        due_row: DueRow,
        steps: Sequence[Occurrence | SkippedOccurrence],
        first: Occurrence | None = None,
    ) -> Iterator[_Found]:
        key, timer = shown_row_key(due_row.key), self._task.timer
        for step in steps:
            entry = TaskOccurrence(_instant(step), self._task.name, step, timer.zone, key)
            place = position(entry)
            if self._after is None or place > self._after:
                yield place, entry, step == first

    # --- the tally

    def _count(self, entry: TaskOccurrence, *, is_first: bool) -> None:
        if isinstance(entry.occurrence, Occurrence):
            self.tally.occurrences += 1
            self.tally.rows += is_first
        else:
            self.tally.skipped += 1

    def _bad_row(self, row: Row, error: Exception) -> None:
        keys = ", ".join(f"{f.name}={row[f.name]!r}" for f in self._rows.model.key_fields)
        if keys not in self._bad and len(self._bad) < self._chunk:
            self._bad.add(keys)
            self.tally.bad_rows += 1
            if self.tally.bad_row is None:
                self.tally.bad_row = f"row {keys}: {reason_of(error)}"


def _instant(step: Occurrence | SkippedOccurrence) -> datetime:
    return step.effective if isinstance(step, Occurrence) else step.nominal


def _times(length: timedelta, factor: float, most: timedelta) -> timedelta:
    """Return a multiple of a length, at most ``most``; no multiple is too long to be written."""
    return most if length > most / max(factor, 1) else length * factor
