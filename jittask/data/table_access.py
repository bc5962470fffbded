"""A model's table as it is read: over which connections, in which zone, by which columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from jittask.data.databases import DataError, NoColumn, lacks_its_file, one_line
from jittask.data.dialects import Clause, DateColumn, dialect_of
from jittask.data.dialects.ranges import Values
from jittask.data.patience import limited
from jittask.data.sql import FilterSql
from jittask.data.statements import Statements
from jittask.data.table_model import TableModel
from jittask.query.expression import Expression

Row = dict[str, Any]
"""A row by field name."""

_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


class TableAccess:
    """Reads one table through one engine; what goes wrong is a DataError."""

    def __init__(
        self,
        engine: Engine,
        model: TableModel,
        table: sa.Table,
        zone: ZoneInfo | None = None,
        statement_seconds: float | None = None,
        statements: Statements | None = None,
    ) -> None:
        """``zone`` is the database's own, of its columns without one (F8).

        ``statement_seconds`` limits each statement where the database can (R12).
        ``statements`` are those that have been written for the table.
        """
        self.statements = Statements() if statements is None else statements
        self.engine = engine
        self.model = model
        self.table = table
        self.zone = zone
        self.dialect = dialect_of(engine)
        self._statement_seconds = statement_seconds

    @contextmanager
    def connected(self) -> Iterator[sa.Connection]:
        """Give a connection for several reads, each limited as they are. Raises DataError."""
        if lacks_its_file(self.engine):
            raise DataError(f"{self.model.name}: no table {self.table.name} in its database")
        with (
            one_line(self.model.name),
            self.engine.connect() as connection,
            limited(connection, self._statement_seconds),
        ):
            yield connection

    @contextmanager
    def reading(self, given: sa.Connection | None = None) -> Iterator[sa.Connection]:
        """Give a connection, or the one that is given; what goes wrong is a DataError."""
        with (
            one_line(self.model.name),
            self.connected() if given is None else nullcontext(given) as connection,
        ):
            try:
                yield connection
            except (ValueError, TypeError) as error:
                raise DataError(f"{self.model.name}: a value cannot be read: {error}") from error

    def read(
        self,
        query: sa.Select[Any],
        connection: sa.Connection | None = None,
        values: Values | None = None,
    ) -> list[Row]:
        """Return what a query finds, with values for its placeholders. Raises DataError."""
        with self.reading(connection) as reading:
            found = reading.execute(query, values)
            names = list(found.keys())
            return [dict(zip(names, row, strict=True)) for row in found.all()]

    def column(self, name: str) -> sa.Column[Any]:
        """Return the column of a field. Raises DataError where the table has none."""
        column: sa.Column[Any] | None = self.table.c.get(name)
        if column is None:
            raise NoColumn(self.model.name, name, self.table.c.keys())
        return column

    def dated(self, name: str, zone: ZoneInfo) -> DateColumn:
        """Return a field of dates as a task in that zone compares it. Raises DataError."""
        dated = self.comparable(name, zone)
        if dated is None:
            raise DataError(f"{self.model.name}: expected dates in {name}")
        return dated

    def comparable(self, name: str, zone: ZoneInfo) -> DateColumn | None:
        """Return a field as ``dated`` does; None where its type is not known to be of dates."""
        self.column(name)
        return self.filter_sql(_ANY_TIME, zone).dated(name)

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
            self.column(condition.field)
        try:
            return self.filter_sql(now, zone, rows).where(expression)
        except ValueError as error:
            raise DataError(f"{self.model.name}: the filter: {error}") from error

    def filter_sql(
        self, now: datetime, zone: ZoneInfo, rows: sa.FromClause | None = None
    ) -> FilterSql:
        """Return what writes filters on the table, or on where its rows come from."""
        source = self.table if rows is None else rows
        return FilterSql(self.dialect, source, self.model, self.zone or zone, now, zone)
