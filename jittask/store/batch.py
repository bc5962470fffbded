"""Many rows of values in one statement, so that they cost one round trip (rule R9)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from jittask.store.dialects.dialect import Rows
from jittask.store.dialects.registry import dialect_of
from jittask.store.tables import runs

NUMBER: TypeEngine[Any] = sa.BigInteger()
TEXT: TypeEngine[Any] = sa.Text()
FLAG: TypeEngine[Any] = sa.Boolean()
FETCH_ROWS = 1000
"""How many rows of a long answer are fetched at a time."""


def batch(connection: Connection, rows: Rows, **columns: TypeEngine[Any]) -> sa.FromClause:
    """Return rows of values as something to select from, or to update and insert from."""
    return dialect_of(connection).batch(rows, columns)


def locked(rows: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.Subquery:
    """Return the rows whose run fulfils the conditions, and lock those runs.

    They are locked in the order of their ids, so that two transactions do not wait for each other.
    """
    return (
        sa.select(rows)
        .join(runs, runs.c.id == rows.c.id)
        .where(*conditions)
        .order_by(runs.c.id)
        .with_for_update(of=runs)
        .subquery("locked")
    )
