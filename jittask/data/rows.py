"""Rows of a model: by key, and by pages of dates (rules D3-D5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from jittask import zonedata
from jittask.data.databases import DataError, one_line
from jittask.data.dialects import Clause, DateColumn, dialect_of
from jittask.data.dialects.ranges import RangeSource, union
from jittask.data.patience import limited
from jittask.data.row_keys import BadKey, key_values
from jittask.data.sql import FilterSql
from jittask.data.table_columns import known_columns
from jittask.data.table_model import TableModel
from jittask.data.tables import complete, table_for
from jittask.model import FieldInfo, FieldType, ModelInfo
from jittask.query.expression import Expression, Operator
from jittask.schedule.windows import FieldRange

Row = dict[str, Any]
"""A row by field name."""

PAGE_ROWS = 1000
MAX_RANGES = 200
"""The most ranges in one statement (D3)."""

_FIRST_INSTANT = datetime(1, 1, 3)  # noqa: DTZ001 - wall time
_LAST_INSTANT = datetime(9999, 12, 29)  # noqa: DTZ001 - wall time
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
_PASSES = "jittask_passes"
_KEY = "jittask_key_"


class Lookup(NamedTuple):
    """Which rows of a table one task asks for, beside their dates."""

    filter: Expression | None
    zone: ZoneInfo
    """That of TODAY() and NOW(), and of the filter's own datetimes."""
    ends: tuple[str, date] | None = None
    """A field and a value: only rows where that field is empty, or not before the value."""


class Rows:
    """The rows of one model, read through one engine."""

    def __init__(
        self,
        engine: Engine,
        model: TableModel,
        table: sa.Table,
        zone: ZoneInfo | None = None,
        statement_seconds: float | None = None,
    ) -> None:
        """``zone`` is the database's own, of its columns without one (F8).

        ``statement_seconds`` limits each statement where the database can (R12).
        """
        self._statement_seconds = statement_seconds
        self.engine = engine
        self.model = model
        self.table = table
        self.zone = zone
        self.dialect = dialect_of(engine)
        self._keys = [table.c[field.name] for field in model.key_fields]

    @classmethod
    def open(cls, engine: Engine, model: ModelInfo, zone: ZoneInfo | None = None) -> Rows:
        """Return a model's rows. Raises DataError where its table is missing or has no key."""
        table = table_for(model, engine)
        with one_line(model.name):
            known = known_columns(complete(model, table), table, model, engine)
        return cls(engine, known, table, zone)

    def within(self, statement_seconds: float) -> Rows:
        """Return the same rows, each statement limited to so many seconds."""
        return Rows(self.engine, self.model, self.table, self.zone, statement_seconds)

    def bounds(
        self, field: str, connection: sa.Connection | None = None
    ) -> tuple[date | None, date | None]:
        """Return the least and the greatest value of a date field; in SQLite, of their days.

        Datetimes are instants where the column's zone is known. Raises DataError
        where the column holds something else.
        """
        dated = self._comparable(field, zonedata.zone("UTC"))
        with self._reading(connection) as reading:
            if dated is not None:
                least, greatest = self.dialect.bounds(reading, dated)
            else:
                column = self._column(field)
                least = reading.execute(sa.select(sa.func.min(column))).scalar()
                greatest = reading.execute(sa.select(sa.func.max(column))).scalar()
        return (
            self._instant(self._check_date(field, least), 0),
            self._instant(self._check_date(field, greatest), 1),
        )

    def _instant(self, value: date | None, fold: int) -> date | None:
        """Return a bound as an instant, where the database's zone is known."""
        if not isinstance(value, datetime) or (value.tzinfo is None and self.zone is None):
            return value
        if value.tzinfo is None:
            value = value.replace(tzinfo=self.zone, fold=fold)
        naive = value.replace(tzinfo=None)  # further out nothing fires, and zones cannot be left
        if not _FIRST_INSTANT <= naive <= _LAST_INSTANT:
            naive = min(max(naive, _FIRST_INSTANT), _LAST_INSTANT)
            value = naive.replace(tzinfo=value.tzinfo)
        return value.astimezone(UTC)

    def pages(
        self,
        field: str,
        ranges: Sequence[FieldRange],
        expression: Expression | None,
        now: datetime,
        zone: ZoneInfo,
        fields: Sequence[str],
        ends: tuple[str, date] | None = None,
    ) -> Iterator[list[Row]]:
        """Yield pages of the rows whose ``field`` lies in a range and that pass the filter.

        In the order of the primary key: each page begins after the last key of
        the page before. Only the key and ``fields`` are read. With ``ends``, a
        field and a value: only rows where that field is empty, or not before
        the value.
        """
        lookup = Lookup(expression, zone, ends)
        for page in self.pages_of(field, ranges, [lookup], now, fields):
            yield [row for row, _ in page]

    def pages_of(
        self,
        field: str,
        ranges: Sequence[FieldRange],
        lookups: Sequence[Lookup],
        now: datetime,
        fields: Sequence[str],
        connection: sa.Connection | None = None,
    ) -> Iterator[list[tuple[Row, list[bool]]]]:
        """Yield pages as ``pages`` does, of the rows that pass any of several lookups.

        With each row, whether it passes each of them. The lookups have one zone, in
        which naive ranges are read. Over ``connection`` where one is given.
        """
        for lookup in lookups:  # so that an empty table hides no mistake of theirs
            self._passes(lookup, self.table, now)
        for source in self._sources(field, ranges, lookups[0].zone, connection):
            yield from self._paged(source, lookups, now, fields, connection)

    def _sources(
        self,
        field: str,
        ranges: Sequence[FieldRange],
        zone: ZoneInfo,
        connection: sa.Connection | None,
    ) -> Iterator[RangeSource]:
        """Yield what gives the rows with a value in a range: one source, or several."""
        dated = self._comparable(field, zone)
        if dated is not None and ranges:
            with self._reading(connection) as reading:
                low, high = dated.span(ranges[0].low, ranges[-1].high)
                dated = self.dialect.examined(reading, dated, low, high)
        spans = [(span.low, span.high) for span in ranges]
        if dated is not None:  # what it widens near a shift of the clocks may meet
            spans = union(dated.span(*span) for span in spans)
            if len(spans) > self.dialect.writes_out:
                unfolded = self.dialect.unfolded(self.table, dated, spans)
                if unfolded is not None:
                    yield unfolded
                    return
        written: list[Clause] = []
        for span in spans:
            found = self._between(field, dated, *span)
            if len(written) + len(found) > MAX_RANGES and written:
                yield self.dialect.written_out(self.table, written)
                written = []
            written += found
        if written:
            yield self.dialect.written_out(self.table, written)

    def _between(
        self, field: str, dated: DateColumn | None, low: date, high: date
    ) -> Sequence[Clause]:
        if dated is not None:
            return self.dialect.spans(dated, low, high)
        column = self._column(field)
        return [sa.and_(column >= low, column <= high)]

    def _paged(
        self,
        source: RangeSource,
        lookups: Sequence[Lookup],
        now: datetime,
        fields: Sequence[str],
        connection: sa.Connection | None,
    ) -> Iterator[list[tuple[Row, list[bool]]]]:
        keys = [
            source.as_key(self.dialect.raw(_column_of(source.rows, key.name)))
            for key in self.model.key_fields
        ]
        labels = [f"{_KEY}{number}" for number in range(len(keys))]
        passing = [self._passes(lookup, source.rows, now) for lookup in lookups]
        query = self._selected(source.rows, fields, passing)
        query = query.add_columns(
            *(key.label(label) for key, label in zip(keys, labels, strict=True))
        )
        query = source.add_to(query).order_by(*keys).limit(PAGE_ROWS)
        after: list[Any] | None = None
        while True:
            page = self.read(
                query if after is None else query.where(self._beyond(keys, after)), connection
            )
            found = [[row.pop(label) for label in labels] for row in page]
            if page:
                yield [(row, _flags(row, passing)) for row in page]
            if len(page) < PAGE_ROWS:
                return
            after = found[-1]

    def _beyond(self, keys: Sequence[sa.ColumnElement[Any]], after: Sequence[Any]) -> Clause:
        """Return that a key comes after another."""
        steps = []
        for number, column in enumerate(keys):
            same = [self.dialect.is_key(keys[i], after[i]) for i in range(number)]
            steps.append(sa.and_(*same, self.dialect.follows(column, after[number])))
        return sa.or_(*steps)

    def _selected(
        self, rows: sa.FromClause, fields: Sequence[str], passing: Sequence[Clause | None]
    ) -> sa.Select[Any]:
        """Return a query of the key and some fields; of several lookups, which a row passes."""
        names = dict.fromkeys([*(key.name for key in self.model.key_fields), *fields])
        for name in names:
            self._column(name)
        query = sa.select(*(rows.c[name].label(name) for name in names))
        conditions = [passes for passes in passing if passes is not None]
        if len(conditions) == len(passing):
            query = query.where(sa.or_(*conditions))
        if len(passing) == 1:
            return query
        return query.add_columns(
            *(
                sa.case((passes, 1), else_=0).label(f"{_PASSES}{number}")
                for number, passes in enumerate(passing)
                if passes is not None
            )
        )

    def _passes(self, lookup: Lookup, rows: sa.FromClause, now: datetime) -> Clause | None:
        """Return the condition of a lookup; None where every row passes."""
        conditions: list[Clause] = []
        if lookup.ends is not None:
            name, least = lookup.ends
            end = self._filter(now, lookup.zone, rows).dated(name)
            if end is None:
                raise DataError(f"{self.model.name}: expected dates in {name}")
            conditions.append(self.dialect.not_before(end, end.span(least, least)[0]))
        if lookup.filter is not None:
            conditions.append(self.where(lookup.filter, now, lookup.zone, rows))
        return sa.and_(*conditions) if conditions else None

    def get(self, key: str) -> Row | None:
        """Return the whole row of a key, or None. Raises BadKey for a text that is no key."""
        return self._by_key(key, self._whole())

    def judged(
        self, key: str, expression: Expression | None, now: datetime, zone: ZoneInfo
    ) -> tuple[Row, bool] | None:
        """Return the row of a key, and whether it passes a filter at ``now``; None for no row.

        The database compares, in the statement that reads the row, as it does for
        a scan (D4, D5). Each row passes without a filter. ``zone`` is that of
        TODAY() and NOW(). Raises BadKey, and DataError.
        """
        query = self._whole()
        if expression is not None:
            passes = sa.case((self.where(expression, now, zone), 1), else_=0)
            query = query.add_columns(passes.label(_PASSES))
        row = self._by_key(key, query)
        if row is None:
            return None
        return row, bool(row.pop(_PASSES, 1))

    def _whole(self) -> sa.Select[Any]:
        columns = (self.table.c[field.name].label(field.name) for field in self.model.fields)
        return sa.select(*columns)

    def _by_key(self, key: str, query: sa.Select[Any]) -> Row | None:
        values = key_values(key, self.model)
        shown = values if len(values) > 1 else values[0]
        try:
            for field, value in zip(self.model.key_fields, values, strict=True):
                query = query.where(self._is(field, value))
            found = self.read(query)
        except (OverflowError, ValueError) as error:  # refused before the database does
            raise BadKey(shown, self.model) from error
        except DataError as error:
            if isinstance(error.__cause__, sa.exc.DataError | UnicodeEncodeError):
                raise BadKey(shown, self.model) from error
            raise
        return found[0] if found else None

    def _is(self, field: FieldInfo, value: Any) -> Clause:
        """Return that a key column has a value."""
        column = self.table.c[field.name]
        if isinstance(value, date):
            dated = self._comparable(field.name, self.zone or zonedata.zone("UTC"))
            if dated is not None:
                return self.dialect.compare(dated, Operator.EQ, dated.held(value))
        equal: Clause = column == self.dialect.operand(column, value)
        return equal

    def get_dated(self, key: str, names: Sequence[str]) -> Row | None:
        """Return the whole row of a key, or None, with these fields checked to hold dates.

        Raises DataError where one does not, with the words of a scan.
        """
        for name in names:
            self.date_field(name)
        row = self.get(key)
        if row is not None:
            for name in names:
                self._check_date(name, row[name])
        return row

    def date_field(self, name: str) -> FieldInfo:
        """Return a field of dates as the table has it. Raises DataError where it is none."""
        field = self.model.field(name)
        if field is None:
            raise DataError(f"{self.model.name}: its table has no column for {name}")
        if field.type not in (FieldType.DATE, FieldType.DATETIME, FieldType.OTHER):
            raise DataError(
                f"{self.model.name}: expected dates in the column {name}, "
                f"and the table has {field.type}"
            )
        return field

    def where(
        self,
        expression: Expression,
        now: datetime,
        zone: ZoneInfo,
        rows: sa.FromClause | None = None,
    ) -> Clause:
        """Return a filter as a condition on the table, as it means at ``now``.

        ``zone`` is that of TODAY() and of the filter's own datetimes; ``rows``: where
        the table's rows come from, when not from the table. Raises DataError for a
        column that the table lacks, and a value that one cannot hold.
        """
        for condition in expression.conditions():
            self._column(condition.field)
        try:
            return self._filter(now, zone, rows).where(expression)
        except ValueError as error:
            raise DataError(f"{self.model.name}: the filter: {error}") from error

    def dated(self, name: str, zone: ZoneInfo) -> DateColumn:
        """Return a field of dates as a task in that zone compares it. Raises DataError."""
        dated = self._comparable(name, zone)
        if dated is None:
            raise DataError(f"{self.model.name}: expected dates in {name}")
        return dated

    def _comparable(self, name: str, zone: ZoneInfo) -> DateColumn | None:
        self._column(name)
        return self._filter(_ANY_TIME, zone).dated(name)

    def _filter(
        self, now: datetime, zone: ZoneInfo, rows: sa.FromClause | None = None
    ) -> FilterSql:
        source = self.table if rows is None else rows
        return FilterSql(self.dialect, source, self.model, self.zone or zone, now, zone)

    def _column(self, name: str) -> sa.Column[Any]:
        column: sa.Column[Any] | None = self.table.c.get(name)
        if column is None:
            raise DataError(f"{self.model.name}: its table has no column for {name}")
        return column

    @contextmanager
    def connected(self) -> Iterator[sa.Connection]:
        """Give a connection for several reads, each limited as they are. Raises DataError."""
        with (
            one_line(self.model.name),
            self.engine.connect() as connection,
            limited(connection, self._statement_seconds),
        ):
            yield connection

    @contextmanager
    def _reading(self, given: sa.Connection | None = None) -> Iterator[sa.Connection]:
        """Give a connection, or the one that is given; what goes wrong is a DataError."""
        with (
            one_line(self.model.name),
            self.connected() if given is None else nullcontext(given) as connection,
        ):
            try:
                yield connection
            except (ValueError, TypeError) as error:
                raise DataError(f"{self.model.name}: a value cannot be read: {error}") from error

    def _check_date(self, name: str, value: object) -> date | None:
        if not isinstance(value, date | None):
            raise DataError(f"{self.model.name}: expected dates in {name}, got {value!r}")
        return value

    def read(self, query: sa.Select[Any], connection: sa.Connection | None = None) -> list[Row]:
        """Return what a query gives, by label. Raises DataError."""
        with self._reading(connection) as reading:
            return [dict(row) for row in reading.execute(query).mappings()]


def _column_of(rows: sa.FromClause, name: str) -> Any:
    return rows.c[name]


def _flags(row: Row, passing: Sequence[Clause | None]) -> list[bool]:
    """Take out of a row which lookups it passes."""
    if len(passing) == 1:
        return [True]
    return [
        passes is None or bool(row.pop(f"{_PASSES}{number}"))
        for number, passes in enumerate(passing)
    ]
