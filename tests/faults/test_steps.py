"""Steps of the clock and of the files that have lost or doubled an occurrence once (I1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from jittask.compiler.compiled import ScheduledTask
from jittask.model import Misfire, OnInterrupted, Overlap
from jittask.store import StoreUnavailable
from tests.faults.hand import Ground, Hand, task


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    found = Ground.open(tmp_path)
    with found.store:
        yield found


def turn(ground: Ground, hand: Hand) -> None:
    hand.plan()
    hand.work()
    hand.end_all()


def expect_all(ground: Ground, one: ScheduledTask, began: float) -> None:
    since = ground.now.fromtimestamp(began, ground.now.tzinfo)
    ground.expect(one.name, frozenset(n.nominal for n in one.timer.between(since, ground.now)))


FAR_OFF = {"extraHolidays": ["2026-12-01"]}


@pytest.mark.parametrize("misfire", Misfire)
@pytest.mark.parametrize("calendar", [None, FAR_OFF], ids=["no calendar", "calendar"])
def test_restarts_while_the_clock_is_an_hour_back(
    ground: Ground, misfire: Misfire, calendar: Mapping[str, object] | None
) -> None:
    """What stands in a record is neither run nor counted again."""
    one = task("tasks.T", 600, misfire=misfire, overlap=Overlap.ALLOW, calendar=calendar)
    ground.write(one)
    began = ground.now.timestamp()
    steps = [0, 7200, 1200, -3600, 60, 1200, 3600, 5400, -3600, 10, 3600, 1, 1, 1, 1]
    for number, seconds in enumerate(steps):
        ground.later(seconds)
        turn(ground, Hand(ground, f"w{number}"))
    expect_all(ground, one, began)
    assert ground.violations(ground.now) == []


def test_what_is_pruned_is_not_planned_again_when_the_clock_is_set_back(ground: Ground) -> None:
    """Its key is gone: how far the task has been walked still stands (R3)."""
    ground.write(task("tasks.T", 86_400, calendar=FAR_OFF, overlap=Overlap.ALLOW))
    hand = Hand(ground, "w")
    for _ in range(5):
        turn(ground, hand)
        ground.later(86_400)
    ground.prune(days=1)
    ground.later(-3 * 86_400)
    turn(ground, Hand(ground, "again"))
    assert ground.violations() == []


def test_a_calendar_edit_while_nothing_runs(ground: Ground) -> None:
    """Days that are worked after all, before the next occurrence as it was planned (T10)."""
    off = [f"2026-01-0{day}" for day in (6, 7, 8)]
    was = task("tasks.T", 43_200, calendar={"extraHolidays": off}, misfire=Misfire.ALL)
    now = task("tasks.T", 43_200, calendar={"extraHolidays": off[:1]}, misfire=Misfire.ALL)
    began = ground.now.timestamp()
    for seconds, files in ((0, was), (43_200, was), (3600, now), (5 * 86_400, now), (1, now)):
        ground.later(seconds)
        ground.write(files)
        turn(ground, Hand(ground, f"w{seconds}"))
    expect_all(ground, now, began)
    last = Hand(ground, "last")
    for _ in range(12):
        turn(ground, last)
    assert ground.violations(ground.now) == []


def test_a_run_is_interrupted_when_the_clock_has_been_set_back(ground: Ground) -> None:
    """It is run again once it is due by the clock, and not before (I4)."""
    ground.write(task("tasks.T", 600, on_interrupted=OnInterrupted.RERUN))
    hand, other = Hand(ground, "w"), Hand(ground, "other")
    hand.plan()
    ground.later(600)
    hand.work()
    ground.later(-300)
    other.count_dead("w")
    other.work()
    assert not other.hands.running
    ground.later(300)
    turn(ground, other)
    assert ground.violations(ground.now) == []


def test_a_task_that_is_away_when_it_is_due(ground: Ground) -> None:
    """It returns within its grace, and so keeps its activation (D7)."""
    one = task("tasks.T", 600)
    hand, began = Hand(ground, "w"), ground.now.timestamp()
    for seconds, files in ((0, [one]), (590, []), (20, [one]), (600, [one])):
        ground.later(seconds)
        ground.write(*files)
        turn(ground, hand)
    expect_all(ground, one, began)
    assert ground.violations(ground.now) == []


def test_a_lease_is_lost_while_an_end_could_not_be_written(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runtime begins anew, and waits for no body that has ended already (R4)."""
    ground.write(task("tasks.T", 600))
    hand = Hand(ground, "w")
    hand.plan()
    ground.later(600)
    hand.work()

    def away(*_: object) -> None:
        raise StoreUnavailable("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(ground.store, "finish", away)
        with pytest.raises(StoreUnavailable):
            hand.end_all()
    hand.hands.poll = lambda _: pytest.fail("it waits for a body")  # type: ignore[method-assign]
    hand.rejoin("again")
    assert hand.idle


@pytest.mark.parametrize("misfire", Misfire)
def test_the_reply_to_a_plan_is_lost_for_a_while(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, misfire: Misfire
) -> None:
    """What was written all the same is neither planned nor counted again."""
    one = task("tasks.T", 600, misfire=misfire, overlap=Overlap.ALLOW)
    ground.write(one)
    hand, began, plan = Hand(ground, "w"), ground.now.timestamp(), ground.store.plan
    turn(ground, hand)

    def lost(*given: object, **named: object) -> None:
        plan(*given, **named)  # type: ignore[arg-type]
        raise StoreUnavailable("no answer")

    ground.later(600)
    with monkeypatch.context() as patch:
        patch.setattr(ground.store, "plan", lost)
        with pytest.raises(StoreUnavailable):
            hand.plan()
    for seconds in (1800, 600, 1):
        ground.later(seconds)
        turn(ground, hand)
    expect_all(ground, one, began)
    assert ground.violations(ground.now) == []
