"""What ``app.getElement`` gives, and when (U3, F7, F9)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.data.databases import DataError
from jittask.model import ElementKind
from jittask.prelude.app import App
from jittask.prelude.isolated_imports import IsolatedTree
from jittask.prelude.loaders import LOADERS
from jittask.prelude.models import NormalModel
from tests.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path / "app", timezone="Asia/Shanghai")
    tree.things()
    tree.scheduled("Plain")
    for name, code in {
        "OfClass": "class OfClass:\n    calls = 0\n\n    def f(self):\n        self.calls += 1\n"
        "        return self.calls\n",
        "OfFunctions": "def f():\n    return 'module'\n",
        "deep.Nested": "def f():\n    return 'nested'\n",
        "Broken": "raise ValueError('at import')\n",
    }.items():
        folder = f"services/{name.replace('.', '/')}"
        tree.write(f"{folder}/e.json", {"type": "services.NormalType", "title": name})
        tree.write(f"{folder}/service.py", code)
    tree.write(
        "models/Old/e.json",
        {"type": "models.TableType", "title": "O", "db": "databases.D", "table": "Thing"},
    )
    return tree


@pytest.fixture
def host(tree: Tree) -> Iterator[App]:
    app = compile_tree(tree.root).app
    isolated = IsolatedTree(app.contents, tree.root, tree.root)
    yield isolated.app
    isolated.close()


@pytest.mark.parametrize(
    ("name", "result"),
    [("OfFunctions", "module"), ("deep.Nested", "nested"), ("OfClass", 1)],
)
def test_a_service(host: App, name: str, result: object) -> None:
    service = host.getElement(f"services.{name}")
    assert service.f() == result
    assert host.getElement(f"services.{name}") is service


def test_a_service_of_a_class_is_one_object(host: App) -> None:
    counts = [host.getElement("services.OfClass").f() for _ in range(3)]
    assert counts == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("services.Missing", "no element 'services.Missing' in this version of the task"),
        ("models.Missing", "name it literally in app.getElement"),
        ("tasks.Plain", "tasks.Plain is no service and no model that loads"),
        ("databases.D", "databases.D is no service and no model that loads"),
    ],
)
def test_what_there_is_not(host: App, name: str, words: str) -> None:
    with pytest.raises(LookupError, match=words):
        host.getElement(name)


def test_an_import_that_fails_is_raised_each_time(host: App) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="at import"):
            host.getElement("services.Broken")


def test_every_kind_is_in_the_table_or_refused(host: App, tree: Tree) -> None:
    by_kind = {element.kind: name for name, element in host.contents.elements.items()}
    for kind in set(ElementKind) - set(LOADERS):
        with pytest.raises(LookupError):
            host.getElement(by_kind[kind])
    assert set(LOADERS) == {ElementKind.SERVICE, ElementKind.MODEL}


def test_a_model_is_its_own_class_and_needs_its_table(host: App) -> None:
    with pytest.raises(DataError, match=r"models\.Thing: no table Thing in its database"):
        host.getElement("models.Thing")
    with closing(sqlite3.connect(host.rootPath / "d.db")) as database:
        database.execute("create table Thing (id integer primary key, name text)")
    Thing = host.getElement("models.Thing")
    assert Thing is host.module("models.Thing.model").Thing
    assert Thing.count() == 0


def test_a_model_without_code_needs_its_table(host: App) -> None:
    with pytest.raises(DataError, match=r"models\.Old: no table Thing in its database"):
        host.getElement("models.Old")
    with closing(sqlite3.connect(host.rootPath / "d.db")) as database:
        database.execute("create table Thing (id integer primary key, label text)")
    created = host.getElement("models.Old").create({"label": "a"})
    assert created.toDict() == {"id": 1, "label": "a"}


def test_a_model_needs_the_app(host: App) -> None:
    Thing = host.module("models.Thing.model").Thing
    assert issubclass(Thing, NormalModel)
    with pytest.raises(RuntimeError, match=r"use app.getElement\('models.Thing'\)"):
        Thing.count()


def test_what_else_the_app_knows(host: App, tree: Tree) -> None:
    assert host.zone.key == "Asia/Shanghai"
    assert host.rootPath == tree.root
