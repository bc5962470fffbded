"""Which values of an SQLite column are looked at for their forms: a few, from several places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import NullType

Query = sa.CompoundSelect[Any]

PLACE_ROWS = 20
"""How many rows are looked at in one place."""


def by_key(column: sa.Column[Any]) -> Query:
    """Return a query of a column's values in the first and the last rows by key."""
    keys = list(column.table.primary_key)
    values = sa.select(_stored(column))
    return _some_of(
        [values.order_by(*keys), values.order_by(*(key.desc() for key in keys))],
    )


def texts_near(column: sa.Column[Any], first: str, middle: str, last: str) -> Query:
    """Return a query of texts from ``first`` to before ``last``.

    They are the least and the greatest ones, and those on both sides of ``middle``.
    """
    stored = _stored(column)
    return _some_of(
        [
            sa.select(stored).where(stored >= begin, stored < end).order_by(order)
            for begin, end in ((first, middle), (middle, last))
            for order in (stored, stored.desc())
        ]
    )


def _stored(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return sa.type_coerce(column, NullType())


def _some_of(places: Sequence[sa.Select[Any]]) -> Query:
    """Return the first values of each place: each is a step in an index, where there is one."""
    limited = [place.limit(PLACE_ROWS).subquery() for place in places]
    return sa.union_all(*(sa.select(*place.c) for place in limited))
