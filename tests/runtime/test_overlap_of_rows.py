"""A run of a row is not skipped for a run before it that may never begin (R2, D5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jittask import compile_tree
from jittask.model import Trigger
from jittask.runtime.decisions import choose
from jittask.runtime.snapshot import Snapshot, first_snapshot
from jittask.store.claim_types import DueRun, Executing
from tests.tree import Tree

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def snapshot(tree: Tree) -> Snapshot:
    tree.things()
    tree.dated("Rows", timing={"startField": "at"})
    tree.scheduled("Times")
    return first_snapshot(compile_tree(tree.root), {}, {}, NOW)


def due_run(number: int, row: str = "1", task: str = "tasks.Rows") -> DueRun:
    return DueRun(number, task, row, Trigger.SCHEDULE, (NOW,), NOW, 0)


@pytest.mark.parametrize(
    ("task", "row", "since", "skips"),
    [
        ("tasks.Rows", "1", NOW, False),
        ("tasks.Rows", "1", NOW - 9 * SECOND, False),
        ("tasks.Rows", "1", NOW - 10 * SECOND, True),
        ("tasks.Times", "", NOW, True),
    ],
)
def test_a_run_waits_while_the_one_before_may_be_judged(
    snapshot: Snapshot, task: str, row: str, since: datetime, skips: bool
) -> None:
    found = choose([due_run(2, row, task)], snapshot, [Executing(task, row, since)], 4, NOW)
    assert not found.claim
    assert bool(found.skip) == skips


def test_of_two_that_are_due_for_a_row_the_second_waits(snapshot: Snapshot) -> None:
    found = choose([due_run(1), due_run(2), due_run(3, row="2")], snapshot, [], 4, NOW)
    assert [claim.run.id for claim in found.claim] == [1, 3]
    assert not found.skip
