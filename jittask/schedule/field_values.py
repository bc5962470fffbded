"""The values of a date column, and the starts that a task's offset makes of them (D1, D3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jittask.schedule.cycle import LAST_YEAR
from jittask.schedule.row_timer import FIRST_SANE_YEAR, RowTimer
from jittask.schedule.spans import (
    Series,
    end_of,
    instant_series,
    midnight,
    wall_series,
    within,
)
from jittask.schedule.zones import Span, to_wall

_DAY = timedelta(days=1)
_FIRST_START = datetime(FIRST_SANE_YEAR, 1, 1)  # noqa: DTZ001 - wall time
_LAST_START = datetime(LAST_YEAR + 1, 1, 1)  # noqa: DTZ001 - wall time


FieldRange = Series
"""Values of a column."""


@dataclass(frozen=True, slots=True)
class Column:
    """What the database knows of the column with the rows' dates."""

    is_datetime: bool
    least: date | None
    greatest: date | None
    """Aware where the column's values are; None where it has none."""


class FieldValues:
    """The values of one column, as the wall times and the starts of one timer."""

    def __init__(self, timer: RowTimer, column: Column, least: date, greatest: date) -> None:
        self._offset, self._zone = timer.start_offset, timer.zone
        self.is_datetime = column.is_datetime
        self.least, self.greatest = self._naive(least), self._naive(greatest)
        self._aware = isinstance(least, datetime) and least.tzinfo is not None
        self.earliest = self.start_of(self.least) - _DAY
        """A wall time before every start; a day of room, for shifts of the clocks."""
        self.latest = self.start_of(self.greatest) + _DAY

    def values(self, starts: Series) -> Iterator[Series]:
        """Yield the values whose starts lie in a series, within the column's bounds."""
        for start in within(starts, self.earliest, self.latest):
            for value in self._undone(start):
                yield from within(value, self.least, self.greatest)

    def _undone(self, starts: Series) -> Iterator[Series]:
        """Yield the values of starts: all at once where each step of them moves alike."""
        offset = self._offset
        if starts.times == 1 or not self.is_datetime or offset.months or offset.at:
            for span in starts.spans():
                undone = self._undone_span(span)
                if undone is not None:
                    yield Series(*undone)
            return
        move = timedelta(days=offset.days, seconds=offset.seconds)
        if not offset.seconds:
            yield starts._replace(low=starts.low - move, high=starts.high - move)
            return
        for instants in instant_series(self._zone, starts):
            moved = instants._replace(low=instants.low - move, high=instants.high - move)
            yield from wall_series(self._zone, moved)

    def _undone_span(self, start: Series) -> Span | None:
        low, high = start.low, start.high
        assert isinstance(low, datetime)
        assert isinstance(high, datetime)
        undone = self._offset.undo((low, high), self._zone, dates=not self.is_datetime)
        if undone is None or self.is_datetime:
            return undone
        low, high = undone  # a date is its midnight
        low = low if low == midnight(low.date()) else midnight(low.date() + _DAY)
        high = end_of(high.date())  # so that one day follows upon the other
        return (low, high) if low <= high else None

    def field_ranges(self, values: Series) -> Iterator[FieldRange]:
        """Yield a series as the column holds its values."""
        if not self.is_datetime:
            low, high = values.low, values.high
            assert isinstance(low, datetime)
            assert isinstance(high, datetime)
            yield FieldRange(low.date(), high.date())
        elif self._aware:
            yield from instant_series(self._zone, values)
        else:
            yield values

    def start_of(self, value: datetime) -> datetime:
        """Return the start of a value, within the years that timers know."""
        try:
            start = self._offset.apply(value if self.is_datetime else value.date(), self._zone)
        except (OverflowError, ValueError):  # near an end of the calendar
            start = value
        return min(max(start, _FIRST_START), _LAST_START)

    def _naive(self, value: date) -> datetime:
        if not isinstance(value, datetime):
            return midnight(value)
        return value if value.tzinfo is None else to_wall(value, self._zone)
