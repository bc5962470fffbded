"""Which values of an SQLite column are looked at for their forms: a few, from several places."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import NullType

from jittask.data.dialects.sqlite_dates import FIRST_SECOND

PLACE_ROWS = 20
"""How many rows are looked at in one place."""


@lru_cache(maxsize=512)
def by_key(column: sa.Column[Any]) -> sa.CompoundSelect[Any]:
    """Return a query of a column's values in the first and the last rows by key."""
    keys = list(column.table.primary_key)
    values = sa.select(_stored(column))
    return _some_of(
        [values.order_by(*keys), values.order_by(*(key.desc() for key in keys))],
    )


@lru_cache(maxsize=512)
def texts_near(column: sa.Column[Any]) -> sa.CompoundSelect[Any]:
    """Return a query of texts from ``first`` to before ``last``, with ``middle`` to be given.

    They are the least and the greatest ones, and those on both sides of the middle.
    """
    stored = _stored(column)
    first, middle, last = (_text(name) for name in ("first", "middle", "last"))
    return _some_of(
        [
            sa.select(stored).where(stored >= begin, stored < end).order_by(order)
            for begin, end in ((first, middle), (middle, last))
            for order in (stored, stored.desc())
        ]
    )


@lru_cache(maxsize=512)
def ends(column: sa.Column[Any]) -> sa.Select[Any]:
    """Return a query of the least and the greatest number and text, and of what is neither.

    Numbers sort before texts, and texts before the rest; each search is one
    step in an index.
    """
    stored = _stored(column)
    unclear = sa.and_(stored >= 0, stored < FIRST_SECOND)
    queries = [
        sa.select(end(stored)).where(*where).scalar_subquery()
        for where in ((stored < "",), (stored >= "", stored < b""))
        for end in (sa.func.min, sa.func.max)
    ]
    queries += [
        sa.select(stored).where(condition).limit(1).scalar_subquery()
        for condition in (stored >= b"", unclear)
    ]
    return sa.select(*queries)


def _stored(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return sa.type_coerce(column, NullType())


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.String())


def _some_of(places: Sequence[sa.Select[Any]]) -> sa.CompoundSelect[Any]:
    """Return the first values of each place: each is a step in an index, where there is one."""
    limited = [place.limit(PLACE_ROWS).subquery() for place in places]
    return sa.union_all(*(sa.select(*place.c) for place in limited))
