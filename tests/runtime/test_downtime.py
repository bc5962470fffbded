"""What a row has missed while nothing ran: the latest occurrence runs, and counts the others (D8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jittask.model import MissedRange, Reason, Run, RunStatus
from tests.runtime.scanned import Scanned, scanned

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EACH_MINUTE = {
    "startField": "at",
    "repeat": {"repeatType": "minute"},
    "endTime": "2026-02-01 00:00:00",
}
PENDING = RunStatus.PENDING


@pytest.fixture
def minutely(tmp_path: Path) -> Iterator[Scanned]:
    """A row that fires each minute from 09:01, on a task that is active from 09:00."""
    with scanned(tmp_path, NINE, EACH_MINUTE) as found:
        found.sql("INSERT INTO thing (id, at) VALUES (1, '2026-01-05 09:01:00')")
        yield found


def counted(run: Run) -> tuple[int, MissedRange | None, bool]:
    return int((run.effective - NINE) / MINUTE), run.missed, run.late


def test_a_row_has_its_next_occurrence_pending_and_no_more(minutely: Scanned) -> None:
    """R1: and each one that comes before the next scans."""
    minutely.scan_at(NINE)
    assert [counted(run) for run in minutely.runs()] == [(1, None, False)]
    minutely.overlap = MINUTE
    minutely.scan_at(NINE + 10 * MINUTE)
    pending = [run for run in minutely.runs(PENDING) if run.effective > minutely.clock.now()]
    assert [counted(run)[0] for run in pending] == [11, 12]


@pytest.mark.parametrize("sweeping", [False, True])
def test_the_latest_missed_occurrence_runs_and_counts_the_others(
    minutely: Scanned, sweeping: bool
) -> None:
    minutely.overlap = MINUTE
    minutely.scan_at(NINE)  # 09:01 and 09:02 are pending
    minutely.restart()
    minutely.scan_at(NINE + 8 * MINUTE + MINUTE / 2, sweeping=sweeping)
    due = [run for run in minutely.runs(PENDING) if run.effective <= minutely.clock.now()]
    missed = MissedRange(NINE + MINUTE, NINE + 7 * MINUTE, 7)
    assert [counted(run) for run in due] == [(8, missed, False)]
    ended = minutely.runs(RunStatus.CANCELLED)
    assert [(counted(run)[0], run.reason) for run in ended] == [
        (1, Reason.MISFIRE),
        (2, Reason.MISFIRE),
    ]
    minutely.scan_at(NINE + 8 * MINUTE + 40 * MINUTE / 60)
    assert [run for run in minutely.runs(PENDING) if run.effective <= minutely.clock.now()] == due


def test_the_only_missed_occurrence_runs_late(minutely: Scanned) -> None:
    """Its pending run is the one that runs; its record says that it was late."""
    minutely.sql("UPDATE thing SET at = '2026-01-05 09:30:00'")
    minutely.scan_at(NINE)
    minutely.sql("DELETE FROM thing")
    minutely.restart()
    minutely.clock.move_to(NINE + 31 * MINUTE + MINUTE / 10)
    assert len(minutely.claim()) == 1
    [run] = minutely.runs(RunStatus.EXECUTING)
    assert counted(run) == (30, None, True)


def test_what_waits_counts_what_comes_due_before_it_begins(minutely: Scanned) -> None:
    """No worker is free for minutes: the range grows, and no occurrence is lost."""
    minutely.scan_at(NINE)
    for number in range(1, 40):
        minutely.scan_at(NINE + number * MINUTE / 6)
    pending = [run for run in minutely.runs(PENDING) if run.effective <= minutely.clock.now()]
    assert [counted(run) for run in pending] == [
        (6, MissedRange(NINE + MINUTE, NINE + 5 * MINUTE, 5), False)
    ]
    assert [run.effective for run in minutely.claim()] == [NINE + 6 * MINUTE]


def test_a_run_that_is_claimed_meanwhile_is_not_counted(minutely: Scanned) -> None:
    """I1: it stands in its own record, and the page is decided on again."""
    minutely.overlap = MINUTE
    minutely.scan_at(NINE)
    minutely.clock.move_to(NINE + MINUTE)
    plan, claimed = minutely.store.plan, []

    def claim_first(*arguments: object, **named: object) -> object:
        if named.get("exact") and not claimed:
            claimed.extend(minutely.claim() or [None])
        return plan(*arguments, **named)  # type: ignore[arg-type]

    minutely.store.plan = claim_first  # type: ignore[method-assign, assignment]
    minutely.clock.move_to(NINE + 3 * MINUTE)
    minutely.scan_at(NINE + 3 * MINUTE)
    executing = minutely.runs(RunStatus.EXECUTING)
    assert [counted(run)[0] for run in executing] == [1, 2]
    [run] = [run for run in minutely.runs(PENDING) if run.effective <= minutely.clock.now()]
    assert counted(run) == (3, None, False)


@settings(max_examples=40, deadline=None)
@given(
    misfire=st.sampled_from(["latest", "skip"]),
    period=st.sampled_from([1, 2, 20]),
    steps=st.lists(st.tuples(st.integers(5, 5400), st.sampled_from(["scan", "restart", "claim"])),
                   min_size=2, max_size=12),
)  # fmt: skip
def test_each_occurrence_is_in_exactly_one_record(
    tmp_path_factory: pytest.TempPathFactory,
    misfire: str,
    period: int,
    steps: list[tuple[int, str]],
) -> None:
    """I1: whatever comes between the scans; a cancelled run counts nothing, not even itself."""
    timing = {**EACH_MINUTE, "repeat": {"repeatType": "minute", "period": period}}
    folder = tmp_path_factory.mktemp("counted")
    with scanned(folder, NINE, timing, policy={"misfire": misfire}) as found:
        found.sql("INSERT INTO thing (id, at) VALUES (1, '2026-01-05 09:01:00')")
        found.scan_at(NINE)
        for seconds, step in steps:
            now = found.clock.now() + timedelta(seconds=seconds)
            if step == "restart":
                found.restart()
            found.scan_at(now)
            if step == "claim":
                found.claim()
        counted = 0
        for run in found.runs():
            if run.effective <= now:
                counted += run.status is not RunStatus.CANCELLED
                counted += run.missed.count if run.missed else 0
        assert counted == (now - NINE - MINUTE) // (period * MINUTE) + 1


@pytest.mark.parametrize("after", [MINUTE / 2, 3 * MINUTE / 2])
def test_skip_runs_none_that_is_late_and_records_them(tmp_path: Path, after: timedelta) -> None:
    """R2: what was pending is skipped; what was not is counted in one skipped record."""
    once_an_hour = {**EACH_MINUTE, "repeat": {"repeatType": "hour"}}
    with scanned(tmp_path, NINE, once_an_hour, policy={"misfire": "skip"}) as hourly:
        hourly.sql("INSERT INTO thing (id, at) VALUES (1, '2026-01-05 09:30:00')")
        hourly.scan_at(NINE)
        hourly.restart()
        hourly.scan_at(NINE + timedelta(hours=4.5) + after)
        runs = [
            (run.status, run.effective - NINE, run.missed and run.missed.count)
            for run in hourly.runs()
            if run.effective <= hourly.clock.now()
        ]
    half = [timedelta(hours=hours + 0.5) for hours in range(5)]
    if after < MINUTE:
        assert runs == [
            (RunStatus.CANCELLED, half[0], None),
            (RunStatus.PENDING, half[4], 4),
        ]
    else:
        assert runs == [
            (RunStatus.SKIPPED, half[0], None),
            (RunStatus.SKIPPED, half[4], 3),
        ]
