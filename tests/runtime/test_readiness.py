"""Which tasks a start says will not fire, and why (V8)."""

from __future__ import annotations

from datetime import UTC, datetime

from jittask import compile_tree
from jittask.runtime.readiness import ready
from jittask.runtime.snapshot import first_snapshot
from jittask.store import Store
from tests.tree import Tree

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
ONCE = {"repeatType": "normal"}


def test_the_reason_is_that_of_the_task(tree: Tree) -> None:
    tree.scheduled("Daily")
    tree.scheduled("Off", enable=0)
    tree.scheduled("Ended", timing={"endTime": "2026-02-01"})
    tree.scheduled("Once", repeat=ONCE)
    tree.scheduled("Later", repeat=ONCE, timing={"startTime": "2026-07-01 09:00:00"})
    app = compile_tree(tree.root).app
    with Store.open(app.settings, tree.root, create=True) as store:
        snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
        found = ready(snapshot, store, NOW)
    assert [(entry.task, entry.code) for entry in found.not_firing] == [
        ("tasks.Ended", "end-past"),
        ("tasks.Off", "disabled"),
        ("tasks.Once", "start-past"),
    ]
