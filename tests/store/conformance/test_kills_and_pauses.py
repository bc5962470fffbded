"""Kills, cancellations and pauses (V5)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from jittask.model import Reason, RunStatus, Trigger
from jittask.store import Store
from jittask.store.claim_types import Ending
from jittask.store.control import Pause
from jittask.store.plans import NewRun
from tests.store.runs import NOW, new, take


def test_only_those_asked_for_are_killed(store: Store) -> None:
    store.plan(NOW, [new("tasks.A"), new("tasks.B")])
    a, b = (claim.run.id for claim in take(store))
    assert store.request_kill(a, "too slow", NOW)
    assert store.kills([a, b]) == {a: "too slow"}
    assert not store.request_kill(999, None, NOW)


def test_a_pause_holds_until_it_is_ended(store: Store) -> None:
    pause = Pause("tasks.A", NOW, NOW + timedelta(days=1), "moving house")
    store.put_pause(pause)
    store.put_pause(pause)
    assert store.pauses() == {"tasks.A": pause}
    assert store.end_pause("tasks.A")
    assert not store.end_pause("tasks.A")


def test_several_people_may_pause_one_task_at_once(store: Store) -> None:
    def pause_and_resume(person: int) -> None:
        for _ in range(20):
            store.put_pause(Pause("tasks.A", NOW, None, f"note {person}"))
            store.end_pause("tasks.A")
        store.put_pause(Pause("tasks.A", NOW, None, "last"))

    with ThreadPoolExecutor(6) as people:
        list(people.map(pause_and_resume, range(6)))
    assert set(store.pauses()) <= {"tasks.A"}


def test_pauses_that_are_over_are_forgotten(store: Store) -> None:
    lasting, over = Pause("tasks.A", NOW, None, None), Pause("tasks.B", NOW, NOW, None)
    for pause in (lasting, over, Pause("tasks.C", NOW, NOW + timedelta(seconds=1), None)):
        store.put_pause(pause)
    assert [pause.task for pause in store.status(NOW).pauses] == ["tasks.A", "tasks.C"]
    store.forget_pauses(NOW)
    assert set(store.pauses()) == {"tasks.A", "tasks.C"}


def test_what_would_be_planned_again_is_not_cancelled(store: Store) -> None:
    [(planned, _)] = store.plan(NOW, [new("tasks.A")])
    by_hand = store.enqueue("tasks.A", "", Trigger.MANUAL, NOW)
    assert not store.cancel(planned, None, NOW)
    assert store.cancel(by_hand, "no need", NOW)
    assert not store.cancel(by_hand, "no need", NOW)
    run = store.run(by_hand)
    assert run is not None
    assert (run.status, run.reason, run.detail, run.finished) == (
        RunStatus.CANCELLED, Reason.KILLED, "cancelled by hand: no need", NOW,
    )  # fmt: skip


def test_a_cancelled_retry_keeps_its_nominal_and_a_cancelled_backfill_does_not(
    store: Store,
) -> None:
    [(retried, _)] = store.plan(NOW, [new("tasks.A")])
    [claim] = take(store)
    store.finish(
        [Ending(retried, claim.token, 1, RunStatus.PENDING, Reason.ERROR, retry_at=NOW)], NOW
    )
    assert store.cancel(retried, None, NOW)
    assert store.plan(NOW, [new("tasks.A")]) == []
    filled = NewRun("tasks.B", "", Trigger.BACKFILL, (NOW,), NOW)
    [(number, _)] = store.plan(NOW, [filled])
    assert store.cancel(number, None, NOW)
    assert len(store.plan(NOW, [filled])) == 1
