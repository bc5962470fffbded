"""``jittask status`` as something that a machine watches: exit code, first line, JSON (R13)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from jittask.clock import SystemClock
from jittask.compiler import compile_tree
from jittask.store import Store
from tests.running import Program, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process

RAISES = "def customFunc():\n    raise ValueError\n"


def status(tree: Tree, *words: object, env: dict[str, str] | None = None) -> tuple[int, str]:
    done = jittask("status", *(words or (tree.root,)), **(env or {}))
    assert "Traceback" not in done.stderr
    return done.returncode, (done.stdout or done.stderr).splitlines()[0]


def codes(tree: Tree, *words: object) -> list[str]:
    done = jittask("status", "--json", "--tree", tree.root, *words)
    data = json.loads(done.stdout)
    assert (done.returncode == 0) is data["well"] is (not data["problems"])
    return [each["code"] for each in data["problems"]]


def test_it_is_well_only_while_a_runtime_is_alive(tree: Tree) -> None:
    tree.scheduled("A")
    assert status(tree) == (1, "not running: no runtime has run yet; start one: jittask run")
    with Program(tree.root) as program:
        program.wait("ready")
        code, line = status(tree)
        assert code == 0
        assert line.startswith(f"the runtime runs (process {program.process.pid} on ")
        assert codes(tree) == []
        program.stop()
    code, line = status(tree)
    assert code == 1
    assert line.startswith("not running since 20")
    assert line.endswith(") has ended")


def test_a_program_that_was_killed_is_not_running(tree: Tree) -> None:
    tree.scheduled("A")
    with Program(tree.root) as program:
        program.wait("ready")
        program.kill()
    code, line = status(tree)
    assert code == 1
    assert line.startswith("not running since 20")
    assert line.endswith("was killed, or its machine stopped")
    elements = json.loads(jittask("status", "--json", tree.root).stdout)["elements"]
    assert [(each["name"], each["state"]) for each in elements] == [("tasks.A", "ready")]


def test_a_program_that_is_stopped_is_stuck(tree: Tree) -> None:
    """It holds its lock, so that it is there; the store knows when it last gave a sign of life."""
    tree.scheduled("A")
    with Program(tree.root) as program:
        program.wait("ready")
        program.process.send_signal(signal.SIGSTOP)
        with Store.open(compile_tree(tree.root).app.settings, tree.root, create=False) as store:
            now = SystemClock().now()
            [silent] = store.status(now + timedelta(seconds=90)).runtimes
            [alive] = store.status(now).runtimes
        assert (silent.alive, silent.silent) == (True, True)
        assert (alive.alive, alive.silent) == (True, False)
        program.process.send_signal(signal.SIGCONT)
        program.stop()


def test_what_is_broken_is_named(tree: Tree) -> None:
    tree.scheduled("A")
    tree.scheduled("Bad", "def customFunc(:\n")
    with Program(tree.root) as program:
        program.wait("ready")
        code, first = status(tree)
        assert code == 1
        assert first.startswith("broken tasks.Bad since 20")
        assert first.endswith(": 1 mistake in its files; nothing of it runs")
        assert status(tree, "A", "--tree", tree.root)[0] == 0
        assert status(tree, "Bad", "--tree", tree.root)[0] == 1
        assert codes(tree, "Bad") == ["broken"]
        program.stop()


def test_since_when_an_element_is_broken_is_not_since_when_its_version_runs(tree: Tree) -> None:
    tree.scheduled("A")
    with Program(tree.root) as program:
        ready = program.wait("ready")["at"]
        tree.scheduled("A", "def customFunc(:\n")
        event = program.wait("broken")
        program.stop()
    with Program(tree.root) as program:  # also after a restart
        program.wait("ready")
        again = program.wait("broken")
        data = json.loads(jittask("status", tree.root, "--json").stdout)
        text = jittask("status", tree.root).stdout
        program.stop()
    [element] = data["elements"]
    [problem] = data["problems"]
    assert event["since"] == again["since"] == element["since"] <= ready
    assert problem["since"] == element["brokenSince"] == event["at"] > ready
    assert "; broken since 20" in text


def test_overdue_runs_are_named_but_not_those_of_a_paused_task(tree: Tree) -> None:
    tree.scheduled("A", repeat={"repeatType": "minute"}, policy={"misfire": "all"})
    with Program(tree.root) as program:
        program.wait("ready")
        program.stop()
    with Store.open(compile_tree(tree.root).app.settings, tree.root, create=False) as store:
        now = SystemClock().now() + timedelta(hours=1)
        [late] = store.status(now).overdue_tasks
        assert (late.task, late.runs) == ("tasks.A", 1)
    jittask("pause", "A", "--tree", tree.root)
    with Store.open(compile_tree(tree.root).app.settings, tree.root, create=False) as store:
        assert store.status(now).overdue_tasks == ()


def test_a_run_store_that_does_not_answer_is_a_problem(tree: Tree) -> None:
    url = "postgresql+psycopg://nobody:secret@127.0.0.1:1/none"
    tree.write("app.json", {"appId": "t", "settings": {"timezone": "UTC", "store": url}})
    tree.scheduled("A")
    code, line = status(tree)
    assert code == 1
    assert line.startswith("store unavailable: ")
    assert "secret" not in line
    assert codes(tree) == ["store-unavailable"]


def test_an_element_has_the_state_that_list_gives_it(tree: Tree) -> None:
    tree.scheduled("A")
    tree.scheduled("B")
    tree.write(
        "databases/D/e.json", {"type": "databases.SqliteType", "title": "D", "database": "d.db"}
    )
    tree.write(
        "models/Thing/e.json",
        {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "things"},
    )
    tree.dated("C", timing={"startField": "day"})
    with Program(tree.root) as program:
        program.wait("blocked")
        program.wait("ready")
        jittask("pause", "B", "--tree", tree.root)
        listed = json.loads(jittask("list", tree.root, "--json").stdout)["tasks"]
        shown = json.loads(jittask("status", tree.root, "--json").stdout)["elements"]
        program.stop()
    states = {"tasks.A": "running", "tasks.B": "paused", "tasks.C": "blocked"}
    assert {task["name"]: task["state"] for task in listed} == states
    assert {element["name"]: element["state"] for element in shown} == states


def test_status_of_one_task(tree: Tree) -> None:
    tree.scheduled("A", RAISES, title="The first")
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "A", "--tree", tree.root)
        program.wait("finished")
        shown = jittask("status", "A", "--tree", tree.root)
        data = json.loads(jittask("status", "A", "--json", "--tree", tree.root).stdout)
        program.stop()
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0] == "running   tasks.A  The first"
    assert lines[1].startswith("schedule  every day at 09:00")
    assert lines[3].startswith("last      failed ")
    assert lines[4] == "0 executing, 1 pending, 0 overdue"
    assert data["task"]["last"]["status"] == "failed"
    assert data["queue"] == {"pending": 1, "overdue": 0, "executing": 0}


@pytest.mark.parametrize(
    ("words", "folder", "meant"),
    [
        (["app"], ".", "tree"),
        (["A", "--tree", "app"], ".", "task"),
        (["tasks.A", "--tree", "app"], ".", "task"),
        (["A"], "app/tasks", "task"),
        (["app", "--tree", "app"], ".", "tree"),
        (["./app", "--tree", "other"], ".", "error"),
        (["Nothing", "--tree", "app"], ".", "error"),
    ],
)
def test_what_the_argument_is(tree: Tree, words: list[str], folder: str, meant: str) -> None:
    """A folder is a tree, but the folder of a task is the task."""
    tree.scheduled("A")
    done = jittask("status", *words, "--json", cwd=tree.root.parent / folder)
    if meant == "error":
        assert done.returncode in (1, 2)
        assert done.stderr.startswith("error: ")
        return
    data = json.loads(done.stdout)
    assert ("task" in data) is (meant == "task")


def test_status_of_a_tree_that_is_watched_ends_with_ctrl_c(tree: Tree) -> None:
    tree.scheduled("A")
    watching = subprocess.Popen(
        [sys.executable, "-m", "jittask", "status", "A", "--watch", "--tree", str(tree.root)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None
    assert watching.stdout.readline().startswith("not running")
    watching.send_signal(signal.SIGINT)
    assert watching.wait(60) == 0
    watching.stdout.close()
