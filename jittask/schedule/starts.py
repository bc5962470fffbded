"""On which days a cycle must begin so that it fires on a given day (rule D3).

Cycles count units (days, weeks, months, years) from the start's own, so the
days lie in every n-th unit before the given one: all of them where the rule
names its days, else those of which it takes the right ones.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from jittask.schedule.cycle import Cycle
from jittask.schedule.days import Days, EveryDays, EveryMonths, EveryWeeks, EveryYears
from jittask.schedule.problems import Mistake
from jittask.schedule.recurrence import Recurrence
from jittask.schedule.repeat import read_cycle
from jittask.schedule.row_timer import RowTimer

Interval = tuple[date, date]
"""Days from the first to the second, both included."""

_MOST_COUNTED = 1_000
"""A COUNT above that is not counted: it would take dateutil long, and saves little."""
_DAY = timedelta(days=1)
_ONE_DAY, _ANOTHER = date(2024, 1, 1), date(2024, 2, 13)
"""Two days that have neither month, day, weekday nor week of the month in common."""


@lru_cache(maxsize=512)
def start_days(timer: RowTimer, day: date, earliest: date, latest: date) -> tuple[Interval, ...]:
    """Return the days of ``[earliest, latest]`` from which the cycle fires on ``day``.

    Newest first. For cycles of whole days, and rrules; ``latest`` is not after
    ``day``.
    """
    if "BYSETPOS" in str(timer.repeat.get("rrule", "")).upper():
        return ((earliest, latest),)  # in the start's own week it counts from the start
    cycle = _cycle_from(timer, day)
    if cycle is None or not _fires(cycle, day):
        return ()
    alike = _takes(timer, _ONE_DAY) == _takes(timer, _ANOTHER)
    frequency, interval, week_start = _counting(cycle)
    if alike and interval == 1:
        return _within_count(timer, day, [(earliest, latest)] if earliest <= latest else [])
    found: list[Interval] = []
    for first, last in _units(frequency, interval, week_start, day, earliest):
        begin, end = max(first, earliest), min(last, latest)
        if begin > end:
            continue
        if alike:
            found.append((begin, end))
            continue
        start = end
        while start >= begin:
            if _reaches(timer, cycle, start, day):
                found.append((start, start))
            start -= _DAY
    return _within_count(timer, day, found)


def _within_count(timer: RowTimer, day: date, found: list[Interval]) -> tuple[Interval, ...]:
    """Leave out the days from which a rule's COUNT is used up before ``day``.

    The older the start, the sooner that is.
    """
    rule = str(timer.repeat.get("rrule", "")).upper()
    count = re.search(r"COUNT=(\d+)", rule)
    if count is None or int(count[1]) > _MOST_COUNTED:
        return tuple(found)

    def lasts(start: date) -> bool:
        try:
            cycle = read_cycle({"repeat": timer.repeat}, _late_on(start), timer.zone)
        except Mistake:
            return False
        assert isinstance(cycle, Recurrence)
        return cycle.counted is None or cycle.counted.date() >= day

    whole = bisect_left(found, True, key=lambda interval: not lasts(interval[0]))
    lasting = found[:whole]
    if whole < len(found):
        begin, end = found[whole]
        gone = bisect_left(
            range((end - begin).days + 1), True, key=lambda n: lasts(begin + n * _DAY)
        )
        if gone <= (end - begin).days:
            lasting.append((begin + gone * _DAY, end))
    return tuple(lasting)


def _late_on(day: date) -> datetime:
    """Return the last second of a day: from there a COUNT lasts longest."""
    return datetime.combine(day, time(23, 59, 59))


def _cycle_from(timer: RowTimer, day: date) -> Days | Recurrence | None:
    """Return the cycle that starts with ``day``; None where its rule then never fires."""
    try:
        cycle: Cycle = read_cycle(
            {"repeat": timer.repeat}, datetime.combine(day, time()), timer.zone
        )
    except Mistake:
        return None
    assert isinstance(cycle, Days | Recurrence)
    return cycle


def _fires(cycle: Days | Recurrence, day: date) -> bool:
    """Whether a cycle fires on ``day``, by its wall times."""
    walls = cycle.walls(datetime.combine(day, time()))
    first = next(walls, None)
    return first is not None and first.date() == day


def _takes(timer: RowTimer, start: date) -> object:
    """Return what the cycle is when it starts then, that is with what it takes from its start."""
    cycle = _cycle_from(timer, start)
    return cycle.every if isinstance(cycle, Days) else cycle and cycle.written


def _reaches(timer: RowTimer, from_day: Days | Recurrence, start: date, day: date) -> bool:
    if isinstance(from_day, Recurrence):
        return _takes(timer, start) == from_day.written
    cycle = _cycle_from(timer, start)
    return cycle is not None and _fires(cycle, day)


def _counting(cycle: Days | Recurrence) -> tuple[str, int, int]:
    """Return which units a cycle counts, in what steps, and the first day of its week."""
    if isinstance(cycle, Recurrence):
        return cycle.units.frequency, cycle.units.interval, cycle.units.week_start
    names = {EveryDays: "DAILY", EveryWeeks: "WEEKLY", EveryMonths: "MONTHLY", EveryYears: "YEARLY"}
    return names[type(cycle.every)], cycle.every.period, 0


def _units(
    frequency: str, interval: int, week_start: int, day: date, earliest: date
) -> Iterator[Interval]:
    """Yield every n-th unit back from that of ``day``, as long as one may touch ``earliest``."""
    if frequency in ("DAILY", "WEEKLY"):
        length = 1 if frequency == "DAILY" else 7
        first = day.toordinal()
        if frequency == "WEEKLY":
            first -= (day.weekday() - week_start) % 7
        while first + length > earliest.toordinal():
            yield date.fromordinal(max(first, 1)), date.fromordinal(first + length - 1)
            first -= length * interval
        return
    length = 1 if frequency == "MONTHLY" else 12
    month = 12 * day.year + day.month - 1
    month -= month % length
    while month + length > 12 * earliest.year + earliest.month - 1:
        year, before = divmod(month + length - 1, 12)
        last = date(year, before + 1, monthrange(year, before + 1)[1])
        yield date(month // 12, month % 12 + 1, 1), last
        month -= length * interval
