"""What stops or misleads no scan: tables, clocks, tasks and other writers as they come (R12, D8)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.data.rows import Rows
from jittask.model import RunStatus
from jittask.runtime.events import Blocked
from jittask.runtime.planner import Planner
from jittask.runtime.undecided import UndecidedTasks
from jittask.store import AlreadyClaimed
from tests.runtime.scanned import Scanned, scanned
from tests.tree import Tree

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
AT = {"startField": "at"}
DAILY = {**AT, "repeat": {"repeatType": "day"}, "endTime": "2026-02-01 00:00:00"}
DESCRIBED = """
from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class Thing(NormalModel):
    id = datatypes.AutoInt(name="id", title="id", primaryKey=True)
    at = datatypes.Datetime(name="at", title="at")
    lacking = datatypes.Stext(name="lacking", title="lacking")

    class Meta:
        db = "databases.D"
        dbTable = "thing"
"""


def describe(tree: Tree) -> None:
    """Let the model describe its table, and a column that the table lacks."""
    model = {"type": "models.NormalType", "title": "T", "db": "databases.D", "dbTable": "thing"}
    tree.write("models/Thing/e.json", model)
    tree.write("models/Thing/model.py", DESCRIBED)


def in_shanghai(tree: Tree) -> None:
    file = tree.root / "databases/D/e.json"
    database = json.loads(file.read_text(encoding="utf-8"))
    tree.write("databases/D/e.json", {**database, "timezone": "Asia/Shanghai"})


def test_a_column_that_the_table_lacks_holds_up_no_sweep(tmp_path: Path) -> None:
    with scanned(tmp_path, NINE, AT, describe) as found:
        found.sql("INSERT INTO thing (id, at) VALUES (1, '2026-01-05 09:30:00')")
        assert not found.scan_at(NINE)
        found.restart()
        undecided = UndecidedTasks(found.store)
        back = NINE + HOUR
        assert undecided.tasks(found.snapshot, back) == {"tasks.Row"}
        undecided.here(back)
        assert not found.scan_at(back)
        assert undecided.tasks(found.snapshot, back + SECOND) == frozenset()


@pytest.mark.parametrize(
    ("settings", "pointed_at"),
    [
        ({"filter": "Q(Q('id','>',0), Q.AND, Q('att','isnull',False))"}, "'att'"),
        ({"timing": {"startField": "att"}}, '"att"'),
        ({"timing": {**DAILY, "endTimeType": 1, "endField": "att", "endTime": None}}, '"att"'),
    ],
)
def test_a_field_that_a_table_has_not_is_named_at_its_place(
    tmp_path: Path, settings: dict[str, object], pointed_at: str
) -> None:
    def prepare(tree: Tree) -> None:
        tree.dated("Typo", **{"timing": AT, **settings})

    with scanned(tmp_path, NINE, AT, prepare) as found:
        found.scan_at(NINE)
        [blocked] = [each for each in found.events if isinstance(each, Blocked)]
        place, _, words = blocked.reason.partition(": ")
        assert words == "models.Thing: its table has no column for att; did you mean 'at'?"
        file, line, column = place.split(":")
        assert file == "tasks/Typo/e.json"
        text = (found.tree.root / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert text[int(column) - 1 :].startswith(pointed_at)


@pytest.mark.parametrize(("prepare", "at"), [(lambda tree: None, "09"), (in_shanghai, "17")])
def test_what_waits_is_judged_in_the_zone_of_its_database(
    tmp_path: Path, prepare: Callable[[Tree], None], at: str
) -> None:
    """D8, F8: 09:30 UTC, twice missed: the run that waited is counted by the latest."""
    with scanned(tmp_path, NINE, DAILY, prepare) as found:
        found.sql("INSERT INTO thing (id, at) VALUES (1, ?)", f"2026-01-05 {at}:30:00")
        found.scan_at(NINE)
        found.restart()
        found.scan_at(NINE + timedelta(days=2, hours=1))
        states = [(run.effective.day, run.status) for run in found.runs() if run.effective.day < 8]
        assert states == [(5, RunStatus.CANCELLED), (7, RunStatus.PENDING)]


def test_a_task_with_few_rows_reads_no_more_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read for the grace of one task is not read for one with many rows."""
    read: list[int] = []

    def reading(rows: Rows, *query: object) -> list[dict[str, object]]:
        page = unpatched(rows, *query)  # type: ignore[arg-type]
        read.append(len(page))
        return page

    unpatched = Rows.read

    def beside(tree: Tree) -> None:
        tree.dated("All", timing=AT)

    with scanned(tmp_path, NINE, AT, beside, filter="Q('name','=','vip')") as found:
        found.scan_at(NINE)
        for number in range(200):
            at = f"{NINE + (number + 1) * SECOND:%Y-%m-%d %H:%M:%S}"
            found.sql("INSERT INTO thing (name, at) VALUES (?, ?)", "x" if number else "vip", at)
        found.scan_at(NINE + HOUR)
        monkeypatch.setattr(Rows, "read", reading)
        found.scan_at(NINE + HOUR + 10 * SECOND)
        assert sum(read) == 1


def test_a_run_that_is_always_claimed_meanwhile_blocks_its_task_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def claimed(*_: object, **values: object) -> object:
        if values.get("exact"):
            raise AlreadyClaimed
        return ()

    with scanned(tmp_path, NINE, AT) as found:
        found.sql("INSERT INTO thing (id, at) VALUES (1, '2026-01-05 09:00:05')")
        found.scan_at(NINE)
        monkeypatch.setattr(found.store, "plan", claimed)
        found.sql("INSERT INTO thing (id, at) VALUES (2, '2026-01-05 09:00:05')")
        found.scan_at(NINE + 10 * SECOND)
        assert [event.task for event in found.events if isinstance(event, Blocked)] == ["tasks.Row"]


def disabled(found: Scanned) -> None:
    running = found.snapshot.tasks["tasks.Row"]
    off = replace(running, task=replace(running.task, enabled=False))
    found.snapshot = replace(found.snapshot, tasks={"tasks.Row": off})


def test_a_disabled_task_is_not_held_for_a_scan(tmp_path: Path) -> None:
    """It is never scanned, and may be triggered."""
    with scanned(tmp_path, NINE, AT) as found:
        found.scan_at(NINE)
        disabled(found)
        assert UndecidedTasks(found.store).tasks(found.snapshot, NINE + HOUR) == frozenset()


def test_a_clock_that_is_set_back_holds_nothing_for_long(tmp_path: Path) -> None:
    """It is 8 hours ahead at the start, and is corrected before the first scan has ended."""
    with scanned(tmp_path, NINE, AT) as found:
        found.scan_at(NINE)
        undecided = UndecidedTasks(found.store)
        assert undecided.tasks(found.snapshot, NINE + 8 * HOUR) == {"tasks.Row"}
        undecided.here(NINE + 8 * HOUR)
        now = NINE + HOUR
        undecided.tasks(found.snapshot, now)
        undecided.here(now)
        found.scan_at(now)
        assert undecided.tasks(found.snapshot, now + 2 * SECOND) == frozenset()


@pytest.mark.parametrize("restart", [False, True])
def test_a_task_that_comes_back_after_its_grace_is_activated(
    tmp_path: Path, *, restart: bool
) -> None:
    """D7: what came due while its folder was away does not fire."""
    with scanned(tmp_path, NINE, AT, policy={"graceSeconds": 3600}) as found:
        planner = Planner(found.store, found.events.append, found.boundary)
        planner.step(found.snapshot, NINE)
        found.scan_at(NINE)
        found.sql("INSERT INTO thing (id, at) VALUES (1, '2026-01-05 12:00:00')")
        gone = replace(found.snapshot, tasks={})
        planner.step(gone, NINE + HOUR)
        found.row_scan.by_database(gone)
        back = NINE + 5 * HOUR
        planner.step(found.snapshot, back)
        if restart:
            found.restart()
        found.tasks = found.row_scan.by_database(found.snapshot)["databases.D"]
        found.scan_at(back)
        assert found.runs() == []
        assert found.store.watermarks()["tasks.Row"].activated == back
