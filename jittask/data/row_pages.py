"""Pages of the rows whose date lies in some ranges, each row once (rules D3, D4).

Where a page holds them all, one statement finds them. Otherwise the ranges are
halved until a page holds what a half has, and a single one is walked in the order
of date and key: each statement begins where the one before has ended, so that an
index on the date serves it. Among many rows of one date a database may have to
look at them all for each statement; so a walk asks for more each time, and has few
statements however many the rows are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from jittask.data.dialects import Clause
from jittask.data.dialects.ranges import (
    Interval,
    PageOrder,
    RangeSource,
    Values,
    placeholders,
    values_of,
)
from jittask.data.row_query import Page, RowQuery
from jittask.query.expression import Operator
from jittask.schedule.spans import coalesced
from jittask.schedule.windows import FieldRange

PAGE_ROWS = 1000
"""The most rows of a page."""
MAX_PAGES = 32
"""The most pages that one statement reads."""
MAX_RANGES = 200
"""The most ranges that are written into one statement (D3)."""

_PLACE = "jittask_place_"


def pages(query: RowQuery, field: str, ranges: Sequence[FieldRange]) -> Iterator[Page]:
    """Yield the rows of a query with a date in some ranges, which are in ascending order.

    Naive ranges are wall times of the lookups' zone. Raises DataError.
    """
    query.access.column(field)
    if ranges:
        found = _Ranges(query, field, ranges)
        yield from found.pages(found.intervals)


class _Ranges:
    """The rows with a date in one of several ranges."""

    def __init__(self, query: RowQuery, field: str, ranges: Sequence[FieldRange]) -> None:
        self._query = query
        self._field = field
        self._dialect = query.access.dialect
        self._dated = query.dated(field)
        self.intervals = self._stored(ranges)
        """The ranges as the column stores them."""

    def _stored(self, ranges: Sequence[FieldRange]) -> list[Interval]:
        dated = self._dated
        if dated is None:
            spans = (span for series in coalesced(ranges) for span in series.spans())
            return [Interval(*span) for span in spans]
        with self._query.access.reading(self._query.connection) as reading:
            ends = dated.span(ranges[0].oldest, ranges[-1].high)
            dated = self._dated = self._dialect.examined(reading, dated, *ends)
        # what is widened near a shift of the clocks may meet
        held = coalesced(each for series in ranges for each in dated.series(series))
        return self._dialect.intervals(dated, held)

    def pages(self, intervals: Sequence[Interval]) -> Iterator[Page]:
        """Yield pages of the rows in some of the intervals."""
        number = sum(interval.times for interval in intervals)
        if number == 1:
            order = self._order(self._query.access.table)
            yield from _Walk(self._query, self._field, order, intervals[0]).pages()
            return
        statement = self._statement(intervals, number)
        if statement is not None:
            rows = self._query.read(*statement)
            if len(rows) < PAGE_ROWS:
                yield from _by_pages(self._query.judged(rows))
                return
        each = self._dialect.each(intervals)
        middle = len(each) // 2
        yield from self.pages(each[:middle])
        yield from self.pages(each[middle:])

    def _statement(
        self, intervals: Sequence[Interval], number: int
    ) -> tuple[sa.Select[Any], Values] | None:
        """Return what reads the rows in some intervals; None where one statement holds fewer."""
        table, dated = self._query.access.table, self._dated
        if number > self._dialect.writes_out and dated is not None and self._dialect.unfolds(dated):
            unfolded = partial(self._dialect.unfolded, table, dated)
            values = self._dialect.unfolded_values(dated, intervals)
            return self._written("unfolded", unfolded), values
        if number > MAX_RANGES:
            return None
        each = self._dialect.each(intervals)
        date = self._order(table).date
        if not all(interval.is_plain for interval in each):
            return self._sorted(self._dialect.written_out(table, date, each)), {}
        ends = [placeholders(date, place) for place in range(number)]
        source = partial(self._dialect.written_out, table, date, ends)
        return self._written(("written out", number), source), values_of(each)

    def _written(self, kind: Hashable, source: Callable[[], RangeSource]) -> sa.Select[Any]:
        return self._query.written((self._field, kind, PAGE_ROWS), lambda: self._sorted(source()))

    def _sorted(self, source: RangeSource) -> sa.Select[Any]:
        """Return the first page of the rows of a source, in the order of date and key."""
        sorting = map(source.for_sorting, self._order(source.rows).columns)
        return source.add_to(self._query.of(source.rows)).order_by(*sorting).limit(PAGE_ROWS)

    def _order(self, rows: sa.FromClause) -> PageOrder:
        date = self._query.column(rows, self._field)
        return PageOrder(date, self._query.keys(rows), self._dated)


class _Walk:
    """A walk through the rows of one interval, in the order of date and key."""

    def __init__(self, query: RowQuery, field: str, order: PageOrder, interval: Interval) -> None:
        self._query = query
        self._field = field
        self._dialect = query.access.dialect
        self._order = order
        self._interval = interval
        self._places = [f"{_PLACE}{number}" for number in range(len(order.columns))]
        self._size = PAGE_ROWS

    def pages(self) -> Iterator[Page]:
        """Yield the pages; the rest of the rows of one date before those of the next."""
        order, end = self._order, self._interval.below(self._order.date)
        last = yield from self._read(*self._first())
        while last:
            at, *key = last
            same_date = self._dialect.dates_as(order, Operator.EQ, at)
            while last := (yield from self._following(
                [same_date, self._dialect.later_key(order.keys, key)], order.keys
            )):  # fmt: skip
                key = last[1:]
            begin = self._dialect.dates_as(order, Operator.GT, at)
            last = yield from self._following([begin, *end], order.columns)

    def _first(self) -> tuple[sa.Select[Any], Values]:
        """Return the statement of the first page."""
        date = self._order.date
        if not self._interval.is_plain:
            return self._narrowed(self._interval), {}
        kind = (self._field, "walk", self._size)
        statement = self._query.written(kind, lambda: self._narrowed(placeholders(date, 0)))
        return statement, values_of([self._interval])

    def _narrowed(self, interval: Interval) -> sa.Select[Any]:
        date = self._order.date
        inside = [*interval.above(date), *interval.below(date)]
        return self._select(inside, self._order.columns)

    def _following(
        self, conditions: Sequence[Clause], order: Sequence[sa.ColumnElement[Any]]
    ) -> Generator[Page, None, list[Any] | None]:
        return (yield from self._read(self._select(conditions, order), {}))

    def _select(
        self, conditions: Sequence[Clause], order: Sequence[sa.ColumnElement[Any]]
    ) -> sa.Select[Any]:
        places = zip(self._order.columns, self._places, strict=True)
        query = self._query.of(self._query.access.table).add_columns(
            *(column.label(place) for column, place in places)
        )
        return query.where(*conditions).order_by(*order).limit(self._size)

    def _read(
        self, statement: sa.Select[Any], values: Values
    ) -> Generator[Page, None, list[Any] | None]:
        """Yield the pages of one statement; return its last date and key where more may follow."""
        size = self._size
        rows = self._query.read(statement, values)
        places = [[row.pop(place) for place in self._places] for row in rows]
        yield from _by_pages(self._query.judged(rows))
        if len(rows) < size:
            return None
        self._size = min(2 * size, MAX_PAGES * PAGE_ROWS)
        return places[-1]


def _by_pages(rows: Page) -> Iterator[Page]:
    for start in range(0, len(rows), PAGE_ROWS):
        yield rows[start : start + PAGE_ROWS]
