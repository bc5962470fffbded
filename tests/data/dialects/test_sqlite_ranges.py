"""The intervals of SQLite's texts hold each form of the dates in a range, each text once (D4)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from jittask.data.dialects import sqlite_ranges
from jittask.data.dialects.columns import DateColumn
from jittask.data.dialects.ranges import Interval
from jittask.model import FieldType
from jittask.schedule.spans import Series, coalesced
from tests.data.dialects.made_tables import UTC_ZONE

COLUMN = sa.table("t", sa.column("at")).c.at
DAY = timedelta(days=1)
STEPS = [timedelta(hours=hours) for hours in (1, 2, 3, 5, 12, 24, 36)]
FORMS = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f",
]
newest = st.datetimes(datetime(2026, 5, 1), datetime(2026, 5, 4))
lengths = st.timedeltas(timedelta(0), timedelta(minutes=50)) | st.just(timedelta(hours=30))
series = st.builds(
    lambda low, length, times, step: Series(low, low + length, times, step),
    newest, lengths, st.integers(1, 90), st.sampled_from(STEPS),
)  # fmt: skip


def texts_of(value: datetime) -> list[str]:
    texts = [value.strftime(form) for form in FORMS if "%f" in form or not value.microsecond]
    if not value.second and not value.microsecond:
        texts += [f"{value:%Y-%m-%d %H:%M}", f"{value:%Y-%m-%dT%H:%M}"]
    if value == datetime.combine(value, datetime.min.time()):
        texts.append(f"{value:%Y-%m-%d}")
    return texts


def holding(intervals: list[Interval], text: str) -> int:
    each = (single for interval in intervals for single in sqlite_ranges.each(interval))
    return sum(single.low <= text <= single.high for single in each)


@given(st.lists(series, min_size=1, max_size=3), st.booleans(), st.data())
def test_each_form_of_each_date_is_held_and_each_text_once(
    given_ranges: list[Series], has_t: bool, data: st.DataObject
) -> None:
    ranges = coalesced(given_ranges)
    dated = DateColumn(
        COLUMN, FieldType.DATETIME, False, UTC_ZONE, UTC_ZONE, has_t=has_t, has_numbers=False
    )
    intervals = sqlite_ranges.intervals(dated, ranges)
    spans = [span for each in ranges for span in each.spans()]
    span = data.draw(st.sampled_from(spans))
    seconds = (span.high - span.low).total_seconds()
    inside = span.low + timedelta(seconds=data.draw(st.floats(0, seconds)))
    for value in (span.low, inside, span.high, inside.replace(second=0, microsecond=0)):
        is_inside = any(each.low <= value <= each.high for each in spans)
        for text in texts_of(value):
            held = holding(intervals, text)
            assert held == 1 if is_inside else held <= 1, (text, value)
    odd = f"{inside:%Y-%m-%d} 9:00"
    assert holding(intervals, odd) == 1, odd


@given(series)
def test_an_hourly_series_stays_few_intervals(each: Series) -> None:
    """So that a scan does not list what SQLite unfolds."""
    dated = DateColumn(
        COLUMN, FieldType.DATETIME, False, UTC_ZONE, UTC_ZONE, has_t=False, has_numbers=False
    )
    if DAY % each.step or each.high - each.low >= each.step:
        return
    assert len(sqlite_ranges.intervals(dated, [each])) <= 2 * (DAY // each.step) + 2
