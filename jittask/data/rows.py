"""Rows of a model: by key, and by pages of dates (rules D3-D5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from jittask import zonedata
from jittask.data import row_pages
from jittask.data.databases import DataError, NoColumn, lacks_its_file, one_line
from jittask.data.dialects import Clause
from jittask.data.row_keys import BadKey, SharedKey, key_values
from jittask.data.row_query import Lookup, Page, RowQuery
from jittask.data.table_access import Row, TableAccess
from jittask.data.table_columns import known_columns
from jittask.data.tables import NoTable, complete, table_for
from jittask.model import FieldInfo, FieldType, ModelInfo
from jittask.query.expression import Expression, Operator
from jittask.schedule.windows import FieldRange

__all__ = ["Row", "Rows"]

_FIRST_INSTANT = datetime(1, 1, 3)  # noqa: DTZ001 - wall time
_LAST_INSTANT = datetime(9999, 12, 29)  # noqa: DTZ001 - wall time
_PASSES = "jittask_passes"


class Rows(TableAccess):
    """The rows of one model, read through one engine."""

    @classmethod
    def open(cls, engine: Engine, model: ModelInfo, zone: ZoneInfo | None = None) -> Rows:
        """Return a model's rows. Raises DataError where its table is missing or has no key."""
        if lacks_its_file(engine):
            raise NoTable(model)
        table = table_for(model, engine)
        with one_line(model.name):
            known = known_columns(complete(model, table), table, model, engine)
        return cls(engine, known, table, zone)

    def within(self, statement_seconds: float) -> Rows:
        """Return the same rows, each statement limited to so many seconds."""
        return Rows(
            self.engine, self.model, self.table, self.zone, statement_seconds, self.statements
        )

    # by date

    def bounds(
        self, field: str, connection: sa.Connection | None = None, *, checked: bool = True
    ) -> tuple[date | None, date | None]:
        """Return the least and the greatest value of a date field; in SQLite, of their days.

        Datetimes are instants where the column's zone is known. Raises DataError
        where the column holds something else; without ``checked`` only for these two.
        """
        dated = self.comparable(field, zonedata.zone("UTC"))
        with self.reading(connection) as reading:
            if dated is not None:
                least, greatest = self.dialect.bounds(reading, dated, checked=checked)
            else:
                column = self.column(field)
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

        Each row once, the rows of one date together. Only the key and ``fields`` are
        read. With ``ends``, a field and a value: only rows where that field is
        empty, or not before the value.
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
    ) -> Iterator[Page]:
        """Yield pages as ``pages`` does, of the rows that pass any of several lookups.

        With each row, whether it passes each of them. The lookups have one zone, in
        which naive ranges are read. Over ``connection`` where one is given.
        """
        query = RowQuery(self, lookups, now, fields, connection)
        yield from row_pages.pages(query, field, ranges)

    # by key

    def get(self, key: str) -> Row | None:
        """Return the whole row of a key, or None. Raises BadKey for a text that is no key.

        SharedKey for one of several rows.
        """
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

    def find(self, keys: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """Return the rows of several keys by one statement: their keys, and these fields.

        Texts that are no key are left out. Raises DataError.
        """
        wanted = [values for key in keys if (values := self._values(key)) is not None]
        if not wanted:
            return []
        names = dict.fromkeys([*(field.name for field in self.model.key_fields), *fields])
        query = sa.select(*(self.table.c[name].label(name) for name in names))
        try:
            return self.read(query.where(sa.or_(*map(self._has_key, wanted))))
        except OverflowError as error:  # refused before the database does
            raise DataError(f"{self.model.name}: a key is too large") from error

    def _values(self, key: str) -> list[Any] | None:
        try:
            return key_values(key, self.model)
        except DataError:
            return None

    def _has_key(self, values: Sequence[Any]) -> Clause:
        fields = zip(self.model.key_fields, values, strict=True)
        return sa.and_(*(self._is(field, value) for field, value in fields))

    def _whole(self) -> sa.Select[Any]:
        columns = (self.table.c[field.name].label(field.name) for field in self.model.fields)
        return sa.select(*columns)

    def _by_key(self, key: str, query: sa.Select[Any]) -> Row | None:
        values = key_values(key, self.model)
        shown = values if len(values) > 1 else values[0]
        try:
            found = self.read(query.where(self._has_key(values)).limit(2))
        except (OverflowError, ValueError) as error:  # refused before the database does
            raise BadKey(shown, self.model) from error
        except DataError as error:
            if isinstance(error.__cause__, sa.exc.DataError | UnicodeEncodeError):
                raise BadKey(shown, self.model) from error
            raise
        if len(found) > 1:
            raise SharedKey(shown, self.model)
        return found[0] if found else None

    def _is(self, field: FieldInfo, value: Any) -> Clause:
        """Return that a key column has a value."""
        column = self.table.c[field.name]
        if isinstance(value, date):
            dated = self.comparable(field.name, self.zone or zonedata.zone("UTC"))
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
            raise NoColumn(self.model.name, name, self.table.c.keys())
        if field.type not in (FieldType.DATE, FieldType.DATETIME, FieldType.OTHER):
            raise DataError(
                f"{self.model.name}: expected dates in the column {name}, "
                f"and the table has {field.type}"
            )
        return field

    def _check_date(self, name: str, value: object) -> date | None:
        if not isinstance(value, date | None):
            raise DataError(f"{self.model.name}: expected dates in {name}, got {value!r}")
        return value
