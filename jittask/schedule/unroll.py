"""The holiday roll turned inside out: from effective times to the nominals before it (T9, D3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from jittask.schedule.calendars import SEARCH_DAYS
from jittask.schedule.roll import Direction, Roll
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.spans import TICK, end_of, midnight
from jittask.schedule.zones import Span, skipped_date

_DAY = timedelta(days=1)


def before_roll(timer: RowTimer, moves: bool, span: Span) -> Iterator[Span]:
    """Yield the spans of nominals whose effective wall times lie in ``span`` (T9)."""
    roll = timer.roll
    if roll is None:
        yield span
        return
    low, high = span
    open_since: datetime | None = None
    day = low.date()
    while day <= high.date():
        begin, end = max(low, midnight(day)), min(high, end_of(day))
        if roll.bars(day) is not None:
            if open_since is not None:
                yield open_since, begin - TICK
                open_since = None
        elif open_since is None:
            open_since = begin
        if moves and roll.direction is not Direction.SKIP:
            for barred in _landing_on(roll, day, timer):
                shift = day - barred
                yield begin - shift, end - shift
        day += _DAY
    if open_since is not None:
        yield open_since, high


def _landing_on(roll: Roll, day: date, timer: RowTimer) -> Iterator[date]:
    """Yield the barred days whose occurrences move to ``day``."""

    def lands(moved: date) -> bool:
        return roll.calendar.is_working_day(moved) and not skipped_date(moved, timer.zone)

    if not lands(day):
        return
    back = -_DAY if roll.direction is Direction.NEXT else _DAY
    barred = day + back
    for _ in range(SEARCH_DAYS):
        if lands(barred):
            return
        if roll.bars(barred) is not None:
            yield barred
        barred += back
