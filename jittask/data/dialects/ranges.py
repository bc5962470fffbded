"""The rows of a table with a value in one of many ranges, as a source that an index serves (D3).

A few ranges are written out. More are given as one value, which the database
unfolds into a table and joins: the text of the statement is the same for each
scan, and a range costs one look into the index. Otherwise a database plans a
statement of many ranges again each time, which takes longer than to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from jittask.data.dialects.columns import Clause

Query = sa.Select[Any]
End = TypeVar("End", str, int, date)
AsKey = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class RangeSource:
    """The rows of a table with a value in one of several ranges."""

    rows: sa.FromClause
    """To select from, and to name columns of."""
    add_to: Callable[[Query], Query]
    """Narrows a query of ``rows`` to the ranges."""
    as_key: AsKey
    """Returns a key column in the form to sort and page by: one that takes no other index.

    Otherwise a database may walk the whole table in the order of its key.
    """


def written_out(table: sa.Table, spans: Sequence[Clause], as_key: AsKey) -> RangeSource:
    """Return the rows for which one of some conditions is true."""
    return RangeSource(table, partial(_narrowed, spans), as_key)


def union(ranges: Iterable[tuple[End, End]]) -> list[tuple[End, End]]:
    """Return the union of ranges as ranges that do not meet, ascending: a row is to come once."""
    found: list[tuple[End, End]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return found


def as_it_is(key: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a key as it is: the database chooses well by itself."""
    return key


def plus(key: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return SQLite's own way to keep a column from an index; it keeps its collation too."""
    return UnaryExpression(key, operator=custom_op("+"), type_=key.type)


def coalesced(key: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a way to keep a column from an index that every database has."""
    return sa.func.coalesce(key, key)


def _narrowed(spans: Sequence[Clause], query: Query) -> Query:
    return query.where(sa.or_(*spans))
