"""The rows of a table with a value in one of many intervals, as an index serves them (D3).

A few intervals are written out. More are given as values, which the database
unfolds into a table and joins: an interval costs one look into the index, and a
series of them, such as that of a daily repeat, is one value. The text of the
statement is the same for each scan, so that it is written and compiled once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from jittask.data.dialects.columns import Clause, DateColumn

Query = sa.Select[Any]
End = TypeVar("End", str, int, date, datetime)
Element = sa.ColumnElement[Any]
Values = Mapping[str, Any]
"""Of the placeholders of a statement."""
_LOW, _HIGH = "jittask_low_", "jittask_high_"


class Interval(NamedTuple):
    """Values of a column from one to another, both included, as the database compares them."""

    low: Any
    """A value or an expression; None: no bound."""
    high: Any
    times: int = 1
    """So many intervals, of which this is the newest; each is a step before the next."""
    step: timedelta = timedelta(days=1)

    @property
    def is_plain(self) -> bool:
        """Whether both ends are values, so that a statement can be written without them."""
        return not any(
            end is None or isinstance(end, sa.ClauseElement) for end in (self.low, self.high)
        )

    def each(self) -> Iterator[Interval]:
        """Yield each by itself, where the ends are dates; the newest first."""
        if self.times == 1:
            yield self
            return
        for number in range(self.times):
            back = number * self.step
            yield Interval(self.low - back, self.high - back)

    def within(self, column: Element) -> Clause:
        """Return that a column has such a value."""
        return sa.and_(sa.true(), *self.above(column), *self.below(column))

    def above(self, column: Element) -> list[Clause]:
        """Return the condition of the low end, where there is one."""
        return [] if self.low is None else [column >= self.low]

    def below(self, column: Element) -> list[Clause]:
        """Return the condition of the high end, where there is one."""
        return [] if self.high is None else [column <= self.high]


def placeholders(column: Element, number: int) -> Interval:
    """Return an interval whose ends are given when the statement is executed."""
    low, high = (sa.bindparam(f"{end}{number}", type_=column.type) for end in (_LOW, _HIGH))
    return Interval(low, high)


def values_of(intervals: Iterable[Interval]) -> dict[str, Any]:
    """Return the ends of intervals for their placeholders."""
    values = {}
    for number, (low, high, *_) in enumerate(intervals):
        values[f"{_LOW}{number}"], values[f"{_HIGH}{number}"] = low, high
    return values


@dataclass(frozen=True, slots=True)
class PageOrder:
    """By what rows are sorted and paged: their date, and among those of one date their key."""

    date: Element
    keys: Sequence[Element]
    dated: DateColumn | None
    """The column of the date, where it is of a known type."""

    @property
    def columns(self) -> list[Element]:
        """All of them, the date first."""
        return [self.date, *self.keys]


@dataclass(frozen=True, slots=True)
class RangeSource:
    """The rows of a table with a value in one of several intervals."""

    rows: sa.FromClause
    """To select from, and to name columns of."""
    add_to: Callable[[Query], Query]
    """Narrows a query of ``rows`` to the intervals."""
    for_sorting: Callable[[Element], Element]
    """Returns a column in the form to sort by: one that takes no index.

    Otherwise a database may walk the whole table in the order of the column.
    """


def written_out(
    table: sa.Table,
    column: Element,
    intervals: Sequence[Interval],
    for_sorting: Callable[[Element], Element],
) -> RangeSource:
    """Return the rows with a value in one of some intervals, each a condition of its own."""
    inside = [interval.within(column) for interval in intervals]
    return RangeSource(table, partial(_narrowed, inside), for_sorting)


def union(ranges: Iterable[tuple[End, End]]) -> list[tuple[End, End]]:
    """Return the union of ranges as ranges that do not meet, ascending: a row is to come once."""
    found: list[tuple[End, End]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return found


def plus(column: Element) -> Element:
    """Return SQLite's own way to keep a column from an index; it keeps its collation too."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def coalesced(column: Element) -> Element:
    """Return a way to keep a column from an index that every database has."""
    return sa.func.coalesce(column, column)


def _narrowed(inside: Sequence[Clause], query: Query) -> Query:
    return query.where(sa.or_(*inside))
