"""The values of a date column, and the starts that a task's offset makes of them (D1, D3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jittask.schedule.cycle import LAST_YEAR
from jittask.schedule.row_timer import FIRST_SANE_YEAR, RowTimer
from jittask.schedule.spans import end_of, midnight
from jittask.schedule.zones import Span, instant_span, to_wall

_DAY = timedelta(days=1)
_FIRST_START = datetime(FIRST_SANE_YEAR, 1, 1)  # noqa: DTZ001 - wall time
_LAST_START = datetime(LAST_YEAR + 1, 1, 1)  # noqa: DTZ001 - wall time


@dataclass(frozen=True, slots=True)
class FieldRange:
    """Values of a column from ``low`` to ``high``, both included."""

    low: date
    high: date


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

    def values(self, start: Span) -> Span | None:
        """Return the span of values whose starts lie in the span, within the column's bounds."""
        low, high = max(start[0], self.earliest), min(start[1], self.latest)
        if low > high:
            return None
        undone = self._offset.undo((low, high), self._zone, dates=not self.is_datetime)
        if undone is None:
            return None
        low, high = max(undone[0], self.least), min(undone[1], self.greatest)
        if not self.is_datetime:  # a date is its midnight
            low = low if low == midnight(low.date()) else midnight(low.date() + _DAY)
            high = end_of(high.date())  # so that one day follows upon the other
        return (low, high) if low <= high else None

    def field_range(self, span: Span) -> FieldRange:
        """Return a span as the column holds its values."""
        low, high = span
        if not self.is_datetime:
            return FieldRange(low.date(), high.date())
        if self._aware:
            return FieldRange(*instant_span(self._zone, span))
        return FieldRange(low, high)

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
