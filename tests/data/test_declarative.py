"""A model that is an SQLAlchemy declarative class: its rows fire, and its class keeps its use (F9)."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.model import FieldType, ModelForm
from tests.running import jittask

GOOD = Path(__file__).parents[1] / "trees/good/declarative-model"
BODY = """
from jittask import app
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models.Bill.model import Bill


def customFunc(rowData):
    rows = app.getElement("models.Bill").query("Q('total','>',1)", orderList=["id"])
    with Session(create_engine("sqlite:///" + str(app.rootPath / "app.db"))) as session:
        own = session.scalars(select(Bill.name).order_by(Bill.id)).all()
    return [rowData["name"], str(rowData["due"]), len(rows), list(own)]
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    shutil.copytree(GOOD, root)
    with sqlite3.connect(root / "app.db") as database:
        database.execute(
            "create table bills (id integer primary key, name text, total numeric, due_on date, closed datetime)"
        )
        database.execute(
            "insert into bills values (1, 'a', 2.5, '2026-03-01', null), (2, 'b', 0.5, null, null)"
        )
        database.execute('create table base (id integer primary key, "madeOn" date)')
    return root


def test_what_is_read_from_the_text(tree: Path) -> None:
    models = compile_tree(tree).app.models
    bill = models["models.Bill"]
    assert (bill.form, bill.table, bill.opaque) == (ModelForm.DECLARATIVE, "bills", False)
    assert {field.name: (field.column, field.type, field.primary_key) for field in bill.fields} == {
        "id": ("id", FieldType.INTEGER, True),
        "name": ("name", FieldType.TEXT, False),
        "total": ("total", FieldType.DECIMAL, False),
        "due": ("due_on", FieldType.DATE, False),
        "closed": ("closed", FieldType.DATETIME, False),
    }
    assert models["models.Base"].opaque, "its base class may bring columns"


@pytest.mark.process
def test_its_rows_fire(tree: Path) -> None:
    (tree / "tasks/Due/inner.py").write_text(BODY)
    assert jittask("validate", tree).returncode == 0
    done = jittask("try", "Due", "--row", 1, "--tree", tree)
    assert done.returncode == 0, done.stderr
    assert '["a", "2026-03-01", 1, ["a", "b"]]' in done.stderr
    following = jittask("next", "Due", "--row", 1, "--tree", tree, "--from", "2026-01-01")
    assert following.stdout.splitlines()[1] == "Sun 2026-03-01 00:00:00 CST"
