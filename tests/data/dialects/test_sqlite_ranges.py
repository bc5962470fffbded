"""The intervals of SQLite's texts hold each form of the dates in a range, each text once (D4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
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
    newest, lengths, st.integers(1, 60), st.sampled_from(STEPS),
)  # fmt: skip


def texts_of(value: datetime) -> list[str]:
    texts = [value.strftime(form) for form in FORMS if "%f" in form or not value.microsecond]
    if not value.second and not value.microsecond:
        texts += [f"{value:%Y-%m-%d %H:%M}", f"{value:%Y-%m-%dT%H:%M}"]
    if value == datetime.combine(value, datetime.min.time()):
        texts.append(f"{value:%Y-%m-%d}")
    return texts


def holding(singles: list[Interval], text: str) -> int:
    return sum(single.low <= text <= single.high for single in singles)


def check(ranges: Sequence[Series], spans: Sequence[Series], part: float, *, has_t: bool) -> None:
    """Look for the texts of some spans among the intervals of the ranges."""
    intervals = sqlite_ranges.intervals(column(has_t=has_t), ranges)
    singles = [single for interval in intervals for single in sqlite_ranges.each(interval)]
    all_spans = [span for each in ranges for span in each.spans()]
    for span in spans:
        assert isinstance(span.low, datetime)
        inside = span.low + (span.high - span.low) * part
        for value in (span.low, inside, span.high, inside.replace(second=0, microsecond=0)):
            is_inside = any(each.low <= value <= each.high for each in all_spans)
            for text in texts_of(value):
                held = holding(singles, text)
                assert held == 1 if is_inside else held <= 1, (text, value)
        odd = f"{inside:%Y-%m-%d} 9:00"
        assert holding(singles, odd) == 1, odd


@given(st.lists(series, min_size=1, max_size=3), st.booleans(), st.floats(0, 1), st.data())
def test_each_form_of_each_date_is_held_and_each_text_once(
    given_ranges: list[Series], has_t: bool, part: float, data: st.DataObject
) -> None:
    ranges = coalesced(given_ranges)
    spans = [span for each in ranges for span in each.spans()]
    drawn = data.draw(st.lists(st.sampled_from(spans), min_size=1, max_size=3))
    check(ranges, [spans[0], spans[-1], *drawn], part, has_t=has_t)


AT = datetime(2026, 5, 3, 0, 40)
HOUR = timedelta(hours=1)
EXAMPLES = {
    "over midnight, hourly": [Series(AT, AT + HOUR / 2, 60, HOUR)],
    "over midnight, daily": [Series(AT - HOUR, AT + HOUR / 2, 5, DAY)],
    "each minute, for nearly a minute": [
        Series(AT, AT + timedelta(seconds=59.8), 90, timedelta(minutes=1)),
    ],
    "a span on a day of a series": [
        Series(AT - 5 * DAY, AT - 5 * DAY + HOUR / 4),
        Series(AT + HOUR, AT + 1.5 * HOUR, 6, DAY),
    ],
}


@pytest.mark.parametrize("has_t", [False, True])
@pytest.mark.parametrize("name", EXAMPLES)
def test_each_form_of_an_example(name: str, has_t: bool) -> None:
    ranges = coalesced(EXAMPLES[name])
    check(ranges, [span for each in ranges for span in each.spans()], 0.5, has_t=has_t)


@given(series)
def test_an_hourly_series_stays_few_intervals(each: Series) -> None:
    """So that a scan does not list what SQLite unfolds."""
    if DAY % each.step or each.high - each.low >= each.step:
        return
    assert len(sqlite_ranges.intervals(column(), [each])) <= 2 * (DAY // each.step) + 2


def column(*, has_t: bool = False) -> DateColumn:
    return DateColumn(
        COLUMN, FieldType.DATETIME, False, UTC_ZONE, UTC_ZONE, has_t=has_t, has_numbers=False
    )
