"""What is due within the second is readied, and begins at its instant (R4, R5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from jittask.model import RunStatus
from jittask.runtime import readied
from jittask.store import Store, StoreUnavailable
from jittask.store.control import Pause
from jittask.store.record_filter import RecordFilter
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
    assert begun(ground) == 0, "not a moment before"
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
