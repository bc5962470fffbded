"""Which tasks look renamed after a reload (D7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from jittask.compiler.incremental import TreeCompiler
from jittask.runtime.renames import Rename, describe, renames
from jittask.runtime.snapshot import first_snapshot, next_snapshot
from tests.tree import Tree

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def move(tree: Tree, old: str, new: str) -> None:
    target = tree.root / "tasks" / new
    target.parent.mkdir(parents=True, exist_ok=True)
    (tree.root / "tasks" / old).rename(target)


def moved_and_edited(tree: Tree) -> None:
    move(tree, "a/A", "b/A")
    tree.write("tasks/b/A/inner.py", "def customFunc():\n    return 2\n")


def exchanged(tree: Tree) -> None:
    move(tree, "a/A", "a/X")
    move(tree, "a/B", "a/A")
    move(tree, "a/X", "a/B")


CASES: list[tuple[str, Callable[[Tree], object], list[tuple[str, str]]]] = [
    ("nothing", lambda tree: None, []),
    ("a copy", lambda tree: tree.scheduled("a/Copy", title="A"), []),
    ("removed", lambda tree: (tree.root / "tasks/a").rename(tree.root / "away"), []),
    ("renamed", lambda tree: move(tree, "a/A", "a/New"), [("tasks.a.A", "tasks.a.New")]),
    ("renamed and edited", moved_and_edited, []),
    ("two exchanged", exchanged, []),
    (
        "the folder around",
        lambda tree: move(tree, "a", "b"),
        [("tasks.a.A", "tasks.b.A"), ("tasks.a.B", "tasks.b.B"), ("tasks.a.Twin", "tasks.b.Twin")],
    ),
    (
        "one of two that are the same, with its last name",
        lambda tree: (move(tree, "a/Twin", "b/Twin"), move(tree, "a/B", "b/Other")),
        [("tasks.a.B", "tasks.b.Other"), ("tasks.a.Twin", "tasks.b.Twin")],
    ),
]


@pytest.mark.parametrize(("edit", "found"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_what_looks_renamed(
    tree: Tree, edit: Callable[[Tree], object], found: list[tuple[str, str]]
) -> None:
    tree.scheduled("a/A", title="A")
    tree.scheduled("a/B", title="B")
    tree.scheduled("a/Twin", title="B")
    compiler = TreeCompiler(tree.root)
    first = first_snapshot(compiler.compilation, {}, {}, NOW)
    edit(tree)
    compilation = compiler.look_at_all()
    touched = compilation.reusable.touched
    second, _ = next_snapshot(first, compilation, NOW + timedelta(seconds=1), (), touched)
    assert renames(first, second) == tuple(Rename(*pair) for pair in found)
    third, _ = next_snapshot(second, compilation, NOW + timedelta(seconds=9), (), frozenset())
    assert renames(second, third) == ()


def test_a_few_are_named() -> None:
    pairs = [Rename(f"tasks.a.T{n}", f"tasks.b.T{n}") for n in range(5)]
    assert describe(pairs[:1]).startswith("tasks.b.T0 looks like tasks.a.T0 renamed: a new name")
    assert ", and 2 more: a new name is a new task" in describe(pairs)
