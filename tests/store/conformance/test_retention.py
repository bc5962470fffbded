"""Records and logs in order, and their end after the retention (R1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jittask.model import Reason, Retention, RunStatus
from jittask.run_log import LogPiece
from jittask.store import Store, StoreError
from jittask.store.claim_types import Ending
from jittask.store.plans import Closing
from jittask.store.record_filter import RecordFilter
from jittask.store.run_logs import AttemptPiece
from tests.store.runs import NOW, new, take


def test_pages_and_filters(store: Store) -> None:
    for n in range(25):
        store.plan(NOW, [new("tasks.A" if n % 2 else "tasks.B", NOW + timedelta(minutes=n))])
    seen, after = [], None
    while True:
        page = store.records(RecordFilter(), NOW, 10, after)
        seen += [run.effective for run in page.records]
        after = page.next
        if after is None:
            break
    assert seen == [NOW + timedelta(minutes=n) for n in range(24, -1, -1)]
    page = store.records(RecordFilter(tasks=("tasks.A",), since=NOW + timedelta(minutes=20)), NOW)
    assert len(page.records) == 2
    late = store.records(RecordFilter(overdue=True), NOW + timedelta(minutes=5))
    assert len(late.records) == 4
    with pytest.raises(StoreError, match="no cursor"):
        store.records(RecordFilter(), NOW, 10, "nonsense")


def test_pruning_takes_what_ended_long_ago(store: Store) -> None:
    past, later = NOW - timedelta(days=100), NOW + timedelta(days=300)
    store.plan(past, [new("tasks.A", past), new("tasks.B", past, status=RunStatus.SKIPPED)])
    [(edited, _)] = store.plan(past, [new("tasks.C", later)])
    store.plan(past, close=[Closing(edited, RunStatus.CANCELLED, Reason.EDITED, "x")])
    store.plan(NOW, [new("tasks.D", past, status=RunStatus.SKIPPED), new("tasks.E", past)])
    [a, e] = take(store, now=past)
    store.finish([Ending(a.run.id, a.token, 1, RunStatus.COMPLETED)], past)
    store.finish([Ending(e.run.id, e.token, 1, RunStatus.COMPLETED)], NOW)
    assert store.prune(NOW, Retention(), limit=2) == 2
    assert store.prune(NOW, Retention()) == 1
    left = store.records(RecordFilter(), NOW).records
    assert sorted(run.task for run in left) == ["tasks.D", "tasks.E"]


def test_each_status_has_its_own_time(store: Store) -> None:
    """What is skipped often need not be kept as long as what failed."""
    ages = (5, 20, 200)
    for days in ages:
        at = NOW - timedelta(days=days)
        store.plan(at, [new(f"tasks.{name}{days}", at) for name in ("Done", "Failed")])
        store.plan(at, [new(f"tasks.Skipped{days}", at, status=RunStatus.SKIPPED)])
        for claim in take(store, now=at):
            is_done = claim.run.task.startswith("tasks.Done")
            status = RunStatus.COMPLETED if is_done else RunStatus.FAILED
            store.finish([Ending(claim.run.id, claim.token, 1, status)], at)
    while store.prune(NOW, Retention(completed=30, failed=365, skipped=7), limit=1):
        pass
    left = {run.task.removeprefix("tasks.") for run in store.records(RecordFilter(), NOW).records}
    assert left == {"Done5", "Done20", "Failed5", "Failed20", "Failed200", "Skipped5"}


def test_the_oldest_are_deleted_first_and_none_that_is_too_young(store: Store) -> None:
    for days in (9, 7, 5, 3, 1):
        at = NOW - timedelta(days=days)
        status = RunStatus.SKIPPED if days % 4 == 1 else RunStatus.PENDING
        store.plan(at, [new(f"tasks.T{days}", at, status=status)])
        for claim in take(store, now=at):
            store.finish([Ending(claim.run.id, claim.token, 1, RunStatus.COMPLETED)], at)
    left = []
    while store.prune_oldest(NOW - timedelta(days=2), limit=1):
        left.append([run.task for run in store.records(RecordFilter(), NOW).records])
    assert left[0] == ["tasks.T1", "tasks.T3", "tasks.T5", "tasks.T7"]
    assert left[-1] == ["tasks.T1"]
    assert len(left) == 4


def test_a_step_deletes_few_lines_of_log(store: Store) -> None:
    """So that nobody waits for it: but always one run at least."""
    past = NOW - timedelta(days=100)
    store.plan(past, [new(f"tasks.{name}", past) for name in "ABC"])
    piece = LogPiece(past, "log", "info", "x")
    for claim in take(store, now=past):
        pieces = [AttemptPiece(claim.run.id, claim.token, 1, piece)] * 1100
        store.finish([Ending(claim.run.id, claim.token, 1, RunStatus.COMPLETED)], past, pieces)
    assert [store.prune(NOW, Retention()) for _ in range(4)] == [1, 1, 1, 0]


def test_the_size_of_a_store(store: Store) -> None:
    before = store.size()
    store.plan(NOW, [new(f"tasks.T{n}", NOW, status=RunStatus.SKIPPED) for n in range(5000)])
    after = store.size()
    assert after.total > before.total > 0
    while store.prune_oldest(NOW + timedelta(days=1)):
        pass
    if after.used is not None:
        used = store.size().used
        assert used is not None
        assert used < after.used <= after.total
        assert store.size().total == after.total  # what is free is filled again


def test_logs_keep_their_order(store: Store) -> None:
    store.plan(NOW, [new()])
    [claim] = take(store)
    piece = LogPiece(NOW, "log", "debug", "0")
    pieces = [replace(piece, text=f"{n}") for n in range(5)]
    store.finish([], NOW, [AttemptPiece(1, claim.token, 1, piece) for piece in pieces])
    chunks = list(store.log(1))
    assert (chunks[0].at, chunks[0].stream, chunks[0].level) == (NOW, "log", "debug")
    assert "".join(chunk.text for chunk in chunks) == "01234"
    assert [chunk.text for chunk in store.log(1, chunks[2].id)] == ["3", "4"]
