"""What follows upon an edit, decided purely (H3)."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from jittask import compile_tree
from jittask.runtime.snapshot import Changes, first_snapshot, next_snapshot
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


def test_what_never_loaded_and_is_gone_counts_as_removed(tree: Tree) -> None:
    before = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    tree.scheduled("A", None, {"repeatType": "never"})
    broken, changes = next_snapshot(before, compile_tree(tree.root), NOW)
    assert changes == Changes(broken=("tasks.A",))
    shutil.rmtree(tree.root / "tasks/A")
    after, changes = next_snapshot(broken, compile_tree(tree.root), NOW)
    assert after.broken == {}
    assert changes == Changes(removed=("tasks.A",))


def test_an_app_json_that_is_as_before_its_mistake_is_fixed(tree: Tree) -> None:
    good = (tree.root / "app.json").read_text()
    before = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    tree.write("app.json", "{")
    broken, changes = next_snapshot(before, compile_tree(tree.root), NOW)
    assert changes == Changes(broken=("app.json",))
    tree.write("app.json", good)
    _, changes = next_snapshot(broken, compile_tree(tree.root), NOW)
    assert changes == Changes(fixed=("app.json",))


def test_since_when_an_element_is_broken(tree: Tree) -> None:
    """It is no matter of its version, and of its first mistake; a restart knows it too."""
    tree.scheduled("A")
    good, broken, other, start = (NOW + timedelta(minutes=minute) for minute in range(4))
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, good)
    assert snapshot.broken_since == {}
    tree.scheduled("A", None, {"repeatType": "never"})
    tree.write("app.json", "{")
    snapshot, _ = next_snapshot(snapshot, compile_tree(tree.root), broken)
    assert snapshot.broken_since.keys() == {"tasks.A", "app.json"}
    tree.write("app.json", {})
    tree.scheduled("A", "def customFunc(:")
    snapshot, _ = next_snapshot(snapshot, compile_tree(tree.root), other)
    assert snapshot.broken_since == {"tasks.A": broken}
    assert snapshot.tasks["tasks.A"].since == good
    again = first_snapshot(compile_tree(tree.root), {}, {}, start, snapshot.broken_since)
    assert again.broken_since == {"tasks.A": broken}
    tree.scheduled("A")
    snapshot, _ = next_snapshot(snapshot, compile_tree(tree.root), start)
    assert snapshot.broken_since == {}
