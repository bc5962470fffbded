"""Many ranges of a column's values as a source of rows that the column's index serves (rule D3).

A few ranges are written out. More are given as one value, which the database
unfolds into a table and joins: the text of the statement is the same for each
scan, and a range costs one look into the index. Otherwise a database plans a
statement of many ranges again each time, which takes longer than to answer it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from jittask.data import sqlite
from jittask.schedule.windows import FieldRange

WRITTEN_OUT = 8
"""The most ranges that stand in the text of a statement."""
MAX_RANGES = 200
"""The most ranges in one statement, where the database cannot unfold them (D3)."""

Query = sa.Select[Any]

_LOW: sa.ColumnElement[Any] = sa.literal_column("jittask_ranges.low")
_HIGH: sa.ColumnElement[Any] = sa.literal_column("jittask_ranges.high")
_LOW_TEXT = sa.literal_column("json_extract(jittask_ranges.value, '$[0]')", sa.String())
_HIGH_TEXT = sa.literal_column("json_extract(jittask_ranges.value, '$[1]')", sa.String())


@dataclass(frozen=True, slots=True)
class RangeSource:
    """The rows of a table with a value in one of several ranges."""

    rows: sa.FromClause
    """To select from, and to name columns of."""
    add_to: Callable[[Query], Query]
    """Narrows a query of ``rows`` to the ranges."""
    as_key: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[Any]]
    """Returns a key column in the form to sort and page by: one that takes no other index.

    Otherwise a database may walk the whole table in the order of its key.
    """


def sources(
    table: sa.Table, column: sa.Column[Any], ranges: Sequence[FieldRange], dialect: sa.Dialect
) -> Iterator[RangeSource]:
    """Yield what gives the rows with a value in a range: one source, or several that are disjoint.

    The ranges do not overlap.
    """
    unfold = _UNFOLDED.get(dialect.name)
    written_out = 1 if dialect.name == "sqlite" else WRITTEN_OUT  # it would rather read the table
    if len(ranges) > written_out and unfold is not None:
        yield unfold(table, column, ranges)
        return
    keeps_text = dialect.name == "sqlite"
    for at in range(0, len(ranges), MAX_RANGES):
        spans = [_between(column, span, keeps_text) for span in ranges[at : at + MAX_RANGES]]
        narrow = partial(_written_out, spans)
        yield RangeSource(table, narrow, _plus if keeps_text else _same)


def _written_out(spans: Sequence[sa.ColumnElement[bool]], query: Query) -> Query:
    return query.where(sa.or_(*spans))


def _same(key: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return key


def _plus(key: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return SQLite's own way to keep a column from an index; it keeps its collation too."""
    return UnaryExpression(key, operator=custom_op("+"), type_=key.type)


def _coalesced(key: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(key, key)


def _between(column: sa.Column[Any], span: FieldRange, keeps_text: bool) -> sa.ColumnElement[bool]:
    """Return that a column is in a range; of texts, more may be."""
    if keeps_text and isinstance(span.low, datetime):
        text = sa.type_coerce(column, sa.String())
        texts = sqlite.text_ranges(span.low, span.high)
        return sa.or_(*(sa.and_(text >= low, text <= high) for low, high in texts))
    return sa.and_(column >= span.low, column <= span.high)


def _in_postgresql(
    table: sa.Table, column: sa.Column[Any], ranges: Sequence[FieldRange]
) -> RangeSource:
    """Look each range up by itself: OFFSET keeps the planner from looking at all of them a row."""
    kind = ARRAY(column.type)
    ends = sa.text("unnest(:lows, :highs) AS jittask_ranges (low, high)").bindparams(
        sa.bindparam("lows", [span.low for span in ranges], type_=kind),
        sa.bindparam("highs", [span.high for span in ranges], type_=kind),
    )
    found = sa.select(table).where(column >= _LOW, column <= _HIGH).offset(0).lateral("found")
    return RangeSource(found, lambda query: query.select_from(ends, found), _same)


def _in_sqlite(
    table: sa.Table, column: sa.Column[Any], ranges: Sequence[FieldRange]
) -> RangeSource:
    pairs = [pair for span in ranges for pair in _texts(span)]
    ends = sa.text("json_each(:ranges) AS jittask_ranges").bindparams(ranges=json.dumps(pairs))
    text = sa.type_coerce(column, sa.String())
    return RangeSource(
        table,
        lambda query: query.select_from(ends, table).where(text >= _LOW_TEXT, text <= _HIGH_TEXT),
        _plus,
    )


def _in_mysql(table: sa.Table, column: sa.Column[Any], ranges: Sequence[FieldRange]) -> RangeSource:
    """Join the ranges first: the words keep it from reading the table once for all of them."""
    kind = "DATETIME(6)" if isinstance(ranges[0].low, datetime) else "DATE"
    pairs = [[str(span.low), str(span.high)] for span in ranges]
    columns = f"low {kind} PATH '$[0]', high {kind} PATH '$[1]'"
    ends = sa.text(f"JSON_TABLE(:ranges, '$[*]' COLUMNS ({columns})) AS jittask_ranges")
    ends = ends.bindparams(ranges=json.dumps(pairs))

    def joined(query: Query) -> Query:
        ordered = query.prefix_with("STRAIGHT_JOIN").select_from(ends, table)
        return ordered.where(column >= _LOW, column <= _HIGH)

    return RangeSource(table, joined, _coalesced)


def _texts(span: FieldRange) -> list[tuple[str, str]]:
    if isinstance(span.low, datetime):
        return sqlite.text_ranges(span.low, span.high)
    return [(span.low.isoformat(), span.high.isoformat())]


_UNFOLDED: dict[
    str, Callable[[sa.Table, sa.Column[Any], Sequence[FieldRange]], RangeSource]
] = {
    "postgresql": _in_postgresql,
    "sqlite": _in_sqlite,
    "mysql": _in_mysql,
    "mariadb": _in_mysql,
}  # fmt: skip
