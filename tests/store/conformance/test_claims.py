"""Claims: each run once, in order, by one runtime (R4)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from jittask.model import Reason
from jittask.store import Store
from jittask.store.claim_types import Choice, Claim, DueRun, Executing, Skip
from tests.store.runs import NOW, everything, new, take


def test_a_claim_is_one(store: Store) -> None:
    store.plan(NOW, [new()])
    assert len(take(store, "w1")) == 1
    assert take(store, "w2") == ()


def test_nothing_is_claimed_before_it_is_due(store: Store) -> None:
    store.plan(NOW, [new()])
    assert store.next_due() == NOW
    assert take(store, now=NOW - timedelta(microseconds=1)) == ()
    assert len(take(store)) == 1
    assert store.next_due() is None


def test_the_tasks_of_what_is_due_soon(store: Store) -> None:
    later = NOW + timedelta(seconds=1)
    again = NOW - timedelta(seconds=1)
    store.plan(NOW, [new("b", later), new("a"), new("a", again), new("c", later)])
    assert store.soon(NOW, 10) == ["a"]
    assert store.soon(later, 10) == ["a", "b", "c"]
    assert store.soon(later, 3) == ["a", "b"]
    take(store)
    assert store.soon(later, 10) == ["b", "c"]


def test_very_many_tasks_may_wait(store: Store) -> None:
    """More than a statement can have placeholders (32,766 on SQLite)."""
    store.plan(NOW, [new("tasks.A"), new("tasks.B"), new("tasks.C")])
    many = frozenset(f"tasks.Other{number}" for number in range(40_000))
    held, crowded = many | {"tasks.A"}, many | {"tasks.B"}
    assert store.next_due(held, crowded) == NOW
    assert store.next_due(held, crowded | {"tasks.C"}) is None
    _, taken = store.take(everything, "r", NOW, 10, held=held, crowded=crowded)
    assert [claimed.run.task for claimed in taken.claimed] == ["tasks.C"]


def test_order_is_by_priority_then_by_age(store: Store) -> None:
    order = [("tasks.A", 0, 1), ("tasks.B", 5, 3), ("tasks.C", 5, 2), ("tasks.D", -1, 0)]
    for task, priority, minute in order:
        store.plan(NOW, [new(task, NOW + timedelta(minutes=minute), priority=priority)])
    later = NOW + timedelta(hours=1)
    assert [claim.run.task[-1] for claim in take(store, now=later)] == ["C", "B", "A", "D"]


def test_the_choice_sees_what_executes_on_other_runtimes(store: Store) -> None:
    store.plan(NOW, [new("tasks.A")])
    take(store, "elsewhere")
    store.plan(NOW, [new("tasks.A", NOW + timedelta(minutes=1))])
    seen: list[Executing] = []

    def look(due: Sequence[DueRun], executing: Sequence[Executing]) -> Choice:
        seen.extend(executing)
        return Choice((), tuple(Skip(run, Reason.OVERLAP, "x") for run in due))

    length, taken = store.take(look, "here", NOW + timedelta(hours=1), 100)
    assert (length, len(taken.skipped)) == (1, 1)
    assert [(run.task, run.row_key, run.is_backfill) for run in seen] == [("tasks.A", "", False)]


def test_two_runtimes_never_claim_one_run(store: Store) -> None:
    """Many claimers at once: each run is claimed once, each by one token."""
    store.plan(NOW, [new("tasks.A", NOW - timedelta(minutes=n)) for n in range(200)])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: store.take(first_five, f"w{n % 8}", NOW, 10), range(64)))
    claimed = [claim.run.id for _, taken in found for claim in taken.claimed]
    assert len(claimed) == len(set(claimed)) == 200


def first_five(due: Sequence[DueRun], _executing: Sequence[Executing]) -> Choice:
    return Choice(tuple(Claim(run, "v") for run in due[:5]), ())


def test_the_host_of_a_body_is_that_of_its_runtime_or_the_one_given(store: Store) -> None:
    """A remote worker's host is another than that of the runtime that claims for it (R10)."""
    store.announce("w", "here", 1, NOW)
    store.plan(NOW, [new("tasks.A")])
    [here] = take(store, "w")
    store.plan(NOW, [new("tasks.B")])
    [there] = store.take(everything, "w", NOW, 10, host="there")[1].claimed
    store.plan(NOW, [new("tasks.C")])
    [unknown] = take(store, "never announced")
    for claim, runtime, host in (
        (here, "w", "here"), (there, "w", "there"), (unknown, "never announced", None),
    ):  # fmt: skip
        run = store.run(claim.run.id)
        assert run is not None
        assert [(attempt.runtime, attempt.host) for attempt in run.attempts] == [(runtime, host)]
