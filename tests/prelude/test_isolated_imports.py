"""Several trees in one process: none sees another's modules, all share its engines (H4)."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.data.engines import ENGINES
from jittask.prelude.isolated_imports import IsolatedTree
from tests.tree import Tree

SERVICE = """import commons.name
from commons.name import NAME
from datatypes.Meta import datatypes


def f():
    from commons import late
    return [NAME, commons.name.NAME, late.NAME, __name__.partition(".")[2]]
"""


@pytest.fixture
def two(tmp_path: Path) -> list[IsolatedTree]:
    """Give two versions of a tree's code, whose data is in one place."""
    data = tmp_path / "data"
    data.mkdir()
    with closing(sqlite3.connect(data / "d.db")) as database:
        database.execute(
            "create table Thing (id integer primary key, name text, at text, day text)"
        )
    trees = []
    for name in ("old", "new"):
        tree = Tree(tmp_path / name)
        tree.things()
        tree.write("services/S/e.json", {"type": "services.NormalType", "title": "S"})
        tree.write("services/S/service.py", SERVICE)
        tree.write("commons/name.py", f"NAME = {name!r}\n")
        tree.write("commons/late.py", f"NAME = {name!r}\n")
        contents = compile_tree(tree.root).app.contents
        trees.append(IsolatedTree(contents, tree.root, data))
    return trees


def test_each_has_its_own_modules(two: list[IsolatedTree]) -> None:
    for name, tree in zip(("old", "new"), two, strict=True):
        results = tree.app.getElement("services.S").f()
        assert results == [name, name, name, "services.S.service"]
    assert not {"commons", "commons.name", "services.S"} & set(sys.modules)
    for tree in two:
        tree.close()
        assert not [name for name in sys.modules if f"{name}.".startswith(tree.package)]


def test_to_close_one_leaves_the_other_its_connections(two: list[IsolatedTree]) -> None:
    old, new = two
    things = [tree.app.getElement("models.Thing") for tree in two]
    model = new.app.contents.models["models.Thing"]
    engine = new.app.rows(model).engine
    assert old.app.rows(old.app.contents.models["models.Thing"]).engine is engine
    assert ENGINES.users(engine) == 2
    with new.app.transaction():
        things[1].create({"name": "a"})
        old.close()
        things[1].create({"name": "b"})
    assert things[1].count() == 2
    assert ENGINES.users(engine) == 1
    new.close()
    assert ENGINES.users(engine) == 0


def test_a_transaction_over_two_trees_is_one(two: list[IsolatedTree]) -> None:
    things = [tree.app.getElement("models.Thing") for tree in two]
    with two[0].app.transaction():
        for thing in things:
            thing.create({"name": "x"})
    assert things[0].count() == 2
    for tree in two:
        tree.close()
