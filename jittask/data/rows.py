"""Rows of a model: by key, and by pages of dates (rules D3-D5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from jittask.data import sqlite
from jittask.data.databases import DataError, one_line
from jittask.data.patience import limited
from jittask.data.row_keys import BadKey, key_values, stored_bytes
from jittask.data.sql import where
from jittask.data.table_model import TableModel
from jittask.data.tables import complete, table_for
from jittask.data.value_ranges import RangeSource, sources
from jittask.model import FieldInfo, FieldType, ModelInfo
from jittask.query.expression import Expression
from jittask.query.match import matches
from jittask.schedule.windows import FieldRange

Row = dict[str, Any]
"""A row by field name."""

PAGE_ROWS = 1000


class Lookup(NamedTuple):
    """Which rows of a table one task asks for, beside their dates."""

    filter: Expression | None
    zone: ZoneInfo
    """That of TODAY() and NOW()."""
    ends: tuple[str, date] | None = None
    """A field and a value: only rows where that field is empty, or not before the value."""


class Rows:
    """The rows of one model, read through one engine."""

    def __init__(
        self,
        engine: Engine,
        model: TableModel,
        table: sa.Table,
        statement_seconds: float | None = None,
    ) -> None:
        """``statement_seconds`` limits each statement where the database can (R12)."""
        self._statement_seconds = statement_seconds
        self.engine = engine
        self.model = model
        self.table = table
        self._keys = [table.c[field.name] for field in model.key_fields]

    @classmethod
    def open(cls, engine: Engine, model: ModelInfo) -> Rows:
        """Return a model's rows. Raises DataError where its table is missing or has no key."""
        table = table_for(model, engine)
        return cls(engine, complete(model, table), table)

    def within(self, statement_seconds: float) -> Rows:
        """Return the same rows, each statement limited to so many seconds."""
        return Rows(self.engine, self.model, self.table, statement_seconds)

    def bounds(
        self, field: str, connection: sa.Connection | None = None
    ) -> tuple[date | None, date | None]:
        """Return the least and the greatest value of a date field; in SQLite, of their days.

        Raises DataError where the column holds something else.
        """
        column = self._column(field)
        # two looks into the index: SQLite would read all of it for both in one SELECT
        ends = (sa.select(of(column)).scalar_subquery() for of in (sa.func.min, sa.func.max))
        with self._reading() if connection is None else nullcontext(connection) as reading:
            least, greatest = reading.execute(sa.select(*ends)).one()
        bounds = self._check_date(field, least), self._check_date(field, greatest)
        return sqlite.whole_days(*bounds) if self._keeps_text else bounds

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

        With each row, whether it passes each of them. Over ``connection`` where one is given.
        """
        for source in sources(self.table, self._column(field), ranges, self.engine.dialect):
            yield from self._paged(source, lookups, now, fields, connection)

    def _paged(
        self,
        source: RangeSource,
        lookups: Sequence[Lookup],
        now: datetime,
        fields: Sequence[str],
        connection: sa.Connection | None,
    ) -> Iterator[list[tuple[Row, list[bool]]]]:
        columns = source.rows.c
        keys = [source.as_key(columns[key.name]) for key in self.model.key_fields]
        names = list(dict.fromkeys([*(key.name for key in self.model.key_fields), *fields]))
        query = sa.select(*(columns[name].label(name) for name in names))
        passing = [self._passes(lookup, source.rows, now) for lookup in lookups]
        conditions = [passes for passes in passing if passes is not None]
        if len(conditions) == len(passing):
            query = query.where(sa.or_(*conditions))
        flagged = len(lookups) > 1
        if flagged:
            query = query.add_columns(
                *(
                    sa.case((passes, 1), else_=0).label(f"jittask_{number}")
                    for number, passes in enumerate(passing)
                    if passes is not None
                )
            )
        query = source.add_to(query).order_by(*keys).limit(PAGE_ROWS)
        after: list[Any] | None = None
        while True:
            page = self._read(
                query if after is None else query.where(_beyond(keys, after)), connection
            )
            if page:
                yield [(row, _flags(row, passing) if flagged else [True]) for row in page]
            if len(page) < PAGE_ROWS:
                return
            after = [page[-1][key.name] for key in self.model.key_fields]

    def _passes(
        self, lookup: Lookup, rows: sa.FromClause, now: datetime
    ) -> sa.ColumnElement[bool] | None:
        """Return the condition of a lookup; None where every row passes."""
        conditions: list[sa.ColumnElement[bool]] = []
        if lookup.ends is not None:
            self._column(lookup.ends[0])
            end = rows.c[lookup.ends[0]]
            conditions.append(sa.or_(end.is_(None), self._not_before(end, lookup.ends[1])))
        if lookup.filter is not None:
            self._check_fields(lookup.filter)
            conditions.append(where(lookup.filter, rows, self.model, now, lookup.zone))
        return sa.and_(*conditions) if conditions else None

    def get(self, key: str) -> Row | None:
        """Return the whole row of a key, or None. Raises BadKey for a text that is no key."""
        values = self._key_values(key)
        columns = (self.table.c[field.name].label(field.name) for field in self.model.fields)
        query = sa.select(*columns)
        for column, value in zip(self._keys, values, strict=True):
            query = query.where(self._is(column, value))
        shown = values if len(values) > 1 else values[0]
        try:
            found = self._read(query)
        except OverflowError as error:  # SQLite's driver refuses it before the database does
            raise BadKey(shown, self.model) from error
        except DataError as error:
            if isinstance(error.__cause__, sa.exc.DataError | UnicodeEncodeError):
                raise BadKey(shown, self.model) from error
            raise
        return found[0] if found else None

    @property
    def _keeps_text(self) -> bool:
        """Whether the database keeps instants as text, and compares that."""
        return self.engine.dialect.name == "sqlite"

    def _not_before(self, column: sa.ColumnElement[Any], least: date) -> sa.ColumnElement[bool]:
        """Return that a column is not before a value; of texts, more may be."""
        if self._keeps_text and isinstance(least, datetime):
            [(low, _), _] = sqlite.text_ranges(least, least)
            return sa.type_coerce(column, sa.String()) >= low
        return column >= least

    def _key_values(self, key: str) -> list[Any]:
        """Return the key's values as its columns hold them."""
        values = key_values(key, self.model)
        try:
            return [
                stored_bytes(value) if _is_binary(column) else value
                for column, value in zip(self._keys, values, strict=True)
            ]
        except ValueError as error:
            raise BadKey(values if len(values) > 1 else values[0], self.model) from error

    def _is(self, column: sa.Column[Any], value: object) -> sa.ColumnElement[bool]:
        """Return that a key column has a value; SQLite keeps an instant in several forms."""
        if isinstance(value, datetime) and self._keeps_text:
            forms = sqlite.datetime_forms(value)
            return sa.type_coerce(column, sa.String()).in_(forms)
        return column == value

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

    def matches(
        self, expression: Expression | None, row: Row, now: datetime, zone: ZoneInfo
    ) -> bool:
        """Whether a row passes a filter at ``now``; each row passes without one.

        ``zone`` is that of TODAY() and NOW().
        """
        if expression is None:
            return True
        self._check_fields(expression)
        return matches(expression, row, self.model, now, zone)

    def _check_fields(self, expression: Expression) -> None:
        """Raise DataError for a filter on a column that the table lacks."""
        for condition in expression.conditions():
            self._column(condition.field)

    def _column(self, name: str) -> sa.Column[Any]:
        column: sa.Column[Any] | None = self.table.c.get(name)
        if column is None:
            raise DataError(f"{self.model.name}: its table has no column for {name}")
        return column

    @contextmanager
    def connected(self) -> Iterator[sa.Connection]:
        """Give a connection for several ``pages_of``, of any tables of the database."""
        with self._reading() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with (
            one_line(self.model.name),
            self.engine.connect() as connection,
            limited(connection, self._statement_seconds),
        ):
            try:
                yield connection
            except (ValueError, TypeError) as error:
                raise DataError(f"{self.model.name}: a value cannot be read: {error}") from error

    def _check_date(self, name: str, value: object) -> date | None:
        if not isinstance(value, date | None):
            raise DataError(f"{self.model.name}: expected dates in {name}, got {value!r}")
        return value

    def _read(self, query: sa.Select[Any], connection: sa.Connection | None = None) -> list[Row]:
        with self._reading() if connection is None else nullcontext(connection) as reading:
            return [dict(row) for row in reading.execute(query).mappings()]


def _flags(row: Row, passing: Sequence[sa.ColumnElement[bool] | None]) -> list[bool]:
    """Take out of a row which lookups it passes."""
    return [
        passes is None or bool(row.pop(f"jittask_{number}"))
        for number, passes in enumerate(passing)
    ]


def _beyond(keys: Sequence[sa.ColumnElement[Any]], after: list[Any]) -> sa.ColumnElement[bool]:
    """Return that a key comes after another."""
    if len(keys) == 1:
        beyond: sa.ColumnElement[bool] = keys[0] > after[0]
        return beyond
    steps = []
    for number, column in enumerate(keys):
        same = [keys[i] == after[i] for i in range(number)]
        steps.append(sa.and_(*same, column > after[number]))
    return sa.or_(*steps)


def _is_binary(column: sa.Column[Any]) -> bool:
    try:
        return column.type.python_type is bytes
    except NotImplementedError:
        return False
