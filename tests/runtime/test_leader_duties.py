"""What is due begins before what follows it is planned, wherever that cannot change it (R2, R5)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask import Runtime, compile_tree
from jittask.clock import FixedClock
from jittask.model import AppSettings
from jittask.runtime.events import Event, Planned, Started
from jittask.runtime.leader_duties import LeaderDuties
from jittask.runtime.snapshot import Snapshot, first_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.store import Store
from tests.running import PATIENCE
from tests.tree import Tree

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECONDLY = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}


@pytest.fixture
def snapshot(tree: Tree) -> Snapshot:
    tree.scheduled("T", repeat={"repeatType": "hour"})
    return first_snapshot(compile_tree(tree.root), {}, {}, NOON)


def test_when_a_turn_is_on_time(snapshot: Snapshot, tmp_path: Path) -> None:
    """A second late, another occurrence may be due: the misfire policy is heard first."""
    other = Snapshot(snapshot.app, snapshot.tasks, {}, {})
    with Store.open(AppSettings(), tmp_path, create=True) as store:
        planning = LeaderDuties(
            store, lambda _: None, TaskBoundary(lambda _: None), FixedClock(NOON)
        )
        assert not planning.on_time(snapshot, NOON)
        planning.plan(snapshot, NOON - timedelta(minutes=1))
        for late, wanted in ((-1e-6, False), (0, True), (0.999999, True), (1, False)):
            assert planning.on_time(snapshot, NOON + timedelta(seconds=late)) is wanted, late
        assert not planning.on_time(other, NOON), "an edit is seen before anything of it begins"
        planning.plan(snapshot, NOON)
        assert not planning.on_time(snapshot, NOON)


def test_what_is_due_does_not_wait_for_what_follows_it(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", runtime={"executor": "inline"})
    tree.scheduled("T", repeat=SECONDLY, policy={"overlap": "allow"})
    began: set[datetime] = set()
    seen = threading.Event()

    def hear(event: Event) -> None:
        if isinstance(event, Started):
            began.add(event.effective)
        if isinstance(event, Planned) and event.effective - timedelta(seconds=1) in began:
            seen.set()

    with Runtime(tree.root, on_event=hear):
        assert seen.wait(PATIENCE)
