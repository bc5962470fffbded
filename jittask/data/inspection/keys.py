"""Whether the columns that are to name a row do so, by the rows that a table holds now (F9, D4)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.data.inspection.tables import TableFacts


def key_trouble(connection: Connection, table: TableFacts, columns: Sequence[str]) -> str | None:
    """Return what keeps the columns from naming each row; None where each row has its own key.

    Reads the table. Raises DBAPIError.
    """
    key: list[sa.ColumnClause[object]] = [sa.column(name) for name in columns]
    names = ", ".join(columns)
    source = sa.table(table.name, schema=table.schema)
    empty = sa.select(sa.literal(1)).select_from(source)
    empty = empty.where(sa.or_(*(column.is_(None) for column in key)))
    if connection.execute(empty.limit(1)).first() is not None:
        return f"rows of {table.shown} have no {names}"
    shared = sa.select(*key).select_from(source).group_by(*key)
    found = connection.execute(shared.having(sa.func.count() > 1).limit(1)).first()
    if found is None:
        return None
    values = ", ".join(str(value) for value in found)
    return f"several rows of {table.shown} have the same {names}: {values}"
