"""What a simulation gives, and what it leaves alone (V9)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from jittask.compiler.compiled import ScheduledTask
from jittask.operations.errors import Conflict, InvalidArgument
from jittask.operations.simulate import simulation
from jittask.operations.simulate.check import Checked, check_scenario
from jittask.operations.simulate.fixtures import GivenRows
from jittask.operations.simulate.moments import BadMoment, Moments
from jittask.operations.simulate.result import Simulated
from jittask.operations.simulate.scenario_file import BadScenario, read_scenario_file
from jittask.operations.simulate.simulate import Given, Period, read_rows, simulate
from jittask.operations.workspace import Workspace
from jittask.runtime.task_plan import Plan, plan_task
from jittask.zonedata import zone
from tests.services import url_of
from tests.tree import Tree

SINCE = datetime(2026, 5, 4, tzinfo=UTC)
THING = "models.Thing"


def rows(*written: dict) -> dict[str, GivenRows]:
    return {THING: GivenRows(written, "rows")}


def run(
    tree: Tree, hours: float = 24, given: Given | None = None, *, functions: bool = True
) -> Simulated:
    with Workspace(tree.root) as workspace:
        period = Period(SINCE, SINCE + timedelta(hours=hours))
        return simulate(workspace, period, given or Given(rows()), run=functions)


def fired(found: Simulated) -> list[tuple[str, str | None, str]]:
    """When by the day and the minute, the row, and how it ended."""
    return [(f"{run.at:%d %H:%M}", run.row, run.status.value) for run in found.runs]


@pytest.fixture
def things(tree: Tree) -> Tree:
    tree.things()
    return tree


# --- time


def test_both_ends_of_the_time_count(tree: Tree) -> None:
    tree.scheduled("Hourly", repeat={"repeatType": "hour"})
    found = run(tree, 2, functions=False)
    assert fired(found) == [("04 00:00", None, "fires"), ("04 01:00", None, "fires"),
                            ("04 02:00", None, "fires")]  # fmt: skip


def test_a_body_sees_the_simulated_time(things: Tree) -> None:
    body = (
        "from jittask import Q, app, currentTask\n\n\n"
        "def customFunc():\n"
        "    Thing = app.getElement('models.Thing')\n"
        "    today = Thing.query(\"Q('day','=',TODAY())\")\n"
        "    past = Thing.query(\"Q('at','<=',NOW())\")\n"
        "    return [str(currentTask.nominal), [row['id'] for row in today], len(past)]\n"
    )
    things.scheduled("Looks", body, timing={"startTime": "2026-01-05 12:00:00"})
    given = rows(
        {"id": 1, "day": "2026-05-04", "at": "2026-05-04 12:00:00"},
        {"id": 2, "day": "2026-05-05", "at": "2026-05-05 11:59:00"},
    )
    found = run(things, 48, Given(given))
    assert [json.loads(run.result or "") for run in found.runs] == [
        ["2026-05-04 12:00:00+00:00", [1], 1],
        ["2026-05-05 12:00:00+00:00", [2], 2],
    ]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Q('day','=',TODAY())", ["04 10:00"]),
        ("Q('day','!=',TODAY())", ["05 00:00"]),  # late, at the midnight that lets it pass
        ("Q('day','<',TODAY())", ["05 00:00"]),
        ("Q('day','>',TODAY())", []),
        ("Q('at','<=',NOW())", ["04 10:00"]),
    ],
)
@pytest.mark.parametrize("functions", [True, False])
def test_relative_filters_are_judged_when_the_row_is_due(
    things: Tree, expression: str, expected: list[str], functions: bool
) -> None:
    things.dated("Row", filter=expression)
    given = rows({"id": 1, "day": "2026-05-04", "at": "2026-05-04 10:00:00"})
    found = run(things, 30, Given(given), functions=functions)
    assert [f"{run.at:%d %H:%M}" for run in found.runs] == expected


# --- what becomes of runs


def test_retries_and_failure_handlers(things: Tree) -> None:
    fails = (
        "def customFunc(rowData):\n    print('for', rowData['id'])\n    raise ValueError('no')\n"
    )
    policy = {"retry": {"max": 1, "delaySeconds": 600}, "onFailure": "services.Alarm.ring"}
    things.dated("Fails", fails, policy=policy)
    things.write("services/Alarm/e.json", {"type": "services.NormalType", "title": "Alarm"})
    ring = "def ring(run):\n    return [run.task, run.rowKey, run.attempt, run.reason]\n"
    things.write("services/Alarm/service.py", ring)
    found = run(things, 24, Given(rows({"id": 7, "at": "start+3h"})))
    assert fired(found) == [("04 03:00", "7", "failed"), ("04 03:10", "7", "completed")]
    failed, handled = found.runs
    assert (failed.attempts, failed.output) == (2, "for 7\nfor 7\n")
    assert "ValueError: no" in (failed.error or "")
    assert json.loads(handled.result or "") == ["tasks.Fails", "7", 2, "error"]
    assert found.failed == (failed,)


def test_a_retry_beyond_the_end_waits(things: Tree) -> None:
    policy = {"retry": {"max": 1, "delaySeconds": 7200}}
    things.scheduled("Fails", "def customFunc():\n    1 / 0\n", policy=policy)
    assert fired(run(things, 9.5)) == [("04 09:00", None, "waiting")]


def test_a_function_that_makes_work_for_itself_is_reported(things: Tree) -> None:
    body = (
        "from jittask import app\n\n\ndef customFunc(rowData):\n"
        "    app.getElement('models.Thing').create({'at': rowData['at']})\n"
    )
    things.dated("Loops", body)
    with pytest.raises(Conflict, match=r"tasks\.Loops makes runs for itself without end"):
        run(things, 24, Given(rows({"id": 1, "at": "start+1h"})))


def test_a_timer_that_fails_is_a_problem_of_its_task_alone(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plan(task: ScheduledTask, *given: Any) -> Plan:
        if task.name == "tasks.Bad":
            raise OverflowError("beyond its budget")
        return plan_task(task, *given)

    monkeypatch.setattr(simulation, "plan_task", plan)
    tree.scheduled("Bad")
    tree.scheduled("Daily")
    tree.scheduled("Broken", "def customFunc(:\n")
    found = run(tree, 10)
    assert [run.task for run in found.runs] == ["tasks.Daily"]
    [problem] = found.problems
    assert (problem.task, problem.text[:32]) == ("tasks.Bad", "OverflowError: beyond its budget")
    assert found.notes == ("1 task cannot load, and is left out: see jittask validate",)


def test_ctrl_c_in_a_function_ends_the_simulation(tree: Tree) -> None:
    tree.scheduled("Daily", "def customFunc():\n    raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        run(tree, 10)


def test_runs_that_wait_for_each_other_begin_one_after_the_other(things: Tree) -> None:
    things.dated("Row", policy={"maxConcurrent": 1})
    many = [{"id": number, "at": "start+1h"} for number in range(1, 151)]
    found = run(things, 2, Given(rows(*many)), functions=False)
    assert [int(run.row or "") for run in found.runs] == list(range(1, 151))


# --- what is left alone


def digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_nothing_of_the_tree_changes(things: Tree) -> None:
    with contextlib.closing(sqlite3.connect(things.root / "d.db")) as connection, connection:
        connection.execute('CREATE TABLE "Thing" (id INTEGER PRIMARY KEY, name, at, day)')
        connection.execute(
            "INSERT INTO \"Thing\" VALUES (1, 'a', '2026-05-04 09:00:00.000000', NULL)"
        )
    body = (
        "from jittask import app\n\n\ndef customFunc(rowData):\n"
        "    Thing = app.getElement('models.Thing')\n    Thing.create({'name': 'b'})\n"
        "    Thing.updateByPK(1, {'name': 'c'})\n    return Thing.count()\n"
    )
    things.dated("Writes", body)
    before = digests(things.root)
    found = run(things, 24, Given())
    assert [run.result for run in found.runs] == ["2"]
    after = digests(things.root)
    assert {path for path in before | after if before.get(path) != after.get(path)} <= {
        path
        for path in after
        if path.startswith(".jittask/cache/") or path == ".jittask/.gitignore"
    }


@pytest.fixture
def server() -> Iterator[sa.Engine]:
    """A database of its own on the PostgreSQL server."""
    name = f"simulate_{os.getpid()}"
    admin = sa.create_engine(url_of("postgresql"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine = sa.create_engine(admin.url.set(database=name))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}")
    admin.dispose()


def test_a_servers_tables_are_copied(things: Tree, server: sa.Engine) -> None:
    engine = server
    things.write("app.json", {"settings": {"timezone": "Asia/Tokyo"}})
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE appointment (id uuid PRIMARY KEY, name text, at timestamptz)"
        )
        connection.exec_driver_sql(
            "INSERT INTO appointment VALUES "
            "('11111111-2222-3333-4444-555555555555', 'a', '2026-05-04 12:00:00+02')"
        )
    url = engine.url.render_as_string(hide_password=False)
    things.write("databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": url})
    table = {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "appointment"}
    things.write("models/Thing/e.json", table)
    body = (
        "from jittask import app\n\n\ndef customFunc(rowData):\n"
        "    Thing = app.getElement('models.Thing')\n"
        "    Thing.updateByPK(rowData['id'], {'name': 'changed'})\n    return rowData['name']\n"
    )
    things.dated("Row", body)
    found = run(things, 24, Given())
    assert found.problems == ()
    assert [(run.row, f"{run.at:%H:%M}", run.result) for run in found.runs] == [
        ("11111111-2222-3333-4444-555555555555", "10:00", '"a"')
    ]
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM appointment").scalars().all() == ["a"]


# --- rows from files


def test_fixtures_in_every_form(things: Tree, tmp_path: Path) -> None:
    things.dated("Row", "def customFunc(rowData):\n    return rowData['name']\n")
    folder = tmp_path / "rows"
    folder.mkdir()
    (folder / "Thing.csv").write_text("id,name,at\n1,a,2026-05-04 05:00:00\n2,b,+6h\n3,,\n")
    (tmp_path / "one.json").write_text(json.dumps({"models.Thing": [{"id": 4, "at": "+1d 01:30"}]}))
    expected = {
        folder: [("04 05:00", "1", "fires"), ("04 06:00", "2", "fires")],
        folder / "Thing.csv": [("04 05:00", "1", "fires"), ("04 06:00", "2", "fires")],
        tmp_path / "one.json": [("05 01:30", "4", "fires")],
    }
    for path, firings in expected.items():
        with Workspace(things.root) as workspace:
            given = Given(read_rows(workspace, path))
        assert fired(run(things, 48, given, functions=False)) == firings


def test_a_table_that_only_its_database_describes_is_made_from_the_rows(things: Tree) -> None:
    table = {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "a.legacy"}
    things.write("models/Thing/e.json", table)
    things.dated("Row", filter="Q('paid','=',0)")
    given = rows(
        {"no": 5, "at": "2026-05-04 05:00:00", "paid": False},
        {"no": 6, "at": "2026-05-04 06:00:00", "paid": True},
        {"no": 7, "at": None, "paid": False},
    )
    assert fired(run(things, 24, Given(given))) == [("04 05:00", "5", "completed")]


@pytest.mark.parametrize(
    ("name", "text", "message", "hint"),
    [
        ("x.json", "[1]", "expected an object of rows by model", None),
        ("x.json", '{"Think": []}', "no model 'Think'", "did you mean models.Thing?"),
        ("x.json", '{"Thing": {}}', "expected a list of rows, each an object", None),
        ("x.json", "{", "Expecting property name", None),
        ("Other.csv", "id\n1\n", "no model 'Other'", None),
        ("Thing.csv", "id\n1,2\n", "Thing.csv:2: more values than there are fields", None),
    ],
)
def test_mistakes_in_fixtures(
    things: Tree, tmp_path: Path, name: str, text: str, message: str, hint: str | None
) -> None:
    (tmp_path / name).write_text(text)
    with Workspace(things.root) as workspace, pytest.raises(InvalidArgument) as raised:
        read_rows(workspace, tmp_path / name)
    assert message in str(raised.value)
    assert hint is None or raised.value.hint == hint


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"nmae": "x"}, "rows: row 1: no field 'nmae'; did you mean name?"),
        ({"at": "soon"}, "rows: row 1: at: expected a date such as"),
        ({"at": 5}, "rows: row 1: at: expected a value for a datetime field, got 5"),
        ({"id": "x"}, "rows: row 1: id: expected a value for"),
    ],
)
def test_mistakes_in_rows(things: Tree, row: dict, message: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        run(things, 1, Given(rows(row)))
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start", "2026-03-28 12:00:00+01:00"),
        ("start+1d", "2026-03-29 12:00:00+02:00"),  # the same wall time, over a shift of the clocks
        ("+24h", "2026-03-29 13:00:00+02:00"),
        ("start-1w 09:30", "2026-03-21 09:30:00+01:00"),
        ("start 06:00", "2026-03-28 06:00:00+01:00"),
        ("2026-03-28 10:00:00", "2026-03-28 10:00:00+01:00"),
        ("2026-03-28T10:00:00+00:00", "2026-03-28 10:00:00+00:00"),
    ],
)
def test_moments(text: str, expected: str) -> None:
    berlin = zone("Europe/Berlin")
    moments = Moments(datetime(2026, 3, 28, 12, tzinfo=berlin), berlin)
    assert str(moments.instant(text)) == expected


@pytest.mark.parametrize("text", ["", "soon", "+3x", "+1d 25:00", "+999999w"])
def test_texts_that_are_no_moments(text: str) -> None:
    with pytest.raises(BadMoment):
        Moments(SINCE, zone("UTC")).instant(text)


# --- scenarios


def checked(tree: Tree, **parts: object) -> Checked:
    whole = {"from": "2026-05-04", "to": "2026-05-05", **parts}
    path = tree.write("scenario.json", whole)
    with Workspace(tree.root) as workspace:
        return check_scenario(workspace, read_scenario_file(path))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], ["04 09:00", "05 09:00"]),
        ([{"at": "start+8h", "disable": "Daily"}], []),
        ([{"at": "start", "disable": "Daily"}, {"at": "start+20h", "enable": "Daily"}],
         ["05 09:00"]),
        ([{"at": "start+8h", "pause": "Daily", "until": "start+10h"}], ["04 09:00 skipped", "05 09:00"]),
        ([{"at": "start+8h", "pause": "Daily"}, {"at": "start+8h", "resume": "Daily"}],
         ["04 09:00", "05 09:00"]),
        ([{"at": "start+8h", "down": "start+12h"}], ["04 12:00", "05 09:00"]),
    ],
)  # fmt: skip
def test_events_of_the_runtime(tree: Tree, events: list, expected: list[str]) -> None:
    tree.scheduled("Daily")
    found = checked(tree, events=events).simulated
    assert [
        f"{run.at:%d %H:%M}" + ("" if run.status.is_firing else f" {run.status}")
        for run in found.runs
    ] == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], [("04 10:00", "1")]),
        ([{"at": "start+9h", "delete": "Thing", "key": 1}], []),
        ([{"at": "start+9h", "update": "Thing", "key": 1, "set": {"at": "start+11h"}}],
         [("04 11:00", "1")]),
        ([{"at": "start+9h", "update": "Thing", "key": 1, "set": {"name": "held"}},
          {"at": "start+12h", "update": "Thing", "key": 1, "set": {"name": "free"}}],
         [("04 12:00", "1")]),
        ([{"at": "start+12h", "create": "Thing", "row": {"id": 2, "at": "start+11h"}}],
         [("04 10:00", "1")]),  # its name is empty, so it does not pass
        ([{"at": "start+12h", "create": "Thing", "row": {"id": 2, "name": "b", "at": "start+11h"}}],
         [("04 10:00", "1"), ("04 12:00", "2")]),
    ],
)  # fmt: skip
def test_events_of_rows(things: Tree, events: list, expected: list) -> None:
    things.dated("Row", filter="Q('name','!=','held')")
    row = {"id": 1, "name": "a", "at": "2026-05-04 10:00:00"}
    found = checked(things, rows={"Thing": [row]}, events=events).simulated
    assert [(f"{run.at:%d %H:%M}", run.row) for run in found.runs] == expected


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        ("latest", [("03:00", 0), ("04:00", 0), ("09:30", 4), ("10:00", 0)]),
        ("skip", [("03:00", 0), ("04:00", 0), ("10:00", 0)]),
    ],
)
def test_after_downtime_the_latest_of_a_rows_repeats_fires(
    things: Tree, misfire: str, expected: list
) -> None:
    """D8: the others are counted in its record."""
    timing = {
        "startField": "at",
        "endTime": "2026-05-04 10:00:00",
        "repeat": {"repeatType": "hour"},
    }
    things.dated("Row", timing=timing, policy={"misfire": misfire})
    row = {"id": 1, "at": "2026-05-04 03:00:00"}
    events = [{"at": "start 04:30", "down": "start 09:30"}]
    found = checked(things, rows={"Thing": [row]}, events=events).simulated
    assert [
        (f"{run.at:%H:%M}", run.missed.count if run.missed else 0)
        for run in found.runs
        if run.status.is_firing
    ] == expected
    assert [run.late for run in found.runs if f"{run.at:%H:%M}" == "09:30"] == [True] * (
        misfire == "latest"
    )


AT = "2026-05-04 10:00:00"


@pytest.mark.parametrize(
    ("expectation", "message", "differences"),
    [
        ({"firings": [AT]}, None, []),
        ({"firings": [{"at": AT, "row": 1, "status": "completed", "late": False,
                       "result": {"name": "a"}}]}, None, []),
        ({"firings": []}, "expected no firing, got 1", ["+ 2026-05-04 10:00:00  row 1"]),
        ({"firings": ["start+11h"]}, "expected 1 firing, got 1",
         ["+ 2026-05-04 10:00:00  row 1", "- 2026-05-04 11:00:00"]),
        ({"firings": [{"at": AT, "row": 2}]}, "expected 1 firing, got 1",
         ["- 2026-05-04 10:00:00  row 2", "+ 2026-05-04 10:00:00  row 1"]),
        ({"firings": [{"at": AT, "result": {"id": 2}}]}, "expected 1 firing, got 1",
         ['~ 2026-05-04 10:00:00  row 1: expected result {"id": 2}, got {"name": "a", "id": 1}']),
        ({"firings": [{"at": AT, "status": "failed"}]}, "expected 1 firing, got 1",
         ["~ 2026-05-04 10:00:00  row 1: expected status failed, got completed"]),
        ({"firings": [{"at": AT, "late": True}]}, "expected 1 firing, got 1",
         ["~ 2026-05-04 10:00:00  row 1: expected late, got not late"]),
        ({"row": 1, "firings": [AT]}, None, []),
        ({"row": 2, "firings": []}, None, []),
        ({"includes": []}, None, []),
        ({"includes": ["start+3h"]}, "expected to include 1 firing, got 1",
         ["- 2026-05-04 03:00:00"]),
        ({"count": 1}, None, []),
        ({"count": 2}, "expected 2 firings, got 1", ["  2026-05-04 10:00:00  row 1"]),
        ({"count": 0}, "expected no firing, got 1", ["+ 2026-05-04 10:00:00  row 1"]),
        ({"atLeast": 1}, None, []),
        ({"atLeast": 2}, "expected at least 2 firings, got 1", ["  2026-05-04 10:00:00  row 1"]),
        ({"atMost": 0}, "expected at most no firing, got 1", ["+ 2026-05-04 10:00:00  row 1"]),
        ({"skipped": []}, None, []),
        ({"skipped": [AT]}, "expected 1 skipped, got 0", ["- 2026-05-04 10:00:00"]),
    ],
)  # fmt: skip
def test_expectations(
    things: Tree, expectation: dict, message: str | None, differences: Sequence[str]
) -> None:
    things.dated("Row", "def customFunc(rowData):\n    return {'name': rowData['name'], 'id': 1}\n")
    row = {"id": 1, "name": "a", "at": AT}
    expect = [{"task": "Row", **expectation}]
    found = checked(things, run=True, rows={"Thing": [row]}, expect=expect)
    assert [mismatch.message for mismatch in found.mismatches] == ([message] if message else [])
    assert [line for one in found.mismatches for line in one.differences] == list(differences)
    assert found.passed is (message is None)


def test_many_firings_of_a_wrong_number_are_shown_in_part(tree: Tree) -> None:
    tree.scheduled("A", timing={"startTime": "2026-05-04 00:00:00"}, repeat={"repeatType": "hour"})
    [mismatch] = checked(tree, expect=[{"task": "A", "count": 3}]).mismatches
    assert mismatch.differences[0] == "  2026-05-04 00:00:00"
    assert mismatch.differences[20:] == (f"… and {int(mismatch.message.split()[-1]) - 20} more",)


@pytest.mark.parametrize(("day", "passed"), [("04", False), ("09", True)])
def test_an_empty_list_of_expectations_means_that_nothing_fires(
    things: Tree, day: str, passed: bool
) -> None:
    things.dated("Row")
    things.dated("Other", filter="Q('name','=','b')")
    row = {"id": 1, "name": "a", "at": f"2026-05-{day} 10:00:00"}
    found = checked(things, rows={"Thing": [row]}, expect=[])
    assert found.passed is passed
    if not passed:
        [mismatch] = found.mismatches
        assert (mismatch.task, mismatch.message) == ("tasks.Row", "expected no firing, got 1")
        assert mismatch.place.pointer == "/expect"


@pytest.mark.parametrize(
    "at",
    ["2026-05-04 12:00:00", "2026-05-04T12:00:00+00:00", "start 12:00", "+0d 12:00", "+3h 12:00"],
)
def test_a_value_of_a_row_is_one_of_its_column_whatever_its_form(tmp_path: Path, at: str) -> None:
    tree = Tree(tmp_path / "app", timezone="Europe/Berlin")
    tree.things()
    database = {"type": "databases.SqliteType", "title": "D", "database": "d.db"}
    tree.write("databases/D/e.json", {**database, "timezone": "UTC"})
    tree.dated("Row")
    found = checked(tree, rows={"Thing": [{"id": 1, "at": at}]})
    assert [run.at.astimezone(UTC).hour for run in found.simulated.runs] == [12]


def test_a_failure_is_a_problem_unless_it_is_expected(tree: Tree) -> None:
    tree.scheduled("Fails", "def customFunc():\n    1 / 0\n")
    firing = {"at": "2026-05-04 09:00:00", "status": "failed"}
    expect = [{"task": "Fails", "firings": [firing]}]
    assert not checked(tree, run=True, to="start+12h").passed
    assert checked(tree, run=True, to="start+12h", expect=expect).passed


@pytest.mark.parametrize(
    ("parts", "place", "message", "hint"),
    [
        ({"evens": []}, (4, 3), "no key 'evens' here", "did you mean 'events'?"),
        ({"events": [{"at": "soon", "disable": "Daily"}]}, (6, 13), "expected a date such as", None),
        ({"events": [{"at": "start"}]}, (5, 5), "expected one of create, update, delete", None),
        ({"events": [{"at": "start", "disbale": "x"}]}, (7, 7), "no key 'disbale' here",
         "did you mean 'disable'?"),
        ({"events": [{"at": "start", "update": "Thing", "key": 1}]}, (5, 5),
         "update needs the key 'set'", None),
        ({"events": [{"at": "start", "delete": "Think", "key": 1}]}, (7, 17), "no model 'Think'",
         "did you mean models.Thing?"),
        ({"expect": [{"task": "Dialy", "count": 1}]}, (6, 15), "no task 'Dialy'",
         "did you mean tasks.Daily?"),
        ({"expect": [{"task": "Daily"}]}, (5, 5), "expected one of firings, includes", None),
        ({"expect": [{"task": "Daily", "firings": ["x"]}]}, (8, 9), "expected a date such as", None),
        ({"rows": {"Think": []}}, (4, 11), "no model 'Think'", "did you mean models.Thing?"),
        ({"timezone": "Mars"}, (4, 15), "no time zone 'Mars'", None),
        ({"to": "2026-05-01"}, (3, 9), "the end is before the beginning", None),
        ({"run": 1}, (4, 10), "run: expected true or false, got 1", None),
    ],
)  # fmt: skip
def test_mistakes_in_scenarios(
    things: Tree, parts: dict, place: tuple[int, int], message: str, hint: str | None
) -> None:
    things.scheduled("Daily")
    with pytest.raises(BadScenario) as raised:
        checked(things, **parts)
    first = raised.value.diagnostics[0]
    assert message in first.message
    assert (first.location.line, first.location.column) == place
    assert hint is None or first.hint == hint


def test_a_row_that_is_not_there_is_named_with_its_place(things: Tree) -> None:
    with pytest.raises(InvalidArgument, match=r"scenario\.json:5:5: models\.Thing has no row 9"):
        checked(things, events=[{"at": "start", "delete": "Thing", "key": 9}])


def test_what_cannot_be_simulated_is_a_problem(things: Tree) -> None:
    table = {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "gone"}
    things.write("models/Thing/e.json", table)
    things.dated("Row")
    found = checked(things)
    assert [(problem.task, problem.text) for problem in found.problems] == [
        ("tasks.Row", "models.Thing: no table gone in its database")
    ]
    assert not found.passed
