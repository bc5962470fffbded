"""Runs that wait for the workers of one queue hold up no other queue (R10, R12)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.clock import FixedClock
from jittask.compiler.compiled import CompiledTask
from jittask.model import Trigger
from jittask.runtime.claim_loop import ClaimLoop
from jittask.runtime.snapshot import Snapshot, first_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.store import Store
from jittask.store.control import Pause
from jittask.store.plans import NewRun
from tests.runtime.test_groups import NOW, HeldExecutor, store
from tests.tree import Tree

__all__ = ["store"]  # a fixture

MANY = 12_000


class Queues:
    """Gives each task a queue of its own, and each queue so many runs."""

    def __init__(self, executor: HeldExecutor, **rooms: int) -> None:
        self.rooms = rooms
        self.refused: set[str] = set()
        self._executor = executor

    def queue_of(self, task: CompiledTask) -> str:
        return task.name.removeprefix("tasks.")

    def room(self, queue: str) -> int:
        begun = Counter(run.queue for run in self._executor.runs.values())
        return self.rooms[queue] - begun[queue]

    def refusal(self, queue: str) -> str | None:
        return f"nobody serves {queue}" if queue in self.refused else None


class Place:
    """A claim loop whose executor has queues, and a store with many due runs."""

    def __init__(self, store: Store, snapshot: Snapshot, **rooms: int) -> None:
        self.store, self.snapshot = store, snapshot
        self.executor = HeldExecutor()
        self.queues = Queues(self.executor, **rooms)
        self.boundary = TaskBoundary(lambda _: None)
        store.announce("r", "host", 1, NOW)
        self.loop = ClaimLoop(
            store, self.executor, FixedClock(NOW), "r", lambda _: None, self.boundary,
            queues=self.queues,
        )  # fmt: skip

    def plan(self, task: str, count: int, trigger: Trigger = Trigger.SCHEDULE) -> None:
        self.store.plan(
            NOW,
            [
                NewRun(f"tasks.{task}", "", trigger, (NOW - n * timedelta(microseconds=1),), NOW)
                for n in range(count)
            ],
        )

    def claimed(self) -> Counter[str]:
        self.loop.claim(self.snapshot)
        return Counter(run.task for run in self.executor.runs.values())


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    tree = Tree(tmp_path / "app")
    for name in ("Full", "Free", "Narrow"):
        tree.scheduled(name, policy={"overlap": "allow"})
    compilation = compile_tree(tree.root)
    assert compilation.ok, compilation.diagnostics
    return first_snapshot(compilation, {}, {}, NOW)


@pytest.mark.parametrize("trigger", [Trigger.SCHEDULE, Trigger.ON_FAILURE])
def test_a_queue_without_workers_holds_up_no_other(
    store: Store, snapshot: Snapshot, trigger: Trigger
) -> None:
    place = Place(store, snapshot, Full=0, Free=2, Narrow=0)
    place.plan("Full", MANY, trigger)
    place.plan("Free", 1)
    assert place.claimed() == {"tasks.Free": 1}
    place.queues.rooms["Full"] = 1
    assert place.claimed() == {"tasks.Free": 1, "tasks.Full": 1}


def test_a_queue_that_fills_up_meanwhile_holds_up_no_other(
    store: Store, snapshot: Snapshot
) -> None:
    place = Place(store, snapshot, Full=0, Free=2, Narrow=2)
    place.plan("Narrow", MANY)
    place.plan("Free", 1)
    assert place.claimed() == {"tasks.Narrow": 2, "tasks.Free": 1}


def test_every_task_whose_queue_nobody_serves_is_blocked(store: Store, snapshot: Snapshot) -> None:
    place = Place(store, snapshot, Full=0, Free=2, Narrow=0)
    place.plan("Full", 2_100)
    place.plan("Narrow", 1)
    place.queues.refused = {"Full", "Narrow"}
    clock = FixedClock(NOW)
    loop = ClaimLoop(
        store, place.executor, clock, "r", lambda _: None, place.boundary, queues=place.queues
    )
    for seconds in (0, 2):
        clock.move_to(NOW + timedelta(seconds=seconds))
        loop.claim(snapshot)
    assert [entry.task for entry in place.boundary.entries()] == ["tasks.Full", "tasks.Narrow"]


@pytest.fixture
def busy(tmp_path: Path) -> Snapshot:
    """Two tasks whose queues become full; the first skips what overlaps."""
    tree = Tree(tmp_path / "app")
    tree.scheduled("Full", policy={"overlap": "skip"})
    for name in ("Free", "Narrow"):
        tree.scheduled(name, policy={"overlap": "allow"})
    compilation = compile_tree(tree.root)
    assert compilation.ok, compilation.diagnostics
    return first_snapshot(compilation, {}, {}, NOW)


def counts(store: Store, task: str) -> tuple[int, int]:
    """Return how many runs of a task are pending, and how many execute."""
    pending, _, executing = store.queue(NOW, f"tasks.{task}")
    return pending, executing


def test_a_full_queue_keeps_no_run_from_being_skipped_for_its_overlap(
    store: Store, busy: Snapshot
) -> None:
    place = Place(store, busy, Full=1, Free=2, Narrow=0)
    place.plan("Full", 1)
    assert place.claimed() == {"tasks.Full": 1}
    at = NOW - timedelta(seconds=1)
    store.plan(NOW, [NewRun("tasks.Full", "", Trigger.SCHEDULE, (at,), NOW)])
    place.loop.claim(busy)
    assert counts(store, "Full") == (0, 1)


def test_a_full_queue_keeps_no_run_of_a_paused_task_from_being_skipped(
    store: Store, snapshot: Snapshot
) -> None:
    place = Place(store, snapshot, Full=0, Free=2, Narrow=0)
    place.plan("Full", 1)
    store.put_pause(Pause("tasks.Full", NOW, None, None))
    place.loop.claim(snapshot)
    assert counts(store, "Full") == (0, 0)


@pytest.mark.parametrize("is_paused", [True, False], ids=["paused", "overlap"])
def test_runs_that_no_pause_and_no_overlap_skips_hold_up_no_other_queue(
    store: Store, busy: Snapshot, is_paused: bool
) -> None:
    place = Place(store, busy, Full=1, Free=2, Narrow=0)
    place.plan("Full", 1)
    assert place.claimed() == {"tasks.Full": 1}
    if is_paused:
        store.put_pause(Pause("tasks.Full", NOW, None, None))
    place.plan("Full", MANY, Trigger.BACKFILL)
    place.plan("Free", 1)
    assert place.claimed() == {"tasks.Full": 1, "tasks.Free": 1}
