"""What follows upon an edit, decided purely (H3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jittask import compile_tree
from jittask.runtime.snapshot import first_snapshot, next_snapshot
from tests.tree import Tree

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_settings_that_name_an_unset_variable_change_nothing(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JITTASK_TEST_ZONE", raising=False)
    tree.write("app.json", {"settings": {"timezone": "Europe/Berlin"}})
    tree.scheduled("A")
    before = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    tree.write("app.json", {"settings": {"timezone": "${JITTASK_TEST_ZONE}"}})
    after, changes = next_snapshot(before, compile_tree(tree.root), NOW)
    assert after.app is before.app
    assert after.tasks is before.tasks
    assert changes.broken == ("app.json",)
