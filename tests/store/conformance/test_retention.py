"""Records and logs in order, and their end after the retention (R1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from jittask.model import Reason, RunStatus
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
    assert store.prune(NOW, 90, limit=2) == 2
    assert store.prune(NOW, 90) == 1
    left = store.records(RecordFilter(), NOW).records
    assert sorted(run.task for run in left) == ["tasks.D", "tasks.E"]


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
