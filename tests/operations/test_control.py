"""Triggering, rerunning, ending and pausing, without the command line (R3, V5, V8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.clock import FixedClock
from jittask.model import Reason, RunStatus, Trigger
from jittask.operations.control.end import end
from jittask.operations.control.pauses import Resumed, pause, resume
from jittask.operations.control.rerun import rerun
from jittask.operations.control.trigger import trigger
from jittask.operations.control.wait import wait_for_end
from jittask.operations.errors import (
    BrokenTask,
    Conflict,
    InvalidArgument,
    NoRecords,
    NotFound,
    NotLoaded,
    OperationError,
    Unavailable,
)
from jittask.operations.inspect.catalog import catalog
from jittask.operations.inspect.next import next_of_all, next_of_task
from jittask.operations.inspect.plan.window import planned_timers
from jittask.operations.inspect.records import RecordQuery, records
from jittask.operations.inspect.run import run_with_log
from jittask.operations.inspect.status import status
from jittask.operations.rows import RowKey
from jittask.operations.workspace import Workspace
from jittask.runtime import Runtime
from jittask.store.status_types import ElementRow
from tests.running import PATIENCE
from tests.tree import Tree

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
WAITS = """from pathlib import Path
from jittask import app

def customFunc():
    while not (app.rootPath / "go").exists():
        pass
    return "ended"
"""


@pytest.fixture
def workspace(tree: Tree) -> Iterator[Workspace]:
    """One of a fixed time, in which no runtime is alive."""
    tree.things()
    with sqlite3.connect(tree.root / "d.db") as connection:
        connection.execute(
            'CREATE TABLE "Thing" (id INTEGER PRIMARY KEY, name TEXT, at TEXT, day TEXT)'
        )
        connection.execute("""INSERT INTO "Thing" VALUES (7, 'seven', NULL, NULL)""")
    tree.scheduled("A")
    tree.dated("Row")
    tree.scheduled("Broken", "def customFunc(:\n")
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        yield opened


@pytest.mark.parametrize("row", [7, "7", [7], "[7]"])
def test_a_triggered_run_is_kept_with_the_key_of_its_row(workspace: Workspace, row: RowKey) -> None:
    accepted = trigger(workspace, "Row", row=row)
    run = accepted.run
    assert (run.task, run.row_key, run.status, run.trigger) == (
        "tasks.Row", "7", RunStatus.PENDING, Trigger.MANUAL,
    )  # fmt: skip
    assert (run.due, accepted.live_runtime, accepted.ended) == (NOW, False, False)


@pytest.mark.parametrize(
    ("task", "row", "kind", "message"),
    [
        ("Nothing", None, NotFound, "no task 'Nothing'"),
        ("Broken", None, BrokenTask, "tasks.Broken cannot load: tasks/Broken/inner.py:1:16"),
        ("A", 7, InvalidArgument, "tasks.A is a scheduled task, so it has no rows"),
        ("Row", None, InvalidArgument, "tasks.Row fires for rows: name one"),
        ("Row", "x", InvalidArgument, "expected a number as the key, got 'x'"),
        ("Row", 8, NotFound, "models.Thing has no row 8"),
    ],
)
def test_what_cannot_run_makes_no_run(
    workspace: Workspace, task: str, row: RowKey | None, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as caught:
        trigger(workspace, task, row=row)
    assert str(caught.value).startswith(message)
    with pytest.raises(NoRecords):
        rerun(workspace, 1)


def test_a_database_that_does_not_answer_is_said(workspace: Workspace, tree: Tree) -> None:
    (tree.root / "d.db").unlink()
    (tree.root / "d.db").mkdir()
    with pytest.raises(Unavailable):
        trigger(workspace, "Row", row=7)


def test_a_rerun_names_its_run_and_needs_a_task_that_loads(
    workspace: Workspace, tree: Tree
) -> None:
    first = trigger(workspace, "Row", row=7).run
    again = rerun(workspace, first.id).run
    assert (again.rerun_of, again.row_key, again.nominal) == (first.id, "7", first.nominal)
    with pytest.raises(NotFound, match="no run 99"):
        rerun(workspace, 99)
    tree.write("tasks/Row/inner.py", "def customFunc(:\n")
    workspace.refresh()
    with pytest.raises(BrokenTask):
        rerun(workspace, first.id)


def test_a_run_that_waits_is_cancelled_once(workspace: Workspace) -> None:
    run = trigger(workspace, "A").run
    ended = end(workspace, run.id, note="wrong month")
    assert (ended.run.status, ended.run.reason, ended.ended) == (
        RunStatus.CANCELLED, Reason.KILLED, True,
    )  # fmt: skip
    assert ended.run.detail == "cancelled by hand: wrong month"
    with pytest.raises(Conflict, match="has ended already: cancelled"):
        end(workspace, run.id)
    with pytest.raises(NotFound, match="no run 99"):
        end(workspace, 99)


def test_nothing_is_waited_for_where_no_runtime_is_alive(workspace: Workspace) -> None:
    accepted = wait_for_end(workspace, trigger(workspace, "A"))
    assert (accepted.run.status, accepted.timed_out) == (RunStatus.PENDING, False)


def test_a_wait_ends_with_the_run_or_at_its_timeout(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    with Runtime(tree.root), Workspace(tree.root) as workspace:
        accepted = trigger(workspace, "Waits")
        assert accepted.live_runtime
        late = wait_for_end(workspace, accepted, timeout=0.2)
        assert (late.timed_out, late.ended) == (True, False)
        tree.write("go", "")
        done = wait_for_end(workspace, accepted)
        assert (done.completed, done.timed_out, done.run.result) == (True, False, '"ended"')


def returning(value: int) -> str:
    return f"def customFunc():\n    return {value}\n"


def test_what_is_saved_runs_and_not_what_was_loaded_before(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", runtime={"debounceMillis": 500})
    tree.scheduled("A", returning(1))
    with Runtime(tree.root), Workspace(tree.root) as workspace:
        first = trigger(workspace, "A", load_seconds=PATIENCE)
        assert wait_for_end(workspace, first).run.result == "1"
        for value, asked in enumerate((
            lambda: trigger(workspace, "A", load_seconds=PATIENCE),
            lambda: rerun(workspace, first.run.id, load_seconds=PATIENCE),
        ), start=2):  # fmt: skip
            tree.scheduled("A", returning(value))
            assert wait_for_end(workspace, asked()).run.result == str(value)


@pytest.mark.parametrize("loaded", [None, "another version"])
def test_nothing_runs_where_a_runtime_does_not_load_what_is_saved(
    workspace: Workspace, loaded: str | None
) -> None:
    first = trigger(workspace, "A").run
    with workspace.store() as store:
        lock = store.take_runtime_lock("here")
        if loaded is not None:
            store.put_elements({"tasks.A": ElementRow("tasks.A", "running", loaded, NOW, ())}, {})
    with lock:
        for asked in (
            lambda: trigger(workspace, "A", load_seconds=5),
            lambda: rerun(workspace, first.id, load_seconds=5),
        ):
            before = workspace.now()
            with pytest.raises(NotLoaded, match=r"has not yet loaded tasks\.A as it is saved"):
                asked()
            assert timedelta(seconds=5) <= workspace.now() - before < timedelta(seconds=6)
        pending = RecordQuery(statuses=frozenset({"pending", "overdue"}))
        assert [run.id for run in records(workspace, pending).records] == [first.id]
        assert trigger(workspace, "A").live_runtime


def test_a_pause_is_kept_until_it_ends(workspace: Workspace) -> None:
    with pytest.raises(InvalidArgument) as caught:
        pause(workspace, "A", until=NOW)
    assert caught.value.argument == "until"
    paused = pause(workspace, "A", until=NOW + timedelta(hours=1), note="moving")
    assert (paused.task, paused.since, paused.note) == ("tasks.A", NOW, "moving")
    pause(workspace, "tasks.Broken")
    assert resume(workspace, "A") == Resumed("tasks.A", was_paused=True)
    assert resume(workspace, "A") == Resumed("tasks.A", was_paused=False)


def test_a_task_that_is_gone_can_be_resumed_and_one_that_never_was_cannot(
    workspace: Workspace, tree: Tree
) -> None:
    pause(workspace, "A")
    (tree.root / "tasks/A/e.json").unlink()
    workspace.refresh()
    assert resume(workspace, "A").was_paused
    for operation in (pause, resume):
        with pytest.raises(NotFound):
            operation(workspace, "A")


def test_before_anything_has_run_nothing_is_paused(workspace: Workspace) -> None:
    assert resume(workspace, "A") == Resumed("tasks.A", was_paused=False)
    with pytest.raises(NotFound):
        resume(workspace, "Nothing")


def test_errors_have_one_base() -> None:
    assert issubclass(NoRecords, NotFound)
    assert issubclass(BrokenTask, Conflict)
    assert issubclass(NotFound, OperationError)


@pytest.mark.parametrize(("row", "stored"), [("1.5", '"1.50"'), ("1.500", '"1.50"')])
def test_a_row_has_one_key_however_it_is_written(tree: Tree, row: str, stored: str) -> None:
    tree.things()
    priced = {"type": "models.TableType", "title": "P", "db": "databases.D", "table": "priced"}
    tree.write("models/Priced/e.json", priced)
    tree.dated("Priced", timing={"startField": "day"}, modelPath="models.Priced")
    with sqlite3.connect(tree.root / "d.db") as connection:
        connection.execute("CREATE TABLE priced (id NUMERIC(10, 2) PRIMARY KEY, day DATE)")
        connection.execute("INSERT INTO priced VALUES (1.5, NULL)")
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        assert trigger(opened, "Priced", row=row).run.row_key == stored


def test_a_row_that_cannot_be_a_key_is_a_wrong_argument(workspace: Workspace) -> None:
    with pytest.raises(InvalidArgument, match="no key of"):
        trigger(workspace, "Row", row=10**23)
    with pytest.raises(InvalidArgument, match="no key of"):
        next_of_task(workspace, "Row", row=str(10**23))


@pytest.mark.parametrize("number", [10**23, -(10**23)])
def test_a_number_that_no_run_can_have_is_not_found(workspace: Workspace, number: int) -> None:
    trigger(workspace, "A")
    for operation in (end, rerun, run_with_log):
        with pytest.raises(NotFound, match=f"no run {number}"):
            operation(workspace, number)


@pytest.mark.parametrize("text", ["{", '{"appId": "t", "name": "t", "settings": {"store": 5}}'])
def test_nothing_is_asked_of_a_run_store_that_may_be_another(tree: Tree, text: str) -> None:
    tree.scheduled("A")
    tree.write("app.json", text)
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        for ask in (
            lambda: trigger(opened, "A"),
            lambda: pause(opened, "A"),
            lambda: records(opened, RecordQuery()),
            lambda: next_of_task(opened, "A"),
            lambda: next_of_all(opened),
            lambda: planned_timers(opened.compilation),
            lambda: catalog(opened),
        ):
            with pytest.raises(Conflict, match=r"app\.json cannot be used: app\.json:1"):
                ask()
        found = status(opened)
        assert [each.element for each in found.problems] == [None, "app.json"]
    assert not (tree.root / ".jittask/jittask.db").exists()


def test_an_open_run_store_stays_open_while_the_manifest_is_broken(tree: Tree) -> None:
    tree.scheduled("A")
    with Workspace(tree.root, FixedClock(NOW)) as other:
        trigger(other, "A")  # a run store where one is by default
    tree.write("app.json", {"appId": "t", "name": "t", "settings": {"store": "sqlite:///b.db"}})
    with Workspace(tree.root, FixedClock(NOW)) as opened:
        trigger(opened, "A")
        trigger(opened, "A")
        tree.write("app.json", "{")
        opened.refresh()
        trigger(opened, "A")
        assert len(records(opened, RecordQuery(statuses=frozenset({"pending"}))).records) == 3
