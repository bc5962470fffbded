"""Trying a task in this process: its checks, its output, its data (V5).

Code of a tree is imported for good, so each case is a process of its own.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import pytest

from tests.tree import Tree

TRIES = """
import json, sys
from jittask.operations.errors import OperationError
from jittask.operations.trial import try_task
from jittask.operations.workspace import Workspace

root, task, row, commit = json.loads(sys.argv[1])
with Workspace(root) as workspace:
    try:
        outcome = try_task(workspace, task, row, commit=commit)
        print(json.dumps([outcome.completed, outcome.result, outcome.error, outcome.committed]))
    except OperationError as error:
        print(json.dumps([type(error).__name__, str(error)]))
"""
ADDS = """from jittask import app


def customFunc():
    Thing = app.getElement("models.Thing")
    Thing.create({"name": "x"})
    return Thing.count()
"""
ROW = 'def customFunc(rowData):\n    print("row", rowData["id"])\n    return rowData["name"]\n'


@pytest.fixture
def shop(tree: Tree) -> Tree:
    tree.things()
    with sqlite3.connect(tree.root / "d.db") as connection:
        connection.execute(
            'CREATE TABLE "Thing" (id INTEGER PRIMARY KEY, name TEXT, at TEXT, day TEXT)'
        )
        connection.execute("""INSERT INTO "Thing" VALUES (7, 'seven', NULL, NULL)""")
    tree.scheduled("Adds", ADDS)
    tree.scheduled("Fails", "def customFunc():\n    return {}['missing']\n")
    tree.scheduled("Broken", "def customFunc(:\n")
    tree.dated("Row", ROW)
    return tree


def tried(tree: Tree, task: str, row: object = None, *, commit: bool = False) -> list:
    arguments = json.dumps([str(tree.root), task, row, commit])
    done = subprocess.run(
        [sys.executable, "-c", TRIES, arguments], capture_output=True, text=True, check=True
    )
    *printed, last = done.stdout.splitlines()
    return [*printed, *json.loads(last)]


def test_changes_are_kept_only_when_asked(shop: Tree) -> None:
    assert tried(shop, "Adds") == [True, "2", None, False]
    assert tried(shop, "Adds", commit=True) == [True, "2", None, True]
    assert tried(shop, "Adds") == [True, "3", None, False]


def test_a_row_is_read_and_the_body_prints(shop: Tree) -> None:
    assert tried(shop, "Row", 7) == ["row 7", True, '"seven"', None, False]


def test_a_failure_is_its_traceback(shop: Tree) -> None:
    completed, result, error, _ = tried(shop, "Fails")
    assert (completed, result) == (False, None)
    assert error.rstrip().endswith("KeyError: 'missing'")


@pytest.mark.parametrize(
    ("task", "row", "kind"),
    [
        ("Nothing", None, "NotFound"),
        ("Broken", None, "BrokenTask"),
        ("Adds", 7, "InvalidArgument"),
        ("Row", None, "InvalidArgument"),
        ("Row", "x", "InvalidArgument"),
        ("Row", 8, "NotFound"),
    ],
)
def test_it_refuses_what_trigger_refuses(shop: Tree, task: str, row: object, kind: str) -> None:
    assert tried(shop, task, row)[0] == kind
