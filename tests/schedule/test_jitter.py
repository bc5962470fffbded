"""The delay of an occurrence: always the same, spread evenly, within its bounds (R2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jittask.model import NO_DELAY
from jittask.schedule.jitter import delay_of

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
MOST_SECONDS = 86_400
INSTANTS = 10_000
BINS = 20


def test_the_same_occurrence_has_the_same_delay_everywhere() -> None:
    """It is kept here as a number: another version of the program must find it too."""
    assert delay_of("tasks.A", "", NOW, 300) == timedelta(seconds=98, microseconds=584_133)
    elsewhere = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    assert delay_of("tasks.A", "", elsewhere, 300) == delay_of("tasks.A", "", NOW, 300)


@pytest.mark.parametrize(
    ("task", "row_key", "effective"),
    [
        ("tasks.B", "", NOW),
        ("tasks.A", '"1"', NOW),
        ("tasks.A", "", NOW + timedelta(microseconds=1)),
        ("tasks.A", "", NOW + timedelta(days=1)),
    ],
)
def test_another_occurrence_has_another_delay(task: str, row_key: str, effective: datetime) -> None:
    assert delay_of(task, row_key, effective, 300) != delay_of("tasks.A", "", NOW, 300)


@pytest.mark.parametrize("jitter", [0, 1e-7, -1])
def test_without_jitter_there_is_no_delay(jitter: float) -> None:
    assert delay_of("tasks.A", "", NOW, jitter) == NO_DELAY


@given(
    st.text(),
    st.text(),
    st.datetimes(timezones=st.just(UTC)),
    st.floats(1e-6, MOST_SECONDS) | st.integers(1, MOST_SECONDS),
)
def test_a_delay_is_within_its_bounds(
    task: str, row_key: str, effective: datetime, jitter: float
) -> None:
    delay = delay_of(task, row_key, effective, jitter)
    assert delay >= NO_DELAY
    assert delay.total_seconds() < jitter


@pytest.mark.parametrize("spread", ["instants", "tasks", "rows"])
def test_delays_are_spread_evenly(spread: str) -> None:
    """Each twentieth of the span has a twentieth of them, as chi-squared has it (p = 0.001)."""
    counts = [0] * BINS
    for n in range(INSTANTS):
        task = f"tasks.T{n}" if spread == "tasks" else "tasks.A"
        row = str(n) if spread == "rows" else ""
        at = NOW + timedelta(days=n) if spread == "instants" else NOW
        counts[int(delay_of(task, row, at, 300).total_seconds() / 300 * BINS)] += 1
    expected = INSTANTS / BINS
    assert sum((count - expected) ** 2 / expected for count in counts) < 43.8
