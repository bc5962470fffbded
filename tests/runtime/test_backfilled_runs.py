"""What a runtime does with backfilled runs: judged at firing, behind the schedule (D5, V5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from jittask import compile_tree
from jittask.model import Reason, Trigger
from jittask.runtime.body import Bodies
from jittask.runtime.decisions import choose
from jittask.runtime.executors.protocol import Assignment, Completed, Outcome, Withdrawn
from jittask.runtime.snapshot import first_snapshot
from jittask.store.claim_types import DueRun, Executing
from tests.operations.dated_rows import DatedRows, dated_rows
from tests.tree import Tree

NOW = datetime(2026, 5, 20, 8, tzinfo=UTC)
FIRST = datetime(2026, 5, 4, 8, tzinfo=UTC)


@pytest.fixture
def things(tree: Tree) -> Iterator[DatedRows]:
    with dated_rows(tree, "sqlite") as found:
        tree.dated("D", "def customFunc(rowData):\n    return rowData.name.value\n",
                   filter="Q('name','!=','held')")  # fmt: skip
        found.hourly(range(2))
        yield found


def outcome(tree: Tree, trigger: Trigger, row: str = "1") -> Outcome:
    at = FIRST + timedelta(hours=1)
    with closing(Bodies(tree.root, tree.root, shared=True)) as bodies:
        return bodies.run(
            Assignment(run=1, token=1, attempt=1, task="tasks.D", row_key=row, trigger=trigger,
                       nominals=(at,), effective=at, version="v", timeout_seconds=9, args=None)
        )  # fmt: skip


@pytest.mark.parametrize("trigger", [Trigger.SCHEDULE, Trigger.BACKFILL])
def test_a_backfilled_row_is_judged_at_firing(
    tree: Tree, things: DatedRows, trigger: Trigger
) -> None:
    assert isinstance(outcome(tree, trigger), Completed)
    reasons = []
    gone = outcome(tree, trigger, "99")
    things.move(1, datetime(2026, 5, 4, 9, 30))
    moved = outcome(tree, trigger)
    things.move(1, datetime(2026, 5, 4, 9))
    with things.engine.begin() as connection:
        connection.execute(things.table.update().values(name="held"))
    unmatched = outcome(tree, trigger)
    for found in (gone, moved, unmatched):
        assert isinstance(found, Withdrawn)
        reasons.append(found.reason)
    assert reasons == [Reason.ROW_GONE, Reason.ROW_MOVED, Reason.ROW_UNMATCHED]
    assert isinstance(outcome(tree, Trigger.MANUAL), Completed)


@pytest.mark.parametrize("overlap", ["skip", "queue"])
def test_a_scheduled_run_waits_for_a_backfill_and_is_not_skipped(tree: Tree, overlap: str) -> None:
    tree.scheduled("A", policy={"overlap": overlap})
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    due = [DueRun(1, "tasks.A", "", Trigger.SCHEDULE, (NOW,), NOW, 0)]
    filling = [Executing("tasks.A", "", NOW, is_backfill=True)]
    waits = choose(due, snapshot, filling, 4, NOW)
    assert (waits.claim, waits.skip) == ((), ())
    ordinary = choose(due, snapshot, [Executing("tasks.A", "", NOW)], 4, NOW)
    assert len(ordinary.skip) == (overlap == "skip")


def test_a_paused_or_disabled_task_runs_what_a_backfill_asks(tree: Tree) -> None:
    from jittask.store.control import Pause

    tree.scheduled("A", enable=0)
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    due = [DueRun(1, "tasks.A", "", Trigger.BACKFILL, (NOW,), NOW, 0)]
    paused = {"tasks.A": Pause("tasks.A", NOW, None, None)}
    found = choose(due, snapshot, [], 4, NOW, paused)
    assert ([claim.run.id for claim in found.claim], found.skip) == ([1], ())
