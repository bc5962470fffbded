"""Date-field tasks through the real program: rows of others' tables, moved and gone rows (D1-D7)."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from tests.running import Program, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S.%f")


def sql(tree: Tree, statement: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(tree.root / "d.db", timeout=10)) as data, data:
        data.execute(statement, values)


def others_table(tree: Tree) -> None:
    """A table that somebody else owns, with a key of two columns."""
    tree.write("app.json", {"settings": {"timezone": "UTC", "runtime": {"scanSeconds": 0.2}}})
    tree.things()
    tree.write(
        "models/Thing/e.json",
        {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "legacy"},
    )
    sql(
        tree,
        "CREATE TABLE legacy (site TEXT, no INTEGER, name TEXT, at DATETIME, PRIMARY KEY (site, no))",
    )
    tree.dated(
        "Row",
        "def customFunc(rowData):\n    return [rowData.name.value, rowData['no']]\n",
        filter="Q('name','!=','held')",
    )


def test_a_row_of_anothers_table_fires_once(tree: Tree) -> None:
    others_table(tree)
    sql(tree, "INSERT INTO legacy VALUES ('north', 7, 'seven', ?)", soon(3))
    with Program(tree.root) as program:
        program.wait("ready")
        done = program.wait("finished", task="tasks.Row")
        assert json.loads(done["result"]) == ["seven", 7]
        assert json.loads(done["row"]) == ["north", 7]
        # a row that appears while it runs
        sql(tree, "INSERT INTO legacy VALUES ('south', 8, 'eight', ?)", soon(1))
        assert json.loads(program.wait("finished", task="tasks.Row")["result"]) == ["eight", 8]
        program.stop()
    found = jittask("records", "Row", "--tree", tree.root, "--format", "json")
    assert len(json.loads(found.stdout)["records"]) == 2


def test_rows_are_read_again_at_the_moment_of_firing(tree: Tree) -> None:
    """D5: gone, no longer matching and moved rows do not fire; the moved one fires at its new place."""
    others_table(tree)
    for no, name in enumerate(["gone", "unmatched", "moved"]):
        sql(tree, "INSERT INTO legacy VALUES ('x', ?, ?, ?)", no, name, soon(3))
    with Program(tree.root) as program:
        program.wait("ready")
        sql(tree, "DELETE FROM legacy WHERE no = 0")
        sql(tree, "UPDATE legacy SET name = 'held' WHERE no = 1")
        sql(tree, "UPDATE legacy SET at = ? WHERE no = 2", soon(5))
        ends = {}
        while len(ends) < 4:
            event = program.wait("finished")
            ends[event["row"], event["status"]] = event["reason"]
        program.stop()
    assert ends == {
        ('["x", 0]', "cancelled"): "row-gone",
        ('["x", 1]', "cancelled"): "row-unmatched",
        ('["x", 2]', "cancelled"): "row-moved",
        ('["x", 2]', "completed"): None,
    }


def test_nothing_of_the_past_fires_at_first_sight(tree: Tree) -> None:
    """D7."""
    others_table(tree)
    sql(tree, "INSERT INTO legacy VALUES ('x', 1, 'past', ?)", soon(-30))
    sql(tree, "INSERT INTO legacy VALUES ('x', 2, 'next', ?)", soon(2.5))
    with Program(tree.root) as program:
        assert json.loads(program.wait("finished")["row"]) == ["x", 2]
        program.stop()
    found = jittask("records", "--tree", tree.root, "--format", "json")
    assert len(json.loads(found.stdout)["records"]) == 1


def test_a_database_that_is_gone_is_told_and_comes_back(tree: Tree) -> None:
    others_table(tree)
    sql(tree, "ALTER TABLE legacy RENAME TO hidden")
    with Program(tree.root) as program:
        told = program.wait("blocked", code="scan-failed")
        assert told["reason"] == "models.Thing: no table legacy in its database"
        sql(tree, "ALTER TABLE hidden RENAME TO legacy")
        sql(tree, "INSERT INTO legacy VALUES ('x', 1, 'one', ?)", soon(2))
        assert program.wait("unblocked", task="tasks.Row")["since"] == told["since"]
        assert program.wait("finished")["status"] == "completed"
        program.stop()


def test_a_column_without_dates_is_told_and_ends_nothing(tree: Tree) -> None:
    """As where a half-written model leaves only the table to tell what a column holds."""
    others_table(tree)
    sql(tree, "ALTER TABLE legacy RENAME TO typed")
    sql(tree, "CREATE TABLE legacy (site TEXT, no INTEGER, name TEXT, at TEXT, "
              "PRIMARY KEY (site, no))")  # fmt: skip
    sql(tree, "INSERT INTO legacy VALUES ('x', 1, 'one', ?)", soon(2))
    with Program(tree.root) as program:
        told = program.wait("blocked", code="scan-failed")
        wanted = "models.Thing: expected dates in the column at, and the table has text"
        assert (told["task"], told["reason"]) == ("tasks.Row", wanted)
        assert program.stop() == 0
