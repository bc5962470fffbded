"""An edit costs what it changed: what one reload looks at, writes and replaces (H2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jittask.clock import SystemClock
from jittask.runtime.assembly import Parts, assemble
from jittask.runtime.bundles import Bundles
from jittask.runtime.events import Event, Reloaded
from jittask.runtime.signals import Signals
from tests.tree import Tree
from tests.written import rows_written

TASKS = 30
CODE = "def customFunc():\n    return {}\n"


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def parts(tree: Tree, events: list[Event]) -> Iterator[Parts]:
    for number in range(TASKS):
        tree.scheduled(f"T{number}", CODE.format(number))
    clock = SystemClock()
    opened = assemble(tree.root, clock, Signals(clock), events.append, watched=False)
    with opened.opened:
        yield opened


def test_one_edit_writes_one_row_and_one_bundle(
    tree: Tree, parts: Parts, events: list[Event]
) -> None:
    before = parts.current.snapshot
    folder = tree.root / ".jittask/bundles"
    laid_out = set(folder.iterdir())
    tree.write("tasks/T7/inner.py", CODE.format("'new'"))
    with rows_written() as written:
        parts.reloader.reload(["tasks/T7/inner.py"])
    after = parts.current.snapshot
    assert [event.changed for event in events if isinstance(event, Reloaded)] == [("tasks.T7",)]
    assert after.touched == {"tasks.T7"}
    assert written["INSERT"] == written["DELETE"] == 1
    assert written["UPDATE"] <= 1  # when this runtime has reloaded
    assert {path.name for path in set(folder.iterdir()) - laid_out} == {
        after.tasks["tasks.T7"].task.version
    }
    for name, running in after.tasks.items():
        assert (before.tasks[name] is running) == (name != "tasks.T7")
    rows = parts.store.elements()
    assert rows["tasks.T7"].version == after.tasks["tasks.T7"].task.version
    assert len(rows) == TASKS


def test_paths_that_have_not_changed_replace_nothing(parts: Parts, events: list[Event]) -> None:
    before = parts.current.loaded
    events.clear()
    with rows_written() as written:
        parts.reloader.reload(["tasks/T1/inner.py", "tasks/T2", "app.json", "tasks/none"])
    assert parts.current.loaded is before
    assert (written, events) == ({}, [])


def test_what_is_not_named_is_not_seen_but_by_a_full_look(tree: Tree, parts: Parts) -> None:
    tree.write("tasks/T1/inner.py", CODE.format("'one'"))
    tree.write("tasks/T2/inner.py", CODE.format("'two'"))
    parts.reloader.reload(["tasks/T1/inner.py"])
    assert parts.current.snapshot.touched == {"tasks.T1"}
    parts.reloader.reload()
    assert parts.current.snapshot.touched == {"tasks.T2"}


def test_an_edit_that_could_not_be_kept_is_not_lost_with_the_next(
    tree: Tree, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reload that failed after compiling has its elements again in the next one."""
    with monkeypatch.context() as patched:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patched.setattr(Bundles, "lay_out_all", full)
        tree.write("tasks/T1/inner.py", CODE.format("'one'"))
        parts.reloader.reload(["tasks/T1/inner.py"])
    tree.write("tasks/T2/inner.py", CODE.format("'two'"))
    parts.reloader.reload(["tasks/T2/inner.py"])
    for name in ("tasks.T1", "tasks.T2"):
        task = parts.current.snapshot.tasks[name].task
        assert task.version == parts.compiler.compilation.app.tasks[name].version
        assert Bundles(tree.root / ".jittask").has(task.version)


def test_the_plan_follows_an_edit_of_one_task(tree: Tree, parts: Parts) -> None:
    now = parts.clock.now()
    duties = parts.participation.leader_duties
    tree.write("tasks/T3/inner.py", CODE.format("'new'"))
    tree.scheduled("T4", timing={"endTime": "2000-01-01"})
    parts.reloader.reload(["tasks/T3", "tasks/T4"])
    with rows_written() as written:
        duties.plan(parts.current.snapshot, now)
    marks = parts.store.watermarks()
    assert marks["tasks.T3"].version == parts.current.snapshot.tasks["tasks.T3"].task.version
    assert written["UPDATE"] <= 4
    assert duties._planner.has_seen(parts.current.snapshot)
