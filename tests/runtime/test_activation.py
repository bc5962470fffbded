"""Since when a task counts, by what its mark has of it (D7); see ``tests/rows`` for what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jittask.compiler import compile_tree
from jittask.compiler.compiled import DateFieldTask
from jittask.compiler.task_timing import WHOLE
from jittask.model import AppSettings, Reason
from jittask.runtime.activation import activate
from jittask.store import Store
from jittask.store.watermarks import Watermark
from tests.tree import Tree

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SCANNED, FIRST = NOW - timedelta(hours=1), NOW - timedelta(days=9)


def task_of(tree: Tree, **changes: object) -> DateFieldTask:
    tree.things()
    tree.dated("T", **changes)
    task = compile_tree(tree.root).app.tasks["tasks.T"]
    assert isinstance(task, DateFieldTask)
    return task


def mark_of(task: DateFieldTask) -> Watermark:
    return Watermark(
        task.name, FIRST, task.timing_digest, task.version, SCANNED, SCANNED, enabled=True
    )


FILTER = {"filter": "Q('name','!=','a')"}
TIMING = {"timing": {"startField": "at", "repeat": {"repeatType": "day"}}}


@pytest.mark.parametrize(
    ("edit", "is_old", "activated", "void"),
    [
        ({}, False, FIRST, None),
        ({}, True, FIRST, None),
        (FILTER, False, SCANNED, None),
        (FILTER, True, NOW, Reason.EDITED),  # an older program has written nothing to compare
        (TIMING, False, NOW, Reason.EDITED),
        (FILTER | TIMING, False, NOW, Reason.EDITED),
    ],
)
def test_an_edit(
    tree: Tree,
    edit: dict[str, object],
    is_old: bool,
    activated: datetime,
    void: Reason | None,
) -> None:
    mark = mark_of(task_of(tree))
    if is_old:
        mark = replace(mark, timing_digest=mark.timing_digest[:WHOLE])
    edited = task_of(tree, **edit)
    found = activate(edited, mark, NOW)
    assert (found.mark.activated, found.void) == (activated, void)
    assert found.mark.timing_digest == edited.timing_digest  # for the next edit


def test_a_program_of_an_older_schema_finds_the_digest_that_it_computes(tree: Tree) -> None:
    """It leads after a program of this one, and must not take the mark for an edit."""
    mark = mark_of(task_of(tree))
    assert len(mark.timing_digest) > WHOLE
    with Store.open(AppSettings(), tree.root, create=True) as store:
        store.plan(NOW, watermarks=[mark])
        with store._database.reading() as connection:
            [digest] = connection.exec_driver_sql("SELECT timing_digest FROM task_marks").scalars()
        assert digest == mark.timing_digest[:WHOLE]
        assert store.watermarks() == {mark.task: mark}
