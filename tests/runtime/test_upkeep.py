"""What keeps the store from growing, and from keeping what nobody will run (R3, D7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.model import AppSettings, Reason, Retention, RunStatus, Trigger
from jittask.runtime.events import Event, Trouble
from jittask.runtime.snapshot import first_snapshot
from jittask.runtime.upkeep import Upkeep
from jittask.store import Store
from jittask.store.plans import NewRun
from jittask.store.record_filter import RecordFilter
from jittask.store.watermarks import Watermark
from tests.tree import Tree

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_what_waits_for_a_task_ends_when_that_has_been_away_for_a_day(
    tree: Tree, tmp_path: Path
) -> None:
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    with Store.open(AppSettings(), tmp_path, create=True) as store:
        mark = Watermark("tasks.Gone", NOW, "", "v", NOW, NOW, enabled=True, vanished=NOW)
        store.plan(NOW, watermarks=[mark])
        number = store.enqueue("tasks.Gone", "", Trigger.MANUAL, NOW)
        upkeep = Upkeep(store, list[Event]().append)
        for moment, wanted in (
            (NOW + DAY - HOUR, RunStatus.PENDING),
            (NOW + DAY - timedelta(seconds=1), RunStatus.PENDING),
            (NOW + DAY, RunStatus.CANCELLED),
        ):
            upkeep.step(snapshot, moment)
            run = store.run(number)
            assert run is not None
            assert run.status is wanted, moment
        assert run.reason is Reason.REMOVED


def test_the_retention_of_a_reload_counts_from_the_next_step(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F2: ``retentionDays`` needs no restart."""
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    settings = replace(snapshot.app.settings, retention=Retention.of_days(7))
    edited = replace(snapshot, app=replace(snapshot.app, settings=settings))
    days: list[int] = []
    prune = Store.prune

    def recorded(store: Store, now: datetime, keep: Retention, most: int) -> int:
        days.append(keep.longest)
        return prune(store, now, keep, most)

    monkeypatch.setattr(Store, "prune", recorded)
    with Store.open(AppSettings(), tmp_path, create=True) as store:
        upkeep = Upkeep(store, list[Event]().append)
        upkeep.step(snapshot, NOW)
        upkeep.step(edited, NOW + HOUR)
    assert days == [90, 7]


def test_a_store_that_is_too_large_loses_its_oldest_records(tree: Tree, tmp_path: Path) -> None:
    """But none within a grace: its occurrence would look like one that has not run (I2)."""
    tree.scheduled("A", policy={"graceSeconds": 86400 * 3})
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    told: list[Event] = []
    with Store.open(AppSettings(), tmp_path, create=True) as store:
        empty = store.size().used
        assert empty is not None
        allowed = Retention(max_megabytes=(empty + 400_000) / 1_000_000)
        settings = replace(snapshot.app.settings, retention=allowed)
        bounded = replace(snapshot, app=replace(snapshot.app, settings=settings))
        detail = "x" * 1000
        for days in (10, 5, 2):
            at = NOW - timedelta(days=days)
            store.plan(at, [skipped(f"tasks.T{n}", at, detail) for n in range(300)])
        upkeep, steps = Upkeep(store, told.append), 0
        before = store.size().used
        while store.size().used > allowed.max_megabytes * 1_000_000 and not told:
            upkeep.step(bounded, NOW)
            steps += 1
        left = [run.effective for run in store.records(RecordFilter(), NOW, 1000).records]
        assert set(left) == {NOW - timedelta(days=2)}
        assert steps > 3
        assert store.size().used < before
        [event] = told
        assert isinstance(event, Trouble)
        assert event.code == "store-too-large"
        assert "none ended more than 72 hours ago" in event.text
        upkeep.step(bounded, NOW + HOUR)
        assert len(told) == 1


def skipped(task: str, at: datetime, detail: str) -> NewRun:
    return NewRun(
        task, "", Trigger.SCHEDULE, (at,), at, status=RunStatus.SKIPPED, reason=Reason.GRACE,
        detail=detail,
    )  # fmt: skip
