"""Many rows of values in one statement: one round trip, however many there are (rule R9)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from jittask.store.tables import runs

NUMBER: TypeEngine[Any] = sa.BigInteger()
TEXT: TypeEngine[Any] = sa.Text()
FLAG: TypeEngine[Any] = sa.Boolean()
AT_ONCE = 1000
"""How many rows of a long answer are held at a time, besides what is made of them."""


def batch(
    connection: Connection, rows: Sequence[Sequence[object]], **columns: TypeEngine[Any]
) -> sa.FromClause:
    """Return rows of values as something to select from, or to update and insert from."""
    if connection.dialect.name == "postgresql":
        return _of_arrays(rows, columns)
    return _of_json(rows, columns)


def _of_arrays(
    rows: Sequence[Sequence[object]], columns: dict[str, TypeEngine[Any]]
) -> sa.FromClause:
    values = zip(*rows, strict=True)
    arrays = [
        sa.cast(sa.bindparam(name, list(column), ARRAY(kind), unique=True), ARRAY(kind))
        for (name, kind), column in zip(columns.items(), values, strict=True)
    ]
    named = (sa.column(name, kind) for name, kind in columns.items())
    return sa.func.unnest(*arrays).table_valued(*named).render_derived(name="batch")


def _of_json(
    rows: Sequence[Sequence[object]], columns: dict[str, TypeEngine[Any]]
) -> sa.FromClause:
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    each = sa.func.json_each(sa.bindparam("rows", text, sa.Text(), unique=True))
    row = each.table_valued("value", name="row")
    return sa.select(
        *(
            sa.func.json_extract(row.c.value, sa.literal_column(f"'$[{at}]'"), type_=kind).label(
                name
            )
            for at, (name, kind) in enumerate(columns.items())
        )
    ).subquery("batch")


def held(rows: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.Subquery:
    """Return those of the rows whose run is as told, and keep others from it.

    In the order of their ids, so that two who want the same runs do not wait for each other.
    """
    return (
        sa.select(rows)
        .join(runs, runs.c.id == rows.c.id)
        .where(*conditions)
        .order_by(runs.c.id)
        .with_for_update(of=runs)
        .subquery("held")
    )


def storable(text: str) -> str:
    """Return text without what a database cannot hold: NUL, and halves of surrogate pairs."""
    return _UNSTORABLE.sub("\ufffd", text)


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
