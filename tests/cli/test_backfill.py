"""``backfill``, ``next``, ``plan`` and ``records`` of rows through the command line (V4, V5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jittask.cli.exit_codes import ExitCode
from jittask.model import Trigger
from tests.operations.dated_rows import FIRST, DatedRows, dated_rows
from tests.running import jittask, jittask_here
from tests.tree import Tree

pytestmark = pytest.mark.process
ENGLISH = {"LC_ALL": "C.UTF-8", "LANGUAGE": "en", "JITTASK_NOW": "2026-05-04T08:30:00+00:00"}
WINDOW = ("--from", "2026-05-04", "--to", "2026-05-04T12:00")


@pytest.fixture
def things(tree: Tree) -> Iterator[DatedRows]:
    with dated_rows(tree, "sqlite") as found:
        tree.dated("D", "def customFunc(rowData):\n    return rowData.name.value\n", title="Due")
        found.hourly(range(12))
        yield found


def test_the_preview_and_the_run(tree: Tree, things: DatedRows) -> None:
    asked = ("backfill", "D", *WINDOW, "--tree", tree.root)
    shown = jittask_here(*asked, "--preview").stdout.splitlines()
    assert shown[0] == "Mon 2026-05-04 08:00:00 UTC  0"
    assert shown[-1] == (
        "tasks.D from 2026-05-04 00:00:00 to 2026-05-04 12:00:00: 5 runs of 5 rows would be made"
    )
    done = jittask_here(*asked, "--yes")
    assert done.stdout == "tasks.D: 5 runs of 5 rows made\n"
    assert "no runtime is alive: they run when jittask run is started" in done.stderr
    again = json.loads(jittask_here(*asked, "--yes", "--json", "--rate", "10/s").stdout)
    assert (again["runs"], again["recorded"], again["preview"]) == (0, 5, False)


def test_it_is_run_by_a_runtime_that_judges_each_row(tree: Tree, things: DatedRows) -> None:
    jittask_here("backfill", "D", *WINDOW, "--tree", tree.root, "--yes")
    things.move(1, FIRST + timedelta(days=400))
    done = jittask("run", tree.root, "--once")
    assert done.returncode == 0, done.stderr
    found = jittask_here("records", "D", "--tree", tree.root, "--json").stdout
    runs = json.loads(found)["records"]
    assert {(run["row"], run["status"], run["reason"]) for run in runs} == {
        *((str(n), "completed", None) for n in (0, 2, 3, 4)),
        ("1", "cancelled", "row-moved"),
    }
    assert {run["trigger"] for run in runs} == {Trigger.BACKFILL}
    timeline = jittask_here("records", "--row", "1", "--tree", tree.root, **ENGLISH).stdout
    assert "the row's date has" in timeline
    assert timeline.splitlines()[-2:] == ["next:", "Tue 2027-06-08 08:00:00 UTC  tasks.D"]


@pytest.mark.parametrize(
    ("arguments", "error", "code"),
    [
        ((), "say --preview to see what would run, or --yes to run it", ExitCode.WRONG_USE),
        (("--preview", "--yes"), "--preview and --yes do not go together", ExitCode.WRONG_USE),
        (("--yes", "--rate", "often"), "--rate: expected a rate such as", ExitCode.WRONG_USE),
        (("--yes", "--row", "x"), "--row: expected a number as the key", ExitCode.WRONG_USE),
        (("--yes", "--row", "99"), "models.Thing has no row 99", ExitCode.PROBLEMS),
        (("--yes", "--to", "2026-05-01"), "--to: the end is before", ExitCode.WRONG_USE),
    ],
)
def test_mistakes_are_one_line(
    tree: Tree, things: DatedRows, arguments: tuple[str, ...], error: str, code: ExitCode
) -> None:
    done = jittask_here("backfill", "D", *WINDOW, *arguments, "--tree", tree.root)
    assert (done.returncode, done.stdout) == (code, "")
    assert error in done.stderr.splitlines()[0]


def test_an_unknown_task_is_said_before_anything_is_asked(tree: Tree, things: DatedRows) -> None:
    done = jittask_here("backfill", "E", *WINDOW, "--tree", tree.root)
    assert (done.returncode, done.stdout) == (ExitCode.PROBLEMS, "")
    assert done.stderr.splitlines()[0].startswith("error: no task 'E'")


def test_a_second_is_included_to_its_end(tree: Tree, things: DatedRows) -> None:
    things.move(3, FIRST + timedelta(hours=3, seconds=7, milliseconds=250))
    second = ("--from", "2026-05-04T11:00:07", "--to", "2026-05-04T11:00:07")
    asked = ("backfill", "D", *second, "--preview", "--json", "--tree", tree.root)
    assert json.loads(jittask_here(*asked).stdout)["runs"] == 1
    exact = ("--from", "2026-05-04T11:00:07.3", "--to", "2026-05-04T11:00:07.3")
    asked = ("backfill", "D", *exact, "--preview", "--json", "--tree", tree.root)
    assert json.loads(jittask_here(*asked).stdout)["runs"] == 0


def test_minutes_are_written_with_one_letter_or_three(tree: Tree, things: DatedRows) -> None:
    def until(text: str) -> str:
        asked = ("next", "D", "--to", text, "--json", "--tree", tree.root)
        done = jittask_here(*asked, **ENGLISH)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert until("190min") == until("190m") != until("90m")


def test_next_lists_rows_in_pages_and_counts_them(tree: Tree, things: DatedRows) -> None:
    asked = ("next", "D", "--to", "2026-05-04T12:00", "--tree", tree.root)
    done = jittask_here(*asked, "-n", "2", **ENGLISH)
    assert done.stdout.splitlines() == [
        "Due: on at (UTC)",
        "  Mon 2026-05-04 09:00:00 UTC  1",
        "  Mon 2026-05-04 10:00:00 UTC  2",
        "4 occurrences of 4 rows",
    ]
    cursor = done.stderr.rpartition("--after ")[2].strip()
    page = json.loads(jittask_here(*asked, "--after", cursor, "--json", **ENGLISH).stdout)
    assert [(entry["row"], entry["effective"]) for entry in page] == [
        ("3", "2026-05-04T11:00:00+00:00"),
        ("4", "2026-05-04T12:00:00+00:00"),
    ]
    assert page[0]["cursor"].endswith(":tasks.D:3")
    late = jittask_here("next", "D", "--from", "2027-01-01", "--tree", tree.root, **ENGLISH)
    assert (late.returncode, late.stderr) == (1, "no row fires any more\n")


def test_plan_has_rows_where_it_is_asked(tree: Tree, things: DatedRows) -> None:
    tree.scheduled("A")
    span = ("--from", "2026-05-04T09:00", "--to", "2026-05-04T10:00")
    plain = jittask_here("plan", tree.root, *span, **ENGLISH)
    assert plain.stdout == "Mon 2026-05-04\n  09:00:00  tasks.A\n"
    asked = ("plan", tree.root, "--rows", *span)
    assert jittask_here(*asked, **ENGLISH).stdout == (
        "Mon 2026-05-04\n  09:00:00  tasks.A\n  09:00:00  tasks.D [1]\n  10:00:00  tasks.D [2]\n"
        "tasks.D: 2 occurrences of 2 rows\n"
    )
    first = jittask_here(*asked, "--limit", "2", "--format", "jsonl", **ENGLISH)
    assert [json.loads(line)["row"] for line in first.stdout.splitlines()] == [None, "1"]
    cursor = first.stderr.rpartition("--after ")[2].strip()
    rest = jittask_here(*asked, "--after", cursor, "--format", "json", **ENGLISH)
    assert [entry["row"] for entry in json.loads(rest.stdout)] == ["2"]
    events = jittask("plan", tree.root, "--task", "D", *span, "--format", "ics", **ENGLISH)
    assert events.stdout.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:Due [2]" in events.stdout


def test_a_plan_without_its_database_is_the_rest_and_one_line(
    tree: Tree, things: DatedRows
) -> None:
    tree.scheduled("A")
    tree.write(
        "databases/D/e.json",
        {"type": "databases.UrlType", "title": "D", "url": "postgresql+psycopg://u@127.0.0.1:9/d"},
    )
    asked = ("plan", tree.root, "--rows", "--to", "1d")
    done = jittask_here(*asked, "-q", **ENGLISH)
    assert done.returncode == ExitCode.PROBLEMS
    assert done.stdout == "Mon 2026-05-04\n  09:00:00  tasks.A\n"
    [line] = done.stderr.splitlines()
    assert line.startswith("tasks.D: its rows are left out: ")


def test_the_time_of_a_tree_is_the_app_s(tree: Tree, things: DatedRows) -> None:
    tree.write("app.json", {"settings": {"timezone": "Asia/Shanghai"}})
    done = jittask_here("backfill", "D", "--from", "2026-05-04", "--to", "2026-05-04T09:00",
                        "--preview", "--json", "--tree", tree.root)  # fmt: skip
    found = json.loads(done.stdout)
    assert found["from"] == "2026-05-03T16:00:00+00:00"
    assert [entry["effective"] for entry in found["first"]] == [
        datetime(2026, 5, 4, hour, tzinfo=UTC).isoformat() for hour in (0, 1)
    ]
