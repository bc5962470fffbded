"""What keeps the store from growing, and from keeping what nobody will run (R3, D7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.model import AppSettings, Reason, RunStatus, Trigger
from jittask.runtime.snapshot import first_snapshot
from jittask.runtime.upkeep import Upkeep
from jittask.store import Store
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
        upkeep = Upkeep(store)
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
    settings = replace(snapshot.app.settings, retention_days=7)
    edited = replace(snapshot, app=replace(snapshot.app, settings=settings))
    days: list[int] = []
    prune = Store.prune

    def recorded(store: Store, now: datetime, keep: int, most: int) -> int:
        days.append(keep)
        return prune(store, now, keep, most)

    monkeypatch.setattr(Store, "prune", recorded)
    with Store.open(AppSettings(), tmp_path, create=True) as store:
        upkeep = Upkeep(store)
        upkeep.step(snapshot, NOW)
        upkeep.step(edited, NOW + HOUR)
    assert days == [90, 7]
