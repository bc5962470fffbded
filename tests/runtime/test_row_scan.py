"""How a scan and its sweeps go together: what each finds, and who waits for whom (D4, D6, D8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from jittask.data.rows import Rows
from jittask.model import RunStatus
from jittask.runtime import scan_windows
from jittask.runtime.events import Sweeping
from jittask.runtime.row_scan import Pass
from jittask.runtime.sweep import REPORT_EVERY
from jittask.runtime.undecided import UndecidedTasks
from tests.runtime.scanned import Scanned, scanned
from tests.tree import Tree

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
AT = {"startField": "at"}


def add(found: Scanned, at: datetime, number: int | None = None) -> None:
    found.sql("INSERT INTO thing (id, at) VALUES (?, ?)", number, f"{at:%Y-%m-%d %H:%M:%S}")


def test_a_row_within_the_hour_is_pending(tmp_path: Path) -> None:
    """R1: until the sweep after the next one, and each that comes soon at the next scan."""
    with scanned(tmp_path, NINE, AT) as found:
        add(found, NINE + timedelta(hours=1))
        add(found, NINE + timedelta(hours=1.1))
        found.scan_at(NINE)
        assert len(found.runs()) == 1
        add(found, NINE + 20 * SECOND)
        found.scan_at(NINE + 10 * SECOND)
        assert len(found.runs()) == 2


@pytest.mark.parametrize(("rows", "is_seen"), [(1, True), (60, False)])
def test_a_row_that_appears_after_its_instant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, is_seen: bool
) -> None:
    """It starts at the next scan, late, where few rows are in the grace; else at a sweep."""
    monkeypatch.setattr(scan_windows, "FEW_ROWS", 50)
    with scanned(tmp_path, NINE, AT) as found:
        for number in range(rows):
            add(found, NINE + 30 * SECOND + number * SECOND)
        for number in range(40):
            found.scan_at(NINE + number * 10 * SECOND)
        found.claim()
        add(found, NINE + 10 * SECOND, 1000)
        found.scan_at(NINE + 410 * SECOND)
        late = [run for run in found.runs() if run.row_key == "1000"]
        assert [run.late for run in late] == ([True] if is_seen else [])
        found.scan_at(NINE + timedelta(seconds=410) + scan_windows.SWEEP_EVERY)
        assert [run.late for run in found.runs() if run.row_key == "1000"] == [True]


def test_what_is_long_past_is_decided_on_once(tmp_path: Path) -> None:
    """The store is asked nothing about rows that the scan before has decided on."""
    with scanned(tmp_path, NINE, AT) as found:
        for number in range(20):
            add(found, NINE + number * SECOND)
        for number in range(1, 8):
            found.scan_at(NINE + number * 10 * SECOND)
        found.claim()
        found.scan_at(NINE + 80 * SECOND)
        found.store.recorded_occurrences = None  # type: ignore[method-assign, assignment]
        found.scan_at(NINE + 90 * SECOND)
        assert [event for event in found.events if type(event).__name__ == "Blocked"] == []


def test_due_runs_wait_for_the_scan_after_a_time_away(tmp_path: Path) -> None:
    """D8: at a start, and after a sleep; a runtime that joins others holds nothing back."""
    with scanned(tmp_path, NINE, AT) as found:
        undecided = UndecidedTasks(found.store)
        add(found, NINE + MINUTE)
        assert undecided.tasks(found.snapshot, NINE) == frozenset()  # it has no mark
        undecided.here(NINE)
        found.scan_at(NINE)
        back = NINE + 2 * MINUTE
        assert undecided.tasks(found.snapshot, back) == {"tasks.Row"}
        undecided.here(back)
        assert undecided.tasks(found.snapshot, back + 2 * SECOND) == {"tasks.Row"}
        found.scan_at(back)
        undecided.here(back + 4 * SECOND)
        assert undecided.tasks(found.snapshot, back + 4 * SECOND) == frozenset()
        joining = UndecidedTasks(found.store)
        assert joining.tasks(found.snapshot, back + 15 * SECOND) == frozenset()
        assert UndecidedTasks(found.store).tasks(found.snapshot, back + MINUTE) == {"tasks.Row"}


def test_a_clock_that_is_set_back_hides_no_row(tmp_path: Path) -> None:
    with scanned(tmp_path, NINE, AT) as found:
        found.scan_at(NINE)
        found.scan_at(NINE + timedelta(hours=1))
        add(found, NINE + MINUTE)
        found.scan_at(NINE + MINUTE - 5 * SECOND)
        assert [run.effective for run in found.runs(RunStatus.PENDING)] == [NINE + MINUTE]


def test_a_long_sweep_is_spread_over_several_passes(tmp_path: Path) -> None:
    """What comes due meanwhile is found by the fast scan of each pass."""
    with scanned(tmp_path, NINE, AT) as found:
        found.scan_at(NINE)
        for number in range(2500):
            add(found, NINE + timedelta(minutes=30) + number * SECOND / 10)
        found.budget = -1.0  # one page at most
        later = NINE + scan_windows.SWEEP_EVERY
        assert found.scan_at(later)
        add(found, later + 15 * SECOND, 9999)
        assert found.scan_at(later + 10 * SECOND)
        assert [run.row_key for run in found.runs(RunStatus.PENDING)] == ["9999"]
        found.budget = 60.0
        assert not found.scan_at(later + 20 * SECOND)
        assert len(found.runs(RunStatus.PENDING)) == 1000


def test_a_sweep_that_lasts_says_how_far_it_is(tmp_path: Path) -> None:
    with scanned(tmp_path, NINE, AT) as found:
        for number in range(4500):
            add(found, NINE + timedelta(minutes=1) + number * SECOND / 2)

        def advance() -> None:
            found.clock.move_to(found.clock.now() + 3 * SECOND)

        one_pass = Pass(found.data, NINE, found.overlap, advance, 600.0)
        assert not found.row_scan.scan(found.tasks, one_pass)
        sweeping = [event for event in found.events if isinstance(event, Sweeping)]
        assert len(sweeping) > 1
        assert [event.since for event in sweeping] == [NINE] * len(sweeping)
        assert all(two.at - one.at >= REPORT_EVERY for one, two in pairwise(sweeping))
        assert 0 < sweeping[0].due < sweeping[-1].due <= 4500


def test_the_sweeps_of_a_pass_read_the_bounds_of_a_field_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    unpatched = Rows.bounds

    def bounds(rows: Rows, field: str, *more: object, **options: object) -> object:
        if not more:  # a sweep's: a scan reads over its own connection
            read.append(field)
        return unpatched(rows, field, *more, **options)  # type: ignore[arg-type]

    def beside(tree: Tree) -> None:
        for number in range(5):
            tree.dated(f"More{number}", timing=AT, filter=f"Q('id','=',{number})")

    monkeypatch.setattr(Rows, "bounds", bounds)
    with scanned(tmp_path, NINE, AT, beside) as found:
        add(found, NINE + 10 * SECOND, 3)
        found.scan_at(NINE)
        assert read == ["at"]
        assert sorted(run.task for run in found.runs()) == ["tasks.More3", "tasks.Row"]
        add(found, NINE + timedelta(hours=1), 4)
        found.scan_at(NINE + scan_windows.SWEEP_EVERY)
        assert read == ["at", "at"]
        assert [run.task for run in found.runs() if run.row_key == "4"] == [
            "tasks.More4", "tasks.Row",
        ]  # fmt: skip
