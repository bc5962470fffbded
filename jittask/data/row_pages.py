"""Pages of the rows whose date lies in some ranges, each row once (rules D3, D4).

Where a page holds them all, one statement finds them. Otherwise the ranges are
halved until a page holds what a half has, and a single one is walked in the order
of date and key: each statement begins where the one before has ended, so that an
index on the date serves it. Among many rows of one date a database may have to
look at them all for each statement; so a walk asks for more each time, and has few
statements however many the rows are.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from jittask.data.dialects import Clause
from jittask.data.dialects.ranges import Interval, PageOrder, RangeSource, union
from jittask.data.row_query import Page, RowQuery
from jittask.query.expression import Operator
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
            spans = union((span.low, span.high) for span in ranges)
            return [Interval(low, high) for low, high in spans]
        with self._query.access.reading(self._query.connection) as reading:
            ends = dated.span(ranges[0].low, ranges[-1].high)
            dated = self._dated = self._dialect.examined(reading, dated, *ends)
        # what is widened near a shift of the clocks may meet
        spans = union(dated.span(span.low, span.high) for span in ranges)
        return self._dialect.intervals(dated, spans)

    def pages(self, intervals: Sequence[Interval]) -> Iterator[Page]:
        """Yield pages of the rows in some of the intervals."""
        if len(intervals) == 1:
            order = self._order(self._query.access.table)
            yield from _Walk(self._query, order, intervals[0]).pages()
            return
        source = self._source(intervals)
        if source is not None:
            sorting = map(source.for_sorting, self._order(source.rows).columns)
            query = source.add_to(self._query.of(source.rows)).order_by(*sorting)
            rows = self._query.read(query.limit(PAGE_ROWS))
            if len(rows) < PAGE_ROWS:
                yield from _by_pages(self._query.judged(rows))
                return
        middle = len(intervals) // 2
        yield from self.pages(intervals[:middle])
        yield from self.pages(intervals[middle:])

    def _source(self, intervals: Sequence[Interval]) -> RangeSource | None:
        """Return what gives the rows in some intervals; None where one statement holds fewer."""
        table = self._query.access.table
        if len(intervals) > self._dialect.writes_out and self._dated is not None:
            unfolded = self._dialect.unfolded(table, self._dated, intervals)
            if unfolded is not None:
                return unfolded
        if len(intervals) > MAX_RANGES:
            return None
        return self._dialect.written_out(table, self._order(table).date, intervals)

    def _order(self, rows: sa.FromClause) -> PageOrder:
        date = self._query.column(rows, self._field)
        return PageOrder(date, self._query.keys(rows), self._dated)


class _Walk:
    """A walk through the rows of one interval, in the order of date and key."""

    def __init__(self, query: RowQuery, order: PageOrder, interval: Interval) -> None:
        self._query = query
        self._dialect = query.access.dialect
        self._order = order
        self._interval = interval
        self._places = [f"{_PLACE}{number}" for number in range(len(order.columns))]
        places = zip(order.columns, self._places, strict=True)
        self._select = query.of(query.access.table).add_columns(
            *(column.label(place) for column, place in places)
        )
        self._size = PAGE_ROWS

    def pages(self) -> Iterator[Page]:
        """Yield the pages; the rest of the rows of one date before those of the next."""
        order, end = self._order, self._interval.below(self._order.date)
        begin = self._interval.above(order.date)
        while last := (yield from self._read([*begin, *end], order.columns)):
            at, *key = last
            same_date = self._dialect.dates_as(order, Operator.EQ, at)
            while last := (yield from self._read(
                [same_date, self._dialect.later_key(order.keys, key)], order.keys
            )):  # fmt: skip
                key = last[1:]
            begin = [self._dialect.dates_as(order, Operator.GT, at)]

    def _read(
        self, conditions: Sequence[Clause], order: Sequence[sa.ColumnElement[Any]]
    ) -> Generator[Page, None, list[Any] | None]:
        """Yield the pages of one statement; return its last date and key where more may follow."""
        size = self._size
        rows = self._query.read(self._select.where(*conditions).order_by(*order).limit(size))
        places = [[row.pop(place) for place in self._places] for row in rows]
        yield from _by_pages(self._query.judged(rows))
        if len(rows) < size:
            return None
        self._size = min(2 * size, MAX_PAGES * PAGE_ROWS)
        return places[-1]


def _by_pages(rows: Page) -> Iterator[Page]:
    for start in range(0, len(rows), PAGE_ROWS):
        yield rows[start : start + PAGE_ROWS]
