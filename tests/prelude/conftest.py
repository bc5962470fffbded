"""A tree with two databases' elements and two models, opened as element code sees it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from jittask import compile_tree
from jittask.data.app_data import AppData
from jittask.model import AppContents
from jittask.prelude.app import App
from jittask.prelude.isolated_imports import IsolatedTree
from tests.services import URLS, url_of
from tests.tree import Tree

MODEL = """from datatypes.Meta import datatypes
from models.NormalType import NormalModel


class {name}(NormalModel):
    id = datatypes.AutoInt(name="id", title="id", primaryKey=True)
    name = datatypes.Stext(name="name", title="name")
    day = datatypes.Date(name="day", title="day")

    class Meta:
        dbTable = "{table}"
"""


def write_models(tree: Tree, url: str) -> None:
    """Write models.Thing on databases.D and models.Note on databases.E, which name one URL."""
    suffix = f"{os.getpid()}_{uuid.uuid4().hex[:8]}"
    for database, model in (("D", "Thing"), ("E", "Note")):
        tree.write(
            f"databases/{database}/e.json",
            {"type": "databases.UrlType", "title": database, "url": url},
        )
        tree.write(
            f"models/{model}/e.json",
            {"type": "models.NormalType", "title": model, "db": f"databases.{database}"},
        )
        table = f"jittask_{model.lower()}_{suffix}"
        tree.write(f"models/{model}/model.py", MODEL.format(name=model, table=table))


@contextmanager
def opened(tree: Tree, contents: AppContents) -> Iterator[App]:
    """Give the tree's app, with its tables made; they are dropped at the end."""
    data = AppData(contents.databases, tree.root)
    isolated = IsolatedTree(contents, tree.root, tree.root)
    with ExitStack() as stack:
        stack.callback(data.close)
        for model in contents.models.values():
            assert data.add_missing(model)
            stack.callback(_drop, data, model.name, contents)
        stack.callback(isolated.close)
        yield isolated.app


def _drop(data: AppData, name: str, contents: AppContents) -> None:
    rows = data.rows(contents.models[name])
    with rows.engine.begin() as connection:
        connection.execute(sa.schema.DropTable(rows.table))


@pytest.fixture(params=URLS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """Give an app on SQLite, PostgreSQL and MariaDB in turn."""
    tree = Tree(tmp_path / "app")
    write_models(tree, url_of(request.param))
    compilation = compile_tree(tree.root)
    assert not [one for one in compilation.diagnostics if one.severity == "error"]
    with opened(tree, compilation.app.contents) as app:
        yield app


@pytest.fixture
def sqlite_host(tmp_path: Path) -> Iterator[App]:
    """Give an app on SQLite."""
    tree = Tree(tmp_path / "app")
    write_models(tree, URLS["sqlite"])
    with opened(tree, compile_tree(tree.root).app.contents) as app:
        yield app


@pytest.fixture(scope="module")
def shared_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Give an app on SQLite to a whole module of tests."""
    tree = Tree(tmp_path_factory.mktemp("shared") / "app")
    write_models(tree, URLS["sqlite"])
    with opened(tree, compile_tree(tree.root).app.contents) as app:
        yield app
