"""What a start plans: what is new or has come due, and nothing that stands already (R1, T10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask import Runtime, Timer, compile_tree
from jittask.compiler.compiled import ScheduledTask
from jittask.model import AppSettings, Trigger
from jittask.runtime import planner
from jittask.runtime.events import Blocked, Event, Finished, Planned, Ready, Unblocked
from jittask.runtime.planner import Planner
from jittask.runtime.snapshot import Snapshot, first_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.runtime.task_plan import Plan
from jittask.schedule.timer import Followers
from jittask.store import Store
from tests.tree import Tree
from tests.written import rows_written

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)
A_DAY_ON = NOW + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(AppSettings(), tmp_path, create=True) as opened:
        yield opened


def snapshot(tree: Tree) -> Snapshot:
    return first_snapshot(compile_tree(tree.root), {}, {}, NOW)


def start(store: Store, tree: Tree, now: datetime) -> dict[str, int]:
    """Plan as a start does; return what was written."""
    with rows_written() as found:
        Planner(store, lambda _: None, TaskBoundary(lambda _: None)).step(snapshot(tree), now)
    return dict(found)


@pytest.fixture
def planned(store: Store, tree: Tree) -> Tree:
    tree.scheduled("Plain")
    tree.scheduled("Rolled", timing={"skipWeekend": 1})
    assert start(store, tree, NOW) == {"INSERT": 6}  # two runs, their keys, their marks
    return tree


def test_a_start_that_finds_all_planned_writes_nothing(store: Store, planned: Tree) -> None:
    assert start(store, planned, SOON) == {}
    assert start(store, planned, NOW - timedelta(hours=1)) == {}


def test_a_start_after_a_night_plans_what_came_due(store: Store, planned: Tree) -> None:
    assert start(store, planned, A_DAY_ON) == {"INSERT": 4, "UPDATE": 2}  # two runs and their keys
    assert start(store, planned, A_DAY_ON) == {}


def test_what_was_due_and_never_begun_is_decided_on(store: Store, tree: Tree) -> None:
    """Also where the next one has been planned already."""
    tree.scheduled("Strict", policy={"graceSeconds": 600})
    start(store, tree, NOW)
    due = datetime(2026, 1, 6, 9, tzinfo=UTC)
    assert start(store, tree, due) == {"INSERT": 2, "UPDATE": 1}
    assert start(store, tree, due + timedelta(seconds=600)) == {}
    assert start(store, tree, due + timedelta(seconds=601)) == {"UPDATE": 1}
    assert start(store, tree, due + timedelta(seconds=601)) == {}


@pytest.mark.parametrize(
    ("edit", "written"),
    [
        ({"timing": {"startTime": "2026-01-05 10:00:00"}}, {"INSERT": 2, "UPDATE": 2, "DELETE": 1}),
        ({"enable": 0}, {"UPDATE": 2, "DELETE": 1}),
        ({"title": "Another"}, {"UPDATE": 1}),
        ({"description": "more"}, {"UPDATE": 1}),
    ],
)
def test_an_edit_is_written_of_its_task_alone(
    store: Store, planned: Tree, edit: dict[str, object], written: dict[str, int]
) -> None:
    planned.scheduled("Plain", **edit)  # type: ignore[arg-type]
    assert start(store, planned, SOON) == written
    assert start(store, planned, SOON) == {}


def test_a_task_that_has_gone_is_marked_once(store: Store, planned: Tree) -> None:
    (planned.root / "tasks/Plain/e.json").unlink()
    assert start(store, planned, SOON) == {"UPDATE": 2, "DELETE": 1}
    assert start(store, planned, SOON) == {}


def test_a_task_that_cannot_be_planned_holds_up_no_other(
    store: Store, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported once, and tried again (R12)."""
    tree.scheduled("Fails")
    tree.scheduled("Works")
    original = planner.plan_task  # type: ignore[attr-defined]

    def plan(task: ScheduledTask, *more: object) -> Plan:
        if task.name == "tasks.Fails":
            raise ZeroDivisionError("no")
        return original(task, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(planner, "plan_task", plan)
    events: list[Event] = []
    plans, shot = Planner(store, events.append, TaskBoundary(events.append)), snapshot(tree)
    now = NOW
    for seconds in (5, 10, 20):
        again = plans.step(shot, now)
        assert again == now + timedelta(seconds=seconds)
        now = again
    [blocked] = [event for event in events if isinstance(event, Blocked)]
    assert (blocked.task, blocked.code, blocked.since) == ("tasks.Fails", "plan-failed", NOW)
    assert blocked.reason.startswith("ZeroDivisionError: no (")
    assert [event.task for event in events if isinstance(event, Planned)] == ["tasks.Works"]
    monkeypatch.undo()
    plans.step(shot, now)
    unblocked, planned = events[-2:]
    assert isinstance(unblocked, Unblocked)
    assert isinstance(planned, Planned)
    assert planned.task == unblocked.task == "tasks.Fails"


def test_a_start_goes_through_though_timers_fail(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can still run does: a run that somebody asks for (R12)."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("no")

    tree.write("app.json", {"settings": {"timezone": "UTC", "runtime": {"executor": "inline"}}})
    tree.scheduled("Fails")
    compiled = compile_tree(tree.root).app
    monkeypatch.setattr(Timer, "after", fail)
    monkeypatch.setattr(Followers, "after", fail)
    with Runtime(tree.root) as runtime:
        told = runtime.wait_for(lambda event: isinstance(event, Blocked))
        assert told.task == "tasks.Fails"  # type: ignore[union-attr]
        runtime.wait_for(lambda event: isinstance(event, Ready))
        with Store.open(compiled.settings, tree.root, create=False) as store:
            run = store.enqueue("tasks.Fails", "", Trigger.MANUAL, datetime.now(UTC))
        runtime.wait_for(lambda event: isinstance(event, Finished) and event.run == run)
