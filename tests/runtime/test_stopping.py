"""Stopping: the first signal drains, the second ends at once, both leave records true (R7)."""

from __future__ import annotations

import json
import signal

import pytest

from jittask import Client, Runtime
from jittask.runtime.events import Finished, Ready, Reloaded, Started
from tests.running import PATIENCE, Program, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process

WAITS = """import time
from jittask import app

def customFunc():
    while not (app.rootPath / "go").exists():
        time.sleep(0.01)
    return "ended"
"""


def manifest(drain: float) -> dict:
    settings = {"timezone": "UTC", "runtime": {"drainSeconds": drain}}
    return {"appId": "t", "name": "t", "settings": settings}


def only_run(tree: Tree) -> dict:
    done = jittask(
        "records", "Waits", "--trigger", "manual", "--tree", tree.root, "--format", "json"
    )
    [run] = json.loads(done.stdout)["records"]
    return run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_lets_a_body_end(tree: Tree, number: signal.Signals) -> None:
    tree.scheduled("Waits", WAITS)
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "Waits", "--tree", tree.root)
        program.wait("started")
        program.process.send_signal(number)
        tree.write("go", "")
        assert program.wait("stopped", completed=1)
        assert program.process.wait(PATIENCE) == 0
    assert only_run(tree)["result"] == '"ended"'


def test_signals_count_though_nobody_reads_stderr(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    with Program(tree.root) as program:
        assert program.process.stderr is not None
        program.process.stderr.close()
        program.wait("ready")
        jittask("trigger", "Waits", "--tree", tree.root)
        program.wait("started")
        program.process.send_signal(signal.SIGTERM)
        program.process.send_signal(signal.SIGINT)
        assert program.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("drain", [0, 0.2])
def test_a_stop_kills_what_runs_longer_than_drain_seconds(tree: Tree, drain: float) -> None:
    tree.write("app.json", manifest(drain))
    tree.scheduled("Waits", WAITS)
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "Waits", "--tree", tree.root)
        program.wait("started")
        program.process.send_signal(signal.SIGTERM)
        assert program.wait("stopped", interrupted=1)
        assert program.process.wait(PATIENCE) == 0


def test_drain_seconds_are_live(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    with Runtime(tree.root) as runtime:
        runtime.wait_for(lambda event: isinstance(event, Ready))
        tree.write("app.json", manifest(0))
        runtime.reload()
        run = Client(tree.root).trigger("Waits").run.id
        runtime.wait_for(lambda event: isinstance(event, Started) and event.run == run)
        runtime.stop()
        assert runtime.join(PATIENCE)
    assert only_run(tree)["reason"] == "interrupted"


def test_the_second_signal_ends_at_once(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS)
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "Waits", "--tree", tree.root)
        program.wait("started")
        program.process.send_signal(signal.SIGTERM)
        assert program.process.stderr is not None
        assert "once more" in program.process.stderr.readline()
        program.process.send_signal(signal.SIGTERM)
        assert program.wait("stopped", interrupted=1)
        assert program.process.wait(PATIENCE) == 0
    assert only_run(tree)["reason"] == "interrupted"


def test_a_timeout_kills_the_body(tree: Tree) -> None:
    tree.scheduled("Waits", WAITS, policy={"timeoutSeconds": 0.3})
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "Waits", "--tree", tree.root)
        assert program.wait("finished")["reason"] == "timeout"
        program.stop()


def test_a_retry_and_a_rerun(tree: Tree) -> None:
    body = """from jittask import app, currentTask

def customFunc():
    if currentTask.attempt < 3:
        raise ValueError(f"attempt {currentTask.attempt}")
    return currentTask.attempt
"""
    tree.scheduled("Waits", body, policy={"retry": {"max": 2, "delaySeconds": 0}})
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "Waits", "--tree", tree.root)
        assert program.wait("finished", status="completed")["result"] == "3"
        program.stop()
    run = only_run(tree)
    assert [one["outcome"] for one in run["attempts"]] == ["error", "error", "completed"]
    assert all(one["peakKb"] > 1000 for one in run["attempts"])
    assert jittask("log", run["id"], "--tree", tree.root).stdout.count(" MiB\n") == 3


def test_the_python_interface(tree: Tree) -> None:
    """Section 10: a context manager with snapshot, reload and wait_for."""
    tree.scheduled("A", repeat={"repeatType": "custom", "rrule": "FREQ=SECONDLY"})
    with Runtime(tree.root) as runtime:
        ready = runtime.wait_for(lambda event: isinstance(event, Ready))
        assert isinstance(ready, Ready)
        before = runtime.snapshot
        assert list(before.tasks) == ["tasks.A"]
        runtime.wait_for(lambda event: isinstance(event, Finished))
        tree.scheduled("B")
        runtime.reload()
        runtime.wait_for(lambda event: isinstance(event, Reloaded) and event.added == ("tasks.B",))
        assert set(runtime.snapshot.tasks) == {"tasks.A", "tasks.B"}
        assert runtime.snapshot.tasks["tasks.A"] is before.tasks["tasks.A"]
        assert set(before.tasks) == {"tasks.A"}
    assert runtime.join(1)
