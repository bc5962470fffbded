"""Copies every row of a store to another database that has the same schema (rule R9).

No column is named here, so that a store of any schema can be copied.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.dialects.registry import dialect_of
from jittask.store.tables import metadata

_ROWS = 2000  # in one statement
NUMBERED = tuple(table.name for table in metadata.sorted_tables if table.c[0].autoincrement is True)
"""The tables whose ids the database gives."""


def numbered(connection: Connection) -> list[str]:
    """Return those of ``NUMBERED`` that there are: an older store lacks some."""
    there = sa.inspect(connection).get_table_names()
    return [name for name in NUMBERED if name in there]


def copy_tables(source: Connection, target: Connection, *, of_source: bool) -> None:
    """Copy the rows of the store's tables; ``target`` has none, but what a migration writes.

    ``of_source``: whether ``source`` has these tables alone, or ``target``: a
    server's schema may have tables of others beside them.
    """
    alone = sa.inspect(source if of_source else target)
    for name, _ in alone.get_sorted_table_and_fkc_names():
        if name is None or name == "alembic_version" or name.startswith("jittask_backup"):
            continue
        columns = [sa.column(each["name"], each["type"]) for each in alone.get_columns(name)]
        table = sa.table(name, *columns)
        target.execute(sa.delete(table))
        found = source.execute(sa.select(table), execution_options={"yield_per": _ROWS})
        for rows in found.mappings().partitions():
            target.execute(sa.insert(table), [dict(row) for row in rows])
    for name in numbered(source):
        last = dialect_of(source).last_id(source, name)
        dialect_of(target).give_ids_after(target, name, last)
