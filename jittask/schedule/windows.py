"""Which dates of rows can fire in a span of time: the schedule turned inside out (rule D3).

Step by step backwards: the span of instants to wall times, over the holiday
roll to the nominals, over the cycle to the starts, over the offset to the
values of the column. A step may widen (near a shift of the clocks, at the end
of a short month) and never narrows, so no value is missed; each candidate's
own occurrences decide.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from jittask.schedule.field_values import Column, FieldRange, FieldValues
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.spans import TICK, coalesced, fewer
from jittask.schedule.start_spans import Starts
from jittask.schedule.unroll import before_roll
from jittask.schedule.zones import instant_of, wall_span

__all__ = ["Column", "FieldRange", "least_end", "ranges"]

_DAY = timedelta(days=1)


def ranges(timer: RowTimer, lo: datetime, hi: datetime, column: Column) -> tuple[FieldRange, ...]:
    """Return ranges, ascending, that hold every value with an occurrence in ``(lo, hi]``.

    They do not overlap, and lie within the column's least and greatest value.
    """
    if column.least is None or column.greatest is None:
        return ()
    if timer.end_time is not None:
        hi = min(hi, instant_of(timer.end_time, timer.zone))
    if hi <= lo:
        return ()
    values = FieldValues(timer, column, column.least, column.greatest)
    starts = Starts(timer, values)
    effective = wall_span(timer.zone, lo + TICK, hi)
    nominals = before_roll(timer, starts.moves, effective)
    start_spans = (start for nominal in nominals for start in starts.before(nominal))
    value_spans = (value for start in start_spans for value in values.values(start))
    found = fewer(coalesced(value_spans))
    return tuple(field_range for span in found for field_range in values.field_ranges(span))


def least_end(timer: RowTimer, lo: datetime, *, is_datetime: bool) -> date | None:
    """Return the least value of the end field with which a row still fires after ``lo``.

    None without an end field; a row whose end is empty has no end.
    """
    if timer.end_field is None:
        return None
    low, _ = wall_span(timer.zone, lo, lo)
    # a day of results, so that the time of day of the offset is among them
    undone = timer.end_offset.undo((low, low + _DAY), timer.zone, dates=not is_datetime)
    value = (low if undone is None else undone[0]) - _DAY
    return value if is_datetime else value.date()
