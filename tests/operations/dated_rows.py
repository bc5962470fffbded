"""A tree whose task fires for the rows of a table that others own, on any database."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tests.services import url_of
from tests.tree import Tree

FIRST = datetime(2026, 5, 4, 8)


@dataclass
class DatedRows:
    """The table: ``id``, ``name`` and ``at``, a datetime without a zone."""

    tree: Tree
    engine: sa.Engine
    table: sa.Table

    def insert(self, *rows: tuple[int, str, datetime | None]) -> None:
        """Add rows."""
        with self.engine.begin() as connection:
            values = [{"id": number, "name": name, "at": at} for number, name, at in rows]
            connection.execute(sa.insert(self.table), values)

    def hourly(self, numbers: Sequence[int]) -> None:
        """Add rows, each an hour after the one before."""
        self.insert(*((n, f"n{n}", FIRST + timedelta(hours=n)) for n in numbers))

    def move(self, number: int, at: datetime) -> None:
        """Change the date of a row."""
        with self.engine.begin() as connection:
            change = sa.update(self.table).where(self.table.c.id == number).values(at=at)
            connection.execute(change)


@contextmanager
def dated_rows(tree: Tree, kind: str) -> Iterator[DatedRows]:
    """Give an empty table on a database of that kind, and a model of it."""
    url = sa.make_url(url_of(kind))
    if kind == "sqlite":
        url = url.set(database=str(tree.root / "d.db"))
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    table = sa.Table(
        f"jittask_{os.getpid()}_{uuid.uuid4().hex[:6]}",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(40)),
        sa.Column("at", sa.DateTime, index=True),
    )
    table.create(engine)
    text = url.render_as_string(hide_password=False)
    tree.write("databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": text})
    tree.write(
        "models/Thing/e.json",
        {"type": "models.TableType", "title": "T", "db": "databases.D", "table": table.name},
    )
    try:
        yield DatedRows(tree, engine, table)
    finally:
        table.drop(engine)
        engine.dispose()
