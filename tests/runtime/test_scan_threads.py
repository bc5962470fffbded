"""A database that hangs delays neither the others' tasks nor a stop (R12, R7)."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jittask import Runtime
from jittask.clock import SystemClock
from jittask.runtime import scan_threads, shared_scan
from jittask.runtime.events import Blocked, Event, Finished, Trouble, Unblocked
from tests.running import PATIENCE
from tests.tree import Tree

HANGS, FIRES = "tasks.Hangs", "tasks.Fires"


@pytest.fixture
def two_databases(tmp_path: Path) -> Tree:
    """Two date-field tasks, each with a database of its own."""
    tree = Tree(tmp_path / "app", runtime={"executor": "inline", "scanSeconds": 0.2})
    for name in ("Hangs", "Fires"):
        tree.write(
            f"databases/{name}/e.json",
            {"type": "databases.SqliteType", "title": name, "database": f"{name}.db"},
        )
        tree.write(
            f"models/{name}/e.json",
            {"type": "models.TableType", "title": name, "db": f"databases.{name}", "table": "t"},
        )
        tree.dated(name, modelPath=f"models.{name}")
        with sqlite3.connect(tree.root / f"{name}.db") as connection:
            connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at DATETIME)")
    return tree


def add_row(tree: Tree, name: str) -> None:
    at = datetime.now(UTC) + timedelta(seconds=1)
    with sqlite3.connect(tree.root / f"{name}.db", timeout=30) as connection:
        connection.execute("INSERT INTO t (at) VALUES (?)", (f"{at:%Y-%m-%d %H:%M:%S.%f}",))


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let the database of one task hang until this is set."""
    event, original = threading.Event(), shared_scan.ranges_of

    def hang(asked: shared_scan.Asked, *more: Any) -> Any:
        if asked.task.name == HANGS and not event.is_set():
            event.wait(PATIENCE)
        return original(asked, *more)

    monkeypatch.setattr(shared_scan, "ranges_of", hang)
    monkeypatch.setattr(scan_threads, "SILENT_AFTER", 0.5)
    monkeypatch.setattr("jittask.runtime.assembly._FIRST_SCAN_PATIENCE", 0.5)
    yield event
    event.set()


def test_a_database_that_hangs_delays_no_other(
    two_databases: Tree, released: threading.Event
) -> None:
    with Runtime(two_databases.root) as runtime:
        blocked = runtime.wait_for(lambda event: isinstance(event, Blocked), PATIENCE)
        assert isinstance(blocked, Blocked)
        assert (blocked.task, blocked.code) == (HANGS, "scan-failed")
        assert blocked.reason.startswith("databases.Hangs has not answered for ")
        for name in ("Fires", "Hangs"):
            add_row(two_databases, name)
        runtime.wait_for(completed(FIRES), PATIENCE)
        released.set()
        ended = runtime.wait_for(lambda event: isinstance(event, Unblocked), PATIENCE)
        assert isinstance(ended, Unblocked)
        assert (ended.task, ended.since) == (HANGS, blocked.since)
        runtime.wait_for(completed(HANGS), PATIENCE)


def test_a_stop_leaves_a_scan_that_hangs_behind(
    two_databases: Tree, released: threading.Event
) -> None:
    """It says so, and the scan writes nothing when its database answers again."""
    events: list[Event] = []
    runtime = Runtime(two_databases.root, on_event=events.append)
    runtime.start()
    runtime.wait_for(lambda event: isinstance(event, Blocked), PATIENCE)
    clock = SystemClock()
    began = clock.monotonic()
    runtime.stop(0)
    assert runtime.join(PATIENCE)
    assert clock.monotonic() - began < PATIENCE / 4
    assert not released.is_set()
    assert [event.code for event in events if isinstance(event, Trouble)] == ["scan-abandoned"]
    [left] = [each for each in threading.enumerate() if each.name == "jittask-scan-databases.Hangs"]
    assert left.daemon
    released.set()
    left.join(PATIENCE)
    assert not left.is_alive()
    assert left.failure is None  # type: ignore[attr-defined]


def test_a_scan_that_hangs_for_long_is_tried_in_another_thread(
    two_databases: Tree, released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_threads, "_ABANDON_AFTER", 1.0)
    with Runtime(two_databases.root) as runtime:
        runtime.wait_for(
            lambda event: isinstance(event, Trouble) and event.code == "scan-abandoned", PATIENCE
        )
        released.set()
        runtime.wait_for(lambda event: isinstance(event, Unblocked), PATIENCE)


def test_a_database_that_hangs_for_good_gets_a_bounded_number_of_threads(
    two_databases: Tree, released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are scanned as before, and it is tried again when one of them has ended."""
    monkeypatch.setattr(scan_threads, "_ABANDON_AFTER", 0.8)
    monkeypatch.setattr(scan_threads, "_MOST_LEFT_BEHIND", 2)
    monkeypatch.setattr("jittask.runtime.task_boundary.LONGEST_PAUSE", 0.2)
    events: list[Event] = []
    with Runtime(two_databases.root, on_event=events.append) as runtime:
        wait_for_scans(2)
        for _ in range(5):
            add_row(two_databases, "Fires")
            last = events[-1]
            runtime.wait_for(
                lambda event, last=last: isinstance(event, Finished) and event.at > last.at,
                PATIENCE,
            )
        assert len(wait_for_scans(2)) == 2
        released.set()
        runtime.wait_for(lambda event: isinstance(event, Unblocked), PATIENCE)


def test_a_reload_that_replaces_a_database_blocks_nothing(
    two_databases: Tree, released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scan of the database before is left behind, but it does not hang."""
    monkeypatch.setattr(scan_threads, "SILENT_AFTER", PATIENCE)
    moved = two_databases.root / "Moved.db"
    shutil.copy(two_databases.root / "Hangs.db", moved)
    events: list[Event] = []
    with Runtime(two_databases.root, on_event=events.append):
        [before] = wait_for_scans(1)
        two_databases.write(
            "databases/Hangs/e.json",
            {"type": "databases.SqliteType", "title": "Hangs", "database": moved.name},
        )
        [after] = wait_for_scans(2) - {before}
        released.set()
        for scan in (before, after):
            scan.join(PATIENCE)
            assert not scan.is_alive()
    assert [event for event in events if isinstance(event, Blocked | Trouble)] == []


def wait_for_scans(number: int) -> set[threading.Thread]:
    clock = SystemClock()
    end = clock.monotonic() + PATIENCE
    while clock.monotonic() < end:
        threads = {each for each in threading.enumerate() if each.name.endswith("databases.Hangs")}
        if len(threads) == number:
            return threads
        clock.wait(threading.Event(), 0.05)
    raise AssertionError(f"not {number} scans")


def completed(task: str) -> Any:
    return lambda event: (
        isinstance(event, Finished) and event.task == task and event.status == "completed"
    )
