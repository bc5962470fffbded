"""A row is found by every spelling that its database takes for its key (D4)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from jittask.clock import FixedClock
from jittask.model import RunStatus
from jittask.operations.backfill.backfill import backfill
from jittask.operations.backfill.request import BackfillRequest
from jittask.operations.control.trigger import trigger
from jittask.operations.inspect.explain import explain
from jittask.operations.inspect.records import RecordQuery, records
from jittask.operations.inspect.timeline import timeline
from jittask.operations.naming import shown_row_key
from jittask.operations.workspace import Workspace
from tests.services import URLS, url_of
from tests.tree import Tree

NAME = f"jittask_spelled_{os.getpid()}"
AT = datetime(2026, 5, 4, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVERY = frozenset(RunStatus)


class Spelling(NamedTuple):
    """A key as it is written, as its row has it, and the columns that hold it."""

    database: str
    columns: str
    key: str
    values: str
    written: str
    own: str


SPELLINGS = [
    *(
        spelling
        for database in URLS
        for spelling in (
            Spelling(database, "a INTEGER", "a", "21", "021", "21"),
            Spelling(database, "a INTEGER", "a", "21", "[21]", "21"),
            Spelling(database, "a VARCHAR(5), b INTEGER", "a, b", "'S', 1", '["S","1"]', '["S", 1]'),
        )
    ),
    Spelling("postgresql", "a CHAR(5)", "a", "'ab'", "ab", "ab   "),
    Spelling("postgresql", "a UUID", "a", "'0F8FAD5BD9CB469FA16570867728950E'",
             "0F8FAD5BD9CB469FA16570867728950E", "0f8fad5b-d9cb-469f-a165-70867728950e"),
    Spelling("mysql", "a VARCHAR(5)", "a", "'ab'", "AB", "ab"),
    Spelling("mysql", "a CHAR(5)", "a", "'ab'", "ab  ", "ab"),
    Spelling("sqlite", "a VARCHAR(5) COLLATE NOCASE", "a", "'ab'", "AB", "ab"),
]  # fmt: skip


@contextmanager
def spelled(tree: Tree, spelling: Spelling) -> Iterator[Workspace]:
    """Give a tree whose task fires for the row, an hour ago."""
    url = sa.make_url(url_of(spelling.database))
    if spelling.database == "sqlite":
        url = url.set(database=str(tree.root / "d.db"))
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    moment = "TIMESTAMP" if spelling.database == "postgresql" else "DATETIME"
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE {NAME} ({spelling.columns}, at {moment}, PRIMARY KEY ({spelling.key}))"
        )
        connection.exec_driver_sql(
            f"INSERT INTO {NAME} VALUES ({spelling.values}, '2026-05-04 08:00:00')"
        )
    text = url.render_as_string(hide_password=False)
    tree.write("databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": text})
    model = {"type": "models.TableType", "title": "T", "db": "databases.D", "table": NAME}
    tree.write("models/Thing/e.json", model)
    tree.dated("D")
    try:
        with Workspace(tree.root, FixedClock(AT + HOUR)) as workspace:
            yield workspace
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {NAME}")
        engine.dispose()


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda each: f"{each[0]} {each[4]}")
def test_every_operation_finds_the_row_and_its_runs(tree: Tree, spelling: Spelling) -> None:
    with spelled(tree, spelling) as workspace:
        run = trigger(workspace, "D", row=spelling.written).run
        assert shown_row_key(run.row_key) == spelling.own
        asked = BackfillRequest("D", AT - HOUR, AT + HOUR, spelling.written)
        assert backfill(workspace, asked).runs == 1
        assert backfill(workspace, asked).recorded == 1
        of_row = RecordQuery(tasks=("D",), row=spelling.written, statuses=EVERY)
        assert {found.row_key for found in records(workspace, of_row).records} == {run.row_key}
        assert len(records(workspace, of_row).records) == 2
        assert len(timeline(workspace, RecordQuery(("D",), row=spelling.written)).page.records) == 2
        codes = [note.code for note in explain(workspace, "D", row=spelling.written).reasons]
        assert "record" in codes


@pytest.mark.parametrize("database", URLS)
def test_the_records_of_a_row_that_is_gone_are_found(tree: Tree, database: str) -> None:
    spelling = Spelling(database, "a INTEGER", "a", "21", "021", "21")
    with spelled(tree, spelling) as workspace:
        trigger(workspace, "D", row="21")
        with workspace.data.rows(workspace.app.tasks["tasks.D"].model).engine.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM {NAME}")
        of_row = RecordQuery(tasks=("D",), row="021", statuses=EVERY)
        assert len(records(workspace, of_row).records) == 1
