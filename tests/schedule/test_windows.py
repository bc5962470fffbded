"""The inversion (D3) against brute force over field values: it misses none, and is tight."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from jittask.schedule import windows
from jittask.schedule.roll import Direction
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.spans import MOST_RANGES, Series, coalesced, fewer, within
from jittask.schedule.windows import Column, least_end

ROUNDS = int(os.environ.get("JITTASK_FUZZ_ROUNDS", "0"))
DAY = timedelta(days=1)
SHIFTING = ["America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca"]
STEADY = ["UTC", "Asia/Shanghai"]

PERIODS = st.integers(1, 5)
WEEKDAYS = st.lists(st.integers(1, 7), min_size=1, max_size=3, unique=True)
DAYS = st.lists(st.sampled_from([1, 15, 28, 29, 30, 31, -1]), min_size=1, max_size=2, unique=True)
WEEKS = st.sampled_from([1, 2, 4, 5, -1])
RRULES = st.sampled_from(
    ["FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=MO,TH",
     "FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=3,9",
     "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=DAILY;COUNT=5", "FREQ=WEEKLY;UNTIL=20260301",
     "FREQ=HOURLY;INTERVAL=7;COUNT=9", "FREQ=DAILY;BYHOUR=8,20", "FREQ=YEARLY;BYWEEKNO=53", "FREQ=WEEKLY;BYDAY=MO,TH;BYSETPOS=2"]
)  # fmt: skip
CRONS = st.sampled_from(["30 9 * * 1-5", "0 * * * *", "*/20 8-17 * * *", "0 0 L * *", "15 3 1 1 *"])


def repeats(kind: str, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"repeatType": st.just(kind), **parts})


CYCLES = {
    "normal": repeats("normal"),
    "minute": repeats("minute", period=st.sampled_from([1, 7, 45, 200])),
    "hour": repeats("hour", period=PERIODS),
    "day": repeats("day", period=PERIODS),
    "week": repeats("week", period=PERIODS),
    "week on weekdays": repeats("week", period=PERIODS, weekday=WEEKDAYS),
    "month": repeats("month", period=PERIODS),
    "month by days": repeats("month", period=PERIODS, day=DAYS),
    "month by weeks": repeats("month", period=PERIODS, week=WEEKS, weekday=WEEKDAYS),
    "month by the start's week": repeats("month", subType=st.just("week"), period=PERIODS),
    "month by the start's week's weekdays": repeats("month", weekday=WEEKDAYS, period=PERIODS),
    "year": repeats("year", period=st.integers(1, 2)),
    "year by days": repeats("year", month=st.lists(st.integers(1, 12), min_size=1), day=DAYS),
    "year, month named": repeats("year", month=st.integers(1, 12)),
    "year by weeks": repeats("year", week=WEEKS, weekday=WEEKDAYS),
    "cron": repeats("custom", cron=CRONS),
    "rrule": repeats("custom", rrule=RRULES),
}
OFFSETS = st.fixed_dictionaries(
    {
        "offsetType": st.sampled_from([-1, 0, 1]),
        "offset": st.integers(0, 40),
        "offsetUnit": st.sampled_from(["minute", "hour", "day", "week", "month"]),
    },
    optional={"time": st.sampled_from(["00:00", "09:00", "23:59"])},
)
ROLLS = st.fixed_dictionaries(
    {},
    optional={
        "skipHoliday": st.just(1),
        "skipWeekend": st.just(1),
        "holidayRoll": st.sampled_from(["next", "previous", "skip"]),
    },
)


@st.composite
def timers(draw: st.DrawFn, kind: str, zones: list[str]) -> RowTimer:
    config = {
        "startField": "f",
        "startOffset": draw(OFFSETS),
        "repeat": draw(CYCLES[kind]),
        "endTime": "2027-06-01 00:00:00",
        **draw(ROLLS),
    }
    return RowTimer.from_config(config, draw(st.sampled_from(zones)), "CN")


def fires(timer: RowTimer, value: date, lo: datetime, hi: datetime) -> bool:
    mine = timer.timer(value)
    return mine is not None and next(mine.between(lo, hi), None) is not None


def holds(found: tuple[windows.FieldRange, ...], value: date) -> bool:
    return any(span.low <= value <= span.high for series in found for span in series.spans())


@pytest.mark.parametrize("kind", CYCLES)
@settings(max_examples=max(40, ROUNDS), deadline=None, phases=[Phase.reuse, Phase.generate])
@given(data=st.data())
def test_no_value_is_missed(kind: str, data: st.DataObject) -> None:
    timer = data.draw(timers(kind, STEADY + SHIFTING))
    is_datetime = data.draw(st.booleans())
    moment = data.draw(st.datetimes(datetime(2023, 1, 1), datetime(2026, 6, 1)))
    value: date = moment.replace(microsecond=0) if is_datetime else moment.date()
    mine = timer.timer(value)
    if mine is None:
        return
    begin = data.draw(st.datetimes(datetime(2023, 1, 1), datetime(2026, 9, 1))).replace(tzinfo=UTC)
    one = mine.after(begin)
    if one is None:
        return
    before, after = (timedelta(seconds=data.draw(st.integers(0, 90_000))) for _ in range(2))
    lo, hi = one.effective - before - timedelta(microseconds=1), one.effective + after
    column = Column(is_datetime, *_bounds(data, value, is_datetime))
    assert holds(windows.ranges(timer, lo, hi, column), value)


def _bounds(data: st.DataObject, value: date, is_datetime: bool) -> tuple[date, date]:
    below, above = (data.draw(st.sampled_from([0, 1, 400, 9000])) * DAY for _ in range(2))
    return value - below, value + above


def check_exact(timer: RowTimer, values: list[Any], lo: datetime, hi: datetime) -> None:
    """Nothing is asked for in vain.

    But of a cron, what begins in the very window; what would be moved to before
    its start (T2); at the end of a month, where an offset by months clamps; of
    BYHOUR, which is looked at by the hour; of BYSETPOS, which counts in what
    is left of the start's own week; and of the oldest values, where ranges are many.
    """
    is_datetime = isinstance(values[0], datetime)
    found = windows.ranges(timer, lo, hi, Column(is_datetime, values[0], values[-1]))
    asked = {value for value in values if holds(found, value)}
    exact = {value for value in values if fires(timer, value, lo, hi)}
    assert exact <= asked
    if (
        sum(series.times for series in found) > MOST_RANGES // 2
    ):  # those that touch have become one after the cut
        asked = {value for value in asked if value in exact or value > found[0].high}
    if "BYSETPOS" in str(timer.repeat) or "BYHOUR" in str(timer.repeat):
        return
    previous = timer.roll is not None and timer.roll.direction is Direction.PREVIOUS
    if previous or "cron" in timer.repeat:
        asked = {value for value in asked if value in exact or starts_before(timer, value, lo)}
    if timer.start_offset.months:
        asked = {value for value in asked if value in exact or value.day < 28}
    assert asked == exact


def starts_before(timer: RowTimer, value: date, lo: datetime) -> bool:
    mine = timer.timer(value)
    return mine is not None and mine.start.replace(tzinfo=timer.zone) < lo


@pytest.mark.parametrize("kind", CYCLES)
@settings(max_examples=max(8, ROUNDS // 50), deadline=None, phases=[Phase.reuse, Phase.generate])
@given(data=st.data())
def test_every_date_that_is_asked_for_fires(kind: str, data: st.DataObject) -> None:
    """Three years of dates, where no clocks shift."""
    timer = data.draw(timers(kind, STEADY))
    lo = data.draw(st.datetimes(datetime(2025, 3, 1), datetime(2026, 3, 1))).replace(tzinfo=UTC)
    hi = lo + timedelta(minutes=data.draw(st.sampled_from([1, 61, 600, 1500])))
    check_exact(timer, [date(2023, 6, 1) + n * DAY for n in range(1100)], lo, hi)


@pytest.mark.parametrize("kind", CYCLES)
@settings(max_examples=max(8, ROUNDS // 50), deadline=None, phases=[Phase.reuse, Phase.generate])
@given(data=st.data())
def test_every_moment_that_is_asked_for_fires(kind: str, data: st.DataObject) -> None:
    """A moment every 97 minutes, for three months."""
    timer = data.draw(timers(kind, STEADY))
    lo = data.draw(st.datetimes(datetime(2025, 3, 1), datetime(2025, 4, 9))).replace(tzinfo=UTC)
    hi = lo + timedelta(minutes=data.draw(st.sampled_from([1, 61, 600, 1500])))
    moments = [datetime(2025, 1, 1, 0, 5) + n * timedelta(minutes=97) for n in range(1400)]
    check_exact(timer, moments, lo, hi)


@pytest.mark.parametrize("kind", ["day", "week on weekdays", "month", "minute"])
@settings(max_examples=max(10, ROUNDS // 50), deadline=None, phases=[Phase.reuse, Phase.generate])
@given(data=st.data())
def test_a_row_that_still_fires_has_not_ended(kind: str, data: st.DataObject) -> None:
    end_is_datetime = data.draw(st.booleans())
    config = {
        "startField": "f",
        "repeat": data.draw(CYCLES[kind]),
        "endField": "g",
        "endOffset": data.draw(OFFSETS),
    }
    timer = RowTimer.from_config(config, data.draw(st.sampled_from(SHIFTING)))
    end = data.draw(st.datetimes(datetime(2024, 1, 1), datetime(2025, 1, 1)))
    value: date = end if end_is_datetime else end.date()
    mine = timer.timer(datetime(2022, 1, 1), value)
    assert mine is not None
    last = mine.end
    assert last is not None
    lo = last.replace(tzinfo=timer.zone) - timedelta(hours=data.draw(st.integers(0, 4000)))
    least = least_end(timer, lo, is_datetime=end_is_datetime)
    assert least is not None
    if next(mine.between(lo, lo + 4000 * DAY), None) is not None:
        assert value >= least
    assert least >= (value - 180 * DAY)


def test_a_column_of_aware_values_is_asked_in_instants() -> None:
    timer = RowTimer.from_config({"startField": "f"}, "America/New_York")
    moment = datetime(2026, 1, 5, 9, tzinfo=UTC)
    column = Column(True, moment - DAY, moment + DAY)
    [found] = windows.ranges(timer, moment - timedelta(hours=1), moment, column)
    assert found.low == moment - timedelta(hours=1) + timedelta(microseconds=1)
    assert found.high == moment


def test_a_column_without_values_has_no_ranges() -> None:
    timer = RowTimer.from_config({"startField": "f"}, "UTC")
    moment = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert windows.ranges(timer, moment, moment + DAY, Column(True, None, None)) == ()


def test_very_many_ranges_become_fewer_at_the_old_end() -> None:
    """A moment every two hours for six years would be twenty-six thousand."""
    config = {"startField": "f", "repeat": {"repeatType": "hour", "period": 2},
              "endTime": "2030-01-01 00:00:00"}  # fmt: skip
    timer = RowTimer.from_config(config, "UTC")
    lo = datetime(2026, 1, 5, 9, tzinfo=UTC)
    column = Column(True, datetime(2020, 1, 1), datetime(2026, 1, 5))
    found = windows.ranges(timer, lo, lo + timedelta(minutes=10), column)
    oldest, newer = found
    assert newer.times == MOST_RANGES - 1
    assert newer.high - newer.low < timedelta(minutes=10)
    assert timedelta() <= oldest.low - datetime(2020, 1, 1) < timedelta(hours=2)
    assert newer.oldest - timedelta(hours=2) <= oldest.high < newer.oldest


OFFSETS_IN_SERIES = {
    "none": {},
    "days before": {"offsetType": -1, "offset": 3, "offsetUnit": "day"},
    "hours after": {"offsetType": 1, "offset": 5, "offsetUnit": "hour"},
}


@pytest.mark.parametrize("offset", OFFSETS_IN_SERIES)
@pytest.mark.parametrize("zone", [None, UTC], ids=["wall times", "instants"])
@pytest.mark.parametrize("kind", ["day", "hour"])
def test_a_repeat_is_a_few_series(kind: str, zone: tzinfo | None, offset: str) -> None:
    """However long it goes back: only where clocks shift are spans by themselves."""
    config = {"startField": "f", "repeat": {"repeatType": kind},
              "startOffset": OFFSETS_IN_SERIES[offset],
              "endTime": "2030-01-01 00:00:00"}  # fmt: skip
    timer = RowTimer.from_config(config, "Europe/Berlin")
    lo = datetime(2026, 1, 5, 9, tzinfo=UTC)
    first, last = (datetime(year, 1, 5, tzinfo=zone) for year in (2020, 2026))
    found = windows.ranges(timer, lo, lo + timedelta(minutes=1), Column(True, first, last))
    long = [series for series in found if series.times > 1]
    assert len(long) <= 2 * 13  # by month of winter and of summer
    assert sum(series.times for series in long) > 0.7 * sum(series.times for series in found)


SPANS = st.builds(
    lambda at, length, times, step: Series(
        datetime(2026, 1, 1) + timedelta(minutes=at),
        datetime(2026, 1, 1) + timedelta(minutes=at + length),
        times,
        timedelta(minutes=step),
    ),
    st.integers(0, 90), st.integers(0, 40), st.integers(1, 6), st.sampled_from([7, 10, 30, 60]),
)  # fmt: skip


@settings(max_examples=max(200, ROUNDS), deadline=None)
@given(st.lists(SPANS, max_size=4), st.tuples(st.integers(0, 90), st.integers(0, 90)))
def test_a_union_and_a_part_hold_what_their_spans_hold(
    found: list[Series], bounds: tuple[int, int]
) -> None:
    half = timedelta(seconds=30)
    every = [datetime(2025, 12, 31, 12) + n * half for n in range(2 * 60 * 18)]
    asked = {at for at in every if holds(tuple(found), at)}
    union = coalesced(found)
    assert {at for at in every if holds(tuple(union), at)} == asked
    apart = sorted(span for series in union for span in series.spans())
    assert all(one.high < two.low for one, two in pairwise(apart))
    low, high = (datetime(2026, 1, 1) + timedelta(minutes=bound) for bound in sorted(bounds))
    parts = tuple(part for series in found for part in within(series, low, high))
    assert {at for at in every if holds(parts, at)} == {at for at in asked if low <= at <= high}
    assert sum(series.times for series in fewer(union)) <= MOST_RANGES


def test_a_rule_with_hours_of_its_own_asks_for_nothing_in_others() -> None:
    config = {
        "startField": "f",
        "repeat": {"repeatType": "custom", "rrule": "FREQ=DAILY;BYHOUR=8,20"},
    }
    timer = RowTimer.from_config(config, "UTC")
    column = Column(False, date(2020, 1, 1), date(2026, 1, 1))
    nine = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert windows.ranges(timer, nine, nine + timedelta(hours=8), column) == ()
    assert windows.ranges(timer, nine, nine + timedelta(hours=11), column) != ()
