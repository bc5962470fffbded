"""What is due within the second is readied, and begins at its instant (R4, R5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from jittask.model import Reason, RunStatus
from jittask.runtime import readied
from jittask.runtime.executors.protocol import Completed
from jittask.runtime.orphans import end_orphaned_runs
from jittask.runtime.task_boundary import TaskBoundary
from jittask.store import Store, StoreUnavailable
from jittask.store.control import Pause
from jittask.store.facade import membership_methods
from jittask.store.record_filter import RecordFilter
from jittask.store.tables import runs
from tests.faults.hand import START, WORKERS, Ground, Hand, task

A = "tasks.A"


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground.open(tmp_path)
    yield ground
    ground.store.close()


@pytest.fixture
def hand(ground: Ground) -> Hand:
    """A runtime of a task that fires every ten seconds, half a second before it is due."""
    ground.write(task(A, 10))
    hand = Hand(ground, "a")
    hand.plan()
    ground.later(9.5)
    hand.work()
    return hand


def begun(ground: Ground) -> int:
    return len(ground.bodies)


def statuses(ground: Ground) -> list[RunStatus]:
    page = ground.store.records(RecordFilter(tasks=(A,)), ground.now, 100)
    return [run.status for run in sorted(page.records, key=lambda run: run.effective)]


def forbid_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("it waits for the disk")

    monkeypatch.setattr(Store, "take", refused)


def test_it_begins_when_it_is_due_and_without_the_disk(
    ground: Ground, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_claims(monkeypatch)
    hand.keep_time()
    ground.later(0.499)
    hand.keep_time()
    assert begun(ground) == 0, "not a microsecond before"
    ground.later(0.001)
    hand.keep_time()
    assert begun(ground) == 1
    assert ground.bodies[-1].clock == START + timedelta(seconds=10)
    hand.keep_time()
    assert begun(ground) == 1
    hand.end_all()
    assert statuses(ground)[0] is RunStatus.COMPLETED


def test_a_pause_meanwhile_keeps_it_from_beginning(ground: Ground, hand: Hand) -> None:
    ground.store.put_pause(Pause(A, ground.now, None, None))
    ground.later(0.5)
    hand.keep_time()
    hand.work()
    assert begun(ground) == 0
    assert statuses(ground)[0] is RunStatus.SKIPPED


def test_an_edit_meanwhile_is_what_runs(ground: Ground, hand: Hand) -> None:
    ground.write(task(A, 10, priority=7))
    ground.later(0.5)
    hand.keep_time()
    assert begun(ground) == 1
    ground.write()
    ground.later(10)
    hand.keep_time()
    assert begun(ground) == 1, "it is gone"


def test_a_new_timing_meanwhile_takes_it_away(ground: Ground, hand: Hand) -> None:
    ground.write(task(A, 3600))
    hand.plan()
    ground.later(0.5)
    hand.keep_time()
    assert begun(ground) == 0


def test_one_that_would_overlap_waits(ground: Ground, hand: Hand) -> None:
    ground.later(0.5)
    hand.keep_time()
    ground.later(9.5)
    hand.plan()
    hand.work()
    ground.later(0.5)
    hand.keep_time()
    assert begun(ground) == 1, "the one before has not ended"


def test_no_more_begin_than_there_is_room_for(ground: Ground) -> None:
    names = [f"tasks.{letter}" for letter in "ABCD"]
    ground.write(*[task(name, 10) for name in names])
    hand = Hand(ground, "a")
    hand.plan()
    ground.later(9.5)
    hand.work()
    ground.later(0.5)
    hand.keep_time()
    assert len(hand.hands.running) == WORKERS
    hand.end_all()
    hand.work()
    assert len(hand.hands.running) == WORKERS


@pytest.mark.parametrize("seconds", [5.0, 3600.0])
def test_after_a_time_away_what_was_missed_is_decided_first(
    ground: Ground, hand: Hand, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """The machine was suspended, or its clock was set."""
    forbid_claims(monkeypatch)
    ground.later(seconds)
    hand.keep_time()
    assert begun(ground) == 0


def test_a_claim_whose_reply_is_lost_is_given_back(
    ground: Ground, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Store.take_readied

    def lost(*arguments: object) -> None:
        take(*arguments)  # type: ignore[arg-type]
        raise StoreUnavailable("the reply was lost")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "take_readied", lost)
        ground.later(0.5)
        with pytest.raises(StoreUnavailable):
            hand.keep_time()
    assert begun(ground) == 0
    hand.work()
    assert begun(ground) == 1


def test_a_store_that_readies_nothing_claims_as_before(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere than on Linux, and on a server."""
    monkeypatch.setattr(Store, "readies", False)
    monkeypatch.setattr(Store, "ready", None)
    ground.write(task(A, 10))
    hand = Hand(ground, "a")
    hand.plan()
    ground.later(9.5)
    hand.work()
    ground.later(0.5)
    hand.keep_time()
    assert begun(ground) == 0
    hand.work()
    assert begun(ground) == 1


def test_what_is_planned_within_the_second_is_readied_too(
    ground: Ground, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.write(task(A, 10), task("tasks.B", 1))
    hand.plan()
    ground.later(readied._EVERY)
    hand.work()
    forbid_claims(monkeypatch)
    ground.later(0.5 - readied._EVERY)
    hand.keep_time()
    assert begun(ground) == 2


# --- what is not left readied, and what comes first


def flagged(ground: Ground) -> int:
    """Count the pending runs that would look interrupted if power were lost now."""
    with ground.store._database.reading() as connection:
        query = sa.select(sa.func.count()).where(
            runs.c.status == RunStatus.PENDING, runs.c.readied.is_not(None)
        )
        return int(connection.execute(query).scalar() or 0)


def test_what_was_readied_and_could_not_begin_is_taken_back(ground: Ground, hand: Hand) -> None:
    assert flagged(ground) == 1
    ground.store.put_pause(Pause(A, ground.now, None, None))
    ground.write(task(A, 10, overlap="queue"), task("tasks.B", 1))
    ground.later(0.5)
    hand.keep_time()
    for _ in range(3):
        ground.later(readied._EVERY)
        hand.plan()
        hand.work()
        hand.end_all()
    assert flagged(ground) <= 1, "that of B, which comes within the second"


def test_tasks_that_are_held_are_not_readied(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.write(task(A, 10), task("tasks.B", 10))
    hand = Hand(ground, "a")
    hand.plan()
    monkeypatch.setattr(TaskBoundary, "held", lambda *_: frozenset({A}))
    ground.later(9.5)
    hand.work()
    assert flagged(ground) == 1


def test_one_that_waits_keeps_no_other_from_its_instant(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.write(task(A, 3, overlap="queue"), task("tasks.B", 10))
    hand = Hand(ground, "a")
    hand.plan()
    for _ in range(2):
        ground.later(3)
        hand.work()
        hand.plan()
    ground.later(3.5)
    hand.work()
    forbid_claims(monkeypatch)
    ground.later(0.5)
    hand.keep_time()
    tasks = [run.task for run in ground.store.records(RecordFilter(), ground.now, 9).records]
    assert begun(ground) == 2
    assert "tasks.B" in tasks


def test_where_no_more_can_begin_what_has_waited_comes_first(ground: Ground) -> None:
    names = [f"tasks.{letter}" for letter in "ABC"]
    ground.write(*[task(name, 10, priority=9) for name in names], task("tasks.Low", 19))
    hand = Hand(ground, "a")
    hand.plan()
    ground.later(10)
    hand.work()
    assert len(hand.hands.running) == WORKERS
    ground.later(8.5)
    hand.work()
    hand.hands.end(hand.hands.running[0], Completed("1", 0.1))
    ground.later(0.5)
    hand.keep_time()
    assert begun(ground) == WORKERS
    hand.work()
    hand.work()
    with_priority = [run for run in ground.store.records(RecordFilter(), ground.now, 9).records
                     if run.status is not RunStatus.PENDING]  # fmt: skip
    assert {run.task for run in with_priority} == set(names)


def test_a_store_that_does_not_answer_leaves_what_may_be_readied_to_the_next_look(
    ground: Ground, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = Store.ready

    def lost(*arguments: object) -> None:
        ready(*arguments)  # type: ignore[arg-type]
        raise StoreUnavailable("the reply was lost")

    ground.write(task(A, 10), task("tasks.B", 1))
    hand.plan()
    ground.later(readied._EVERY)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "ready", lost)
        with pytest.raises(StoreUnavailable):
            hand.work()
    ground.write()
    hand.plan()
    ground.later(readied._EVERY)
    hand.work()
    assert flagged(ground) == 0


def test_a_record_says_that_power_was_lost(
    ground: Ground, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership_methods, "boot_id", lambda: "another boot")
    Hand(ground, "b")
    ground.store.retire("b", ground.now)
    end_orphaned_runs(ground.store, {}, ground.now, lambda _: None, TaskBoundary(lambda _: None))
    [run] = ground.store.records(RecordFilter(tasks=(A,)), ground.now, 9).records
    assert (run.status, run.reason) == (RunStatus.FAILED, Reason.INTERRUPTED)
    assert run.detail is not None
    assert run.detail.startswith("the machine lost power")
