"""How runs pass from a planner to a worker, in the store (rules R4, R10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from jittask.model import RunStatus
from jittask.store import Store
from jittask.store.claim_types import Ending
from jittask.store.fleet_types import NewWorker
from jittask.store.handovers import Whereabouts
from jittask.store.member_kinds import Kind
from jittask.store.status_types import ElementRow
from tests.services import store_settings
from tests.store.runs import NOW, new, take

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with (
        store_settings("postgresql") as settings,
        Store.open(settings, tmp_path, create=True) as store,
    ):
        store.announce("planner", "there", 1, NOW, Kind.PLANNER)
        for name in ("w1", "w2"):
            store.announce_worker(worker(name), NOW)
        yield store


def worker(name: str, *queues: str) -> NewWorker:
    return NewWorker(name, f"host-of-{name}", 7, queues or ("jittask",), 2, 1, 60.0)


def claim(store: Store, *tasks: str) -> list[tuple[int, int]]:
    store.plan(NOW, [new(task) for task in tasks])
    return [(claimed.run.id, claimed.token) for claimed in take(store, "planner")]


def test_one_worker_alone_takes_a_run_over(store: Store) -> None:
    """A message that comes twice changes nothing, here or there."""
    [offer] = claim(store, "tasks.A")
    [taken] = store.take_over([offer, offer], "w1")
    assert (taken.run.id, taken.token, taken.attempt, taken.version) == (offer[0], 2, 1, "v")
    assert (taken.run.task, taken.run.nominals, taken.run.effective) == ("tasks.A", (NOW,), NOW)
    assert store.take_over([offer], "w1") == store.take_over([offer], "w2") == []
    run = store.run(offer[0])
    assert run is not None
    assert (run.status, run.attempts[0].runtime, run.attempts[0].host) == (
        RunStatus.EXECUTING, "w1", "host-of-w1",
    )  # fmt: skip


def test_a_worker_knows_when_a_run_was_to_begin(store: Store) -> None:
    store.plan(NOW, [new("tasks.A", delay=timedelta(seconds=5))])
    [claimed] = take(store, "planner", LATER)
    [taken] = store.take_over([(claimed.run.id, claimed.token)], "w1")
    assert taken.run.expected_start == claimed.run.expected_start == NOW + timedelta(seconds=5)


def test_after_that_the_planner_writes_nothing(store: Store) -> None:
    [(run, token)] = claim(store, "tasks.A")
    [taken] = store.take_over([(run, token)], "w1")
    back = Ending(run, token, 1, RunStatus.PENDING, retry_at=NOW, takes_back=True)
    assert store.finish([back], NOW) == []
    done = Ending(run, taken.token, 1, RunStatus.COMPLETED, result="1")
    assert store.finish([done], NOW) == [done]


def test_and_after_the_planner_has_taken_it_back_no_worker_gets_it(store: Store) -> None:
    [(run, token)] = claim(store, "tasks.A")
    store.finish([Ending(run, token, 1, RunStatus.PENDING, retry_at=NOW, takes_back=True)], NOW)
    assert store.take_over([(run, token)], "w1") == []
    [again] = take(store, "planner")
    assert store.take_over([(run, token)], "w1") == []
    assert [taken.token for taken in store.take_over([(run, again.token)], "w1")] == [3]


def test_a_run_that_a_runtime_executes_itself_is_no_workers(store: Store) -> None:
    store.announce("alone", "here", 1, NOW)
    store.plan(NOW, [new()])
    [claimed] = take(store, "alone")
    assert store.take_over([(claimed.run.id, claimed.token)], "w1") == []


def test_a_worker_that_was_taken_for_dead_gets_nothing(store: Store) -> None:
    offers = claim(store, "tasks.A")
    [seen] = [member for member in store.members().members if member.id == "w1"]
    assert seen.lease == 60
    assert store.declare_dead(seen, NOW)
    assert store.take_over(offers, "w1") == []
    assert not store.beat_worker("w1", 2, NOW)
    assert len(store.take_over(offers, "w2")) == 1


def test_what_a_dead_planner_held_has_not_begun(store: Store) -> None:
    held, taken = claim(store, "tasks.A", "tasks.B")
    store.take_over([taken], "w1")
    for name in ("planner", "w1"):
        store.note(name, stopped=LATER)
    assert {orphan.id: orphan.has_begun for orphan in store.orphans()} == {
        held[0]: False, taken[0]: True,
    }  # fmt: skip


def test_the_fleet_and_the_whereabouts_of_one_instant(store: Store) -> None:
    first, second, third = claim(store, "tasks.A", "tasks.B", "tasks.C")
    store.take_over([first, second], "w1")
    assert store.beat_worker("w1", 9, LATER)
    fleet, where = store.look_at_fleet([first[0], third[0], 99], LATER)
    assert {each.id: (each.capacity, each.executing, each.silent) for each in fleet.workers} == {
        "w1": (9, 2, False), "w2": (2, 0, True),
    }  # fmt: skip
    assert fleet.handed == 1
    assert where == {
        first[0]: Whereabouts(2, executes=True), third[0]: Whereabouts(1, executes=True)
    }  # fmt: skip
    store.finish([Ending(first[0], 2, 1, RunStatus.COMPLETED)], LATER)
    _, where = store.look_at_fleet([first[0]], LATER)
    assert where == {first[0]: Whereabouts(2, executes=False)}


def test_workers_are_no_runtimes(store: Store) -> None:
    status = store.status(NOW)
    assert [runtime.id for runtime in status.runtimes] == ["planner"]
    assert [each.id for each in status.workers] == ["w1", "w2"]
    store.beat_worker("w1", 2, NOW)
    assert not store.runtime_alive(NOW)  # the planner has not beaten
    store.beat("planner", NOW)
    assert store.runtime_alive(NOW)


def test_a_version_is_kept_until_nothing_runs_it(store: Store) -> None:
    row = ElementRow("tasks.A", "running", "running", NOW, ())
    store.put_elements({"tasks.A": row}, {})
    for version in ("running", "v", "old"):
        store.put_bundle(version, version.encode(), NOW)
        store.put_bundle(version, b"other", NOW)  # the same files: the digest is the name
    claim(store, "tasks.A")  # of version v
    assert store.missing_bundles({"v", "old", "new"}) == {"new"}
    assert store.prune_bundles(NOW) == 0
    assert store.prune_bundles(LATER) == 1
    assert store.missing_bundles({"running", "v", "old"}) == {"old"}
    assert store.bundle("v") == b"v"
    assert store.bundle("old") is None


def test_what_comes_soon_is_named_with_what_runs_of_it(store: Store) -> None:
    rows = {
        name: ElementRow(name, state, version, NOW, ())
        for name, state, version in [
            ("tasks.A", "running", "a"), ("tasks.B", "running", "b"), ("tasks.C", "broken", None)
        ]
    }  # fmt: skip
    store.put_elements(rows, {})
    minute = timedelta(minutes=1)
    store.plan(NOW, [new("tasks.C"), new("tasks.B"), new("tasks.A", LATER)])
    assert store.coming_versions(NOW + minute, 10) == [("tasks.B", "b")]
    assert store.coming_versions(LATER, 10) == [("tasks.B", "b"), ("tasks.A", "a")]
