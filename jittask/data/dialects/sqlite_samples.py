"""Which values of an SQLite column are looked at for their forms: a few, from several places."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import NullType

from jittask.data.dialects.sqlite_dates import FIRST_SECOND

PLACE_ROWS = 10
"""How many rows are looked at in one place."""
_MAY_BE_OFFSET: sa.ColumnElement[str] = sa.literal_column("'*:[0-9][0-9]*[Z+-]*'")
"""A text with a time and a sign or a Z after it; most columns have none."""
# written into the statement: each placeholder costs SQLAlchemy a microsecond or more
_FIRST_TEXT: sa.ColumnElement[str] = sa.literal_column("''")
_FIRST_BYTES: sa.ColumnElement[bytes] = sa.literal_column("x''")
_T: sa.ColumnElement[str] = sa.literal_column("'T'")
_ZERO: sa.ColumnElement[int] = sa.literal_column("0")
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_MOST: sa.ColumnElement[int] = sa.literal_column(str(PLACE_ROWS))


@lru_cache(maxsize=512)
def survey(column: sa.Column[Any]) -> sa.Select[Any]:
    """Return a query of the ends of a column, and of two marks of the texts of a sample.

    They are whether any has a T, and whether any may end with an offset from UTC;
    then ``texts`` gives them. One statement, because each costs more than its answer.
    """
    sample = _sample(column).subquery()
    [value] = sample.c
    marks = (sa.func.instr(value, _T) > _ZERO, value.op("GLOB")(_MAY_BE_OFFSET))
    found = (
        sa.func.max(sa.and_(_is_text(value), mark)).label(f"mark{n}")
        for n, mark in enumerate(marks)
    )
    marked = sa.select(*found).subquery()
    return sa.select(*_ends(column), *marked.c)


@lru_cache(maxsize=512)
def texts(column: sa.Column[Any]) -> sa.Select[Any]:
    """Return a query of the texts of the sample."""
    sample = _sample(column).subquery()
    [value] = sample.c
    return sa.select(value).where(_is_text(value))


def _sample(column: sa.Column[Any]) -> sa.CompoundSelect[Any]:
    """Return a query of values from several places, a few of each.

    They are those of the first and the last rows by key, the least and the greatest
    of the column, and of the texts from ``first`` to before ``last``, with ``middle``
    to be given: the least and the greatest ones, and those on both sides of the middle.
    """
    stored = _stored(column)
    keys = list(column.table.primary_key)
    first, middle, last = (_text(name) for name in ("first", "middle", "last"))
    values = sa.select(stored.label("value"))
    by_key = [values.order_by(*keys), values.order_by(*(key.desc() for key in keys))]
    near = [
        values.where(stored >= begin, stored < end).order_by(order)
        for begin, end in ((first, middle), (middle, last))
        for order in (stored, stored.desc())
    ]
    texts = values.where(stored >= _FIRST_TEXT, stored < _FIRST_BYTES)
    ends = [texts.order_by(order) for order in (stored, stored.desc())]
    return _some_of([*by_key, *near, *ends])


@lru_cache(maxsize=512)
def ends(column: sa.Column[Any]) -> sa.Select[Any]:
    """Return a query of the ends of a column."""
    return sa.select(*_ends(column))


def _ends(column: sa.Column[Any]) -> list[sa.ScalarSelect[Any]]:
    """Return the least and the greatest number and text, and what is neither.

    Numbers sort before texts, and texts before the rest; each search is one
    step in an index.
    """
    stored = _stored(column)
    unclear = sa.and_(stored >= _ZERO, stored < sa.literal_column(str(FIRST_SECOND)))
    queries = [
        sa.select(end(stored)).where(*where).scalar_subquery()
        for where in (
            (stored < _FIRST_TEXT,),
            (stored >= _FIRST_TEXT, stored < _FIRST_BYTES),
        )
        for end in (sa.func.min, sa.func.max)
    ]
    queries += [
        sa.select(stored).where(condition).limit(_ONE).scalar_subquery()
        for condition in (stored >= _FIRST_BYTES, unclear)
    ]
    return queries


def _is_text(value: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.func.typeof(value) == sa.literal_column("'text'")


def _stored(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return sa.type_coerce(column, NullType())


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.String())


def _some_of(places: Sequence[sa.Select[Any]]) -> sa.CompoundSelect[Any]:
    """Return the first values of each place: each is a step in an index, where there is one."""
    limited = [place.limit(_MOST).subquery() for place in places]
    return sa.union_all(*(sa.select(*place.c) for place in limited))
