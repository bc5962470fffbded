"""``jittask.Client`` on each kind of run store, beside a real runtime (V5, V8)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask import Client, Runtime, errors
from jittask.clock import FixedClock
from jittask.model import Reason, Run, RunStatus, Trigger
from jittask.runtime.events import Started
from tests.services import store_settings
from tests.tree import Tree

pytestmark = pytest.mark.process

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
ROW = 'def customFunc(rowData):\n    print("row", rowData["id"])\n    return rowData["name"]\n'
WAITS = """from jittask import app

def customFunc():
    while not (app.rootPath / "go").exists():
        pass
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tree]:
    with store_settings(request.param) as settings:
        more = {"store": settings.store} if settings.store else {}
        tree = Tree(tmp_path / "app", timezone="Europe/Berlin", **more)
        tree.things()
        with sqlite3.connect(tree.root / "d.db") as connection:
            connection.execute(
                'CREATE TABLE "Thing" (id INTEGER PRIMARY KEY, name TEXT, at TEXT, day TEXT)'
            )
            connection.execute("""INSERT INTO "Thing" VALUES (7, 'seven', NULL, NULL)""")
        tree.scheduled("Good", 'def customFunc():\n    print("hello")\n    return {"n": 1}\n')
        tree.scheduled("Bad", "def customFunc():\n    raise ValueError('no')\n")
        tree.scheduled("Waits", WAITS)
        tree.dated("Row", ROW)
        yield tree


def outcome(run: Run) -> tuple[RunStatus, Reason | None, str | None]:
    return run.status, run.reason, run.result


def test_a_program_does_what_a_person_does(shop: Tree) -> None:
    with Runtime(shop.root) as runtime, Client(shop.root) as jt:
        good = jt.trigger("Good", wait=True)
        assert (good.completed, good.live_runtime, good.result) == (True, True, {"n": 1})
        assert outcome(good.run) == (RunStatus.COMPLETED, None, '{"n": 1}')
        assert [(line.level, line.text) for line in jt.log(good.run.id)] == [("info", "hello")]

        bad = jt.trigger("tasks.Bad", wait=True)
        assert outcome(bad.run) == (RunStatus.FAILED, Reason.ERROR, None)
        assert "ValueError: no" in (bad.run.error or "")

        row = jt.trigger("Row", row=7, wait=True)
        assert (row.run.row_key, row.run.result) == ("7", '"seven"')
        again = jt.rerun(row.run.id, wait=True)
        assert (again.run.rerun_of, again.run.trigger) == (row.run.id, Trigger.RERUN)

        late = jt.trigger("Waits", wait=True, timeout=0.2)
        assert (late.timed_out, late.ended) == (True, False)
        number = late.run.id
        runtime.wait_for(lambda event: isinstance(event, Started) and event.run == number, 60)
        killed = jt.end(late.run.id, note="enough", wait=True)
        assert killed.run.reason is Reason.KILLED
        assert jt.run(late.run.id).detail == killed.run.detail

        ran = [run.id for run in jt.records()]
        assert ran == sorted({good.run.id, bad.run.id, row.run.id, again.run.id, late.run.id})[::-1]
        assert [run.id for run in jt.records("Row", row=7, newest_first=False)] == [
            row.run.id, again.run.id,
        ]  # fmt: skip
        assert [run.id for run in jt.records(status="failed")] == [late.run.id, bad.run.id]
        assert [run.id for run in jt.records(text="valueerror")] == [bad.run.id]
        assert list(jt.records(tag="none")) == list(jt.records(late=True)) == []
        assert list(jt.records(until=good.run.effective - timedelta(seconds=1))) == []
        [stats] = jt.stats("Bad").tasks
        assert (stats.task, stats.completed, stats.failed) == ("tasks.Bad", 0, 1)
        [listed] = [entry for entry in jt.list() if entry.name == "tasks.Good"]
        assert (listed.state, listed.last and listed.last.run) == ("running", good.run.id)
        status = jt.status()
        assert [runtime.alive for runtime in status.runtimes] == [True]
        assert status.is_well, status.problems


def test_records_page_by_themselves(shop: Tree) -> None:
    with Client(shop.root) as jt:
        numbers = [jt.trigger("Good").run.id for _ in range(205)]
        assert [run.id for run in jt.records(status="pending", newest_first=False)] == numbers
        with pytest.raises(errors.InvalidArgument):
            next(jt.records(status="other"))


def test_a_week_is_simulated_with_rows_from_a_file(shop: Tree) -> None:
    shop.scheduled("Daily")
    rows = shop.root / "rows.json"
    shop.write("rows.json", {"Thing": [{"id": 7, "name": "seven", "at": "2026-01-06 08:00:00"}]})
    start = datetime(2026, 1, 5, tzinfo=UTC)
    with Client(shop.root) as jt:
        found = jt.simulate(start=start, data=rows, tasks=["Daily", "Row"], run=True)
        assert [run.task for run in found.runs].count("tasks.Daily") == 7
        [row] = [run for run in found.runs if run.task == "tasks.Row"]
        assert (row.row, row.status, row.result) == ("7", "completed", '"seven"')
        day = jt.simulate(start=start, end=start + timedelta(days=1), data=rows)
        assert {run.status for run in day.runs} == {"fires"}
        with pytest.raises(errors.InvalidArgument):
            jt.simulate(start=start, end=start - timedelta(days=1))


def test_edited_files_are_seen(shop: Tree) -> None:
    with Client(shop.root) as jt:
        with pytest.raises(errors.NotFound, match="no task 'New'"):
            jt.trigger("New")
        shop.scheduled("New")
        assert jt.trigger("New").run.task == "tasks.New"
        assert jt.disable("New").changed
        assert not jt.disable("New").changed
        assert jt.enable("New").enabled
        shop.write("tasks/New/inner.py", "def customFunc(:\n")
        with pytest.raises(errors.BrokenTask):
            jt.trigger("New")
        assert jt.status().problems[-1].code == "broken"


def test_a_pause_may_end_after_a_time_or_at_wall_clock_time(shop: Tree) -> None:
    with Client(shop.root, clock=FixedClock(NOW)) as jt:
        assert jt.pause("Good", until=timedelta(hours=2)).until == NOW + timedelta(hours=2)
        berlin = jt.pause("Good", until=datetime(2026, 1, 5, 12), note="moving")
        assert (berlin.until, berlin.note) == (NOW.replace(hour=11), "moving")
        assert jt.resume("Good").was_paused
        with pytest.raises(errors.InvalidArgument):
            jt.pause("Good", until=timedelta(0))


def test_what_will_run(shop: Tree) -> None:
    with Client(shop.root, clock=FixedClock(NOW)) as jt:
        upcoming = jt.next("Good", limit=2).occurrences
        tomorrow = NOW + timedelta(days=1)
        assert [entry.at for entry in upcoming] == [tomorrow, tomorrow + timedelta(days=1)]
        assert {entry.task for entry in jt.next().occurrences} == {
            "tasks.Good", "tasks.Bad", "tasks.Waits",
        }  # fmt: skip
        planned = list(jt.plan("Good", start=datetime(2026, 1, 6), end=datetime(2026, 1, 8)))
        assert [entry.at for entry in planned] == [
            datetime(2026, 1, 6, 8, tzinfo=UTC), datetime(2026, 1, 7, 8, tzinfo=UTC),
        ]  # fmt: skip
        assert [entry.name for entry in jt.list(kind="date-field")] == ["tasks.Row"]
        assert [entry.next for entry in jt.list(state="ready")].count(tomorrow) == 3
        assert jt.explain("Good", at="2026-01-06").fires
        assert jt.explain("Good", at=datetime(2026, 1, 6, 9)).fires


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda jt: jt.trigger("Nothing"), errors.NotFound),
        (lambda jt: jt.trigger("Row", row=8), errors.NotFound),
        (lambda jt: jt.trigger("Row"), errors.InvalidArgument),
        (lambda jt: jt.trigger("Good", row=1), errors.InvalidArgument),
        (lambda jt: jt.run(1), errors.NoRecords),
        (lambda jt: jt.log(1), errors.NoRecords),
        (lambda jt: jt.end(1), errors.NoRecords),
        (lambda jt: jt.rerun(1), errors.NoRecords),
        (lambda jt: next(jt.records()), errors.NoRecords),
        (lambda jt: next(jt.list(kind="other")), errors.InvalidArgument),
        (lambda jt: jt.stats(), errors.NoRecords),
        (lambda jt: jt.pause("Nothing"), errors.NotFound),
        (lambda jt: jt.resume("Nothing"), errors.NotFound),
        (lambda jt: jt.enable("Nothing"), errors.NotFound),
    ],
)
def test_mistakes_raise_what_the_methods_name(tree: Tree, call, kind: type[Exception]) -> None:
    tree.things()
    with sqlite3.connect(tree.root / "d.db") as connection:
        connection.execute(
            'CREATE TABLE "Thing" (id INTEGER PRIMARY KEY, name TEXT, at TEXT, day TEXT)'
        )
    tree.scheduled("Good")
    tree.dated("Row")
    with Client(tree.root) as jt, pytest.raises(kind):
        call(jt)


def test_a_store_that_does_not_answer_is_unavailable(tree: Tree) -> None:
    tree.scheduled("Good")
    settings = {"timezone": "UTC", "store": "postgresql://nobody@127.0.0.1:1/none"}
    tree.write("app.json", {"appId": "t", "name": "t", "settings": settings})
    with Client(tree.root) as jt, pytest.raises(errors.Unavailable):
        jt.trigger("Good")


def test_threads_share_a_client(shop: Tree) -> None:
    begin = threading.Barrier(8)
    with Client(shop.root) as jt, ThreadPoolExecutor(8) as threads:

        def work(_: int) -> list[int]:
            begin.wait()
            return [jt.trigger("Good").run.id for _ in range(5)]

        numbers = sorted(number for made in threads.map(work, range(8)) for number in made)
        assert numbers == sorted(run.id for run in jt.records("Good", status="pending"))
        assert len(set(numbers)) == 40


def test_another_store_in_the_settings_is_opened(shop: Tree) -> None:
    with Client(shop.root) as jt:
        jt.trigger("Good")
        jt.trigger("Good")
        settings = {"timezone": "UTC", "store": "sqlite:///other.db"}
        shop.write("app.json", {"appId": "t", "name": "t", "settings": settings})
        assert jt.trigger("Good").run.id == 1


def test_errors_are_part_of_the_package(tmp_path: Path) -> None:
    program = (
        "import jittask, sys\n"
        "try:\n    jittask.Client(sys.argv[1])\n"
        "except jittask.errors.NotFound as error:\n    print(error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "no")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "a tree is a folder with an app.json\n"


def test_no_tree(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFound):
        Client(tmp_path / "nothing")


def test_instants_at_the_ends_of_the_calendar_are_moved_inside(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", timezone="Europe/Berlin")
    tree.scheduled("Good")
    with Client(tree.root, clock=FixedClock(NOW)) as jt:
        upcoming = jt.next("Good", start=datetime.min, limit=1)
        assert upcoming.occurrences[0].at == datetime(2026, 1, 5, 8, tzinfo=UTC)
        assert list(jt.plan(start=datetime.max, end=datetime.max)) == []
        assert next(jt.plan(start=datetime.min, end=datetime.max)).task == "tasks.Good"
        with pytest.raises(errors.InvalidArgument) as caught:
            jt.pause("Good", until=timedelta.max)
        assert caught.value.argument == "until"


@pytest.mark.parametrize("text", ["a\udcff", "a\0b"])
def test_a_text_that_no_store_can_keep_is_an_operation_error_or_finds_nothing(
    shop: Tree, text: str
) -> None:
    with Client(shop.root) as jt:
        jt.trigger("Good")
        for call in (
            lambda: jt.pause("Good", note=text),
            lambda: list(jt.records(row=text)),
            lambda: jt.stats(text),
            lambda: jt.trigger("Row", row=text),
        ):
            with suppress(errors.OperationError):
                call()
