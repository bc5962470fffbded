"""Rows of a model: by key, and by pages of dates (rules D3-D5)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from jittask.data.databases import DataError, one_line
from jittask.data.sql import where
from jittask.data.tables import complete, table_for
from jittask.model import FieldType, ModelInfo
from jittask.query.expression import Expression
from jittask.schedule.windows import FieldRange

Row = dict[str, Any]
"""A row by field name."""

PAGE = 1000
MOST_RANGES = 200
"""How many ranges one statement asks for."""


class Rows:
    """The rows of one model, read through one engine."""

    def __init__(self, engine: Engine, model: ModelInfo, table: sa.Table) -> None:
        self.engine = engine
        self.model = model
        self.table = table
        self._keys = [table.c[one.name] for one in model.key_fields]

    @classmethod
    def open(cls, engine: Engine, model: ModelInfo) -> Rows:
        """Return a model's rows. Raises DataError where its table is missing or has no key."""
        table = table_for(model, engine)
        return cls(engine, complete(model, table), table)

    def bounds(self, field: str) -> tuple[date | None, date | None]:
        """Return the least and the greatest value of a date field.

        Raises DataError where what the column holds are no dates.
        """
        column = self.table.c[field]
        with one_line(self.model.name), self.engine.connect() as connection:
            least = connection.execute(sa.select(sa.func.min(column))).scalar()
            greatest = connection.execute(sa.select(sa.func.max(column))).scalar()
        for value in (least, greatest):
            if not isinstance(value, date | None):
                raise DataError(f"{self.model.name}: expected dates in {field}, got {value!r}")
        return least, greatest

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

        By primary key, each page beginning after the last key of the one
        before; only the key and ``fields`` are read. With ``ends``, only rows
        whose field of that name is empty, or not before that value.
        """
        column = self.table.c[field]
        names = dict.fromkeys([*(one.name for one in self.model.key_fields), *fields])
        query = sa.select(*(self.table.c[name].label(name) for name in names))
        if ends is not None:
            end = self.table.c[ends[0]]
            query = query.where(sa.or_(end.is_(None), end >= ends[1]))
        if expression is not None:
            query = query.where(where(expression, self.table, self.model, now, zone))
        query = query.order_by(*self._keys).limit(PAGE)
        for first in range(0, len(ranges), MOST_RANGES):
            some = ranges[first : first + MOST_RANGES]
            yield from self._paged(query.where(sa.or_(*(_between(column, one) for one in some))))

    def _paged(self, query: sa.Select[Any]) -> Iterator[list[Row]]:
        after: list[Any] | None = None
        while True:
            page = self._read(query if after is None else query.where(self._beyond(after)))
            if page:
                yield page
            if len(page) < PAGE:
                return
            after = [page[-1][one.name] for one in self.model.key_fields]

    def get(self, key: str) -> Row | None:
        """Return the whole row of a key, or None. Raises DataError for a key that is none."""
        values = self.key_values(key)
        query = sa.select(*(self.table.c[one.name].label(one.name) for one in self.model.fields))
        for column, value in zip(self._keys, values, strict=True):
            query = query.where(column == value)
        found = self._read(query)
        return found[0] if found else None

    def key_values(self, key: str) -> list[Any]:
        """Return the key columns' values of a row key."""
        kinds = [one.type for one in self.model.key_fields]
        try:
            listed = json.loads(key)
        except ValueError:
            listed = key
        values = listed if isinstance(listed, list) else [listed]
        if len(values) != len(kinds):
            wanted = ", ".join(one.name for one in self.model.key_fields)
            raise DataError(f"{self.model.name}: a row is named by its {wanted}, got {key!r}")
        return [_key_value(value, kind) for value, kind in zip(values, kinds, strict=True)]

    def _read(self, query: sa.Select[Any]) -> list[Row]:
        with one_line(self.model.name), self.engine.connect() as connection:
            try:
                return [dict(row) for row in connection.execute(query).mappings()]
            except (ValueError, TypeError) as error:
                raise DataError(f"{self.model.name}: a value cannot be read: {error}") from error

    def _beyond(self, after: list[Any]) -> sa.ColumnElement[bool]:
        if len(self._keys) == 1:
            beyond: sa.ColumnElement[bool] = self._keys[0] > after[0]
            return beyond
        steps = []
        for at, column in enumerate(self._keys):
            same = [self._keys[i] == after[i] for i in range(at)]
            steps.append(sa.and_(*same, column > after[at]))
        return sa.or_(*steps)


def _between(column: sa.Column[Any], span: FieldRange) -> sa.ColumnElement[bool]:
    return sa.and_(column >= span.low, column <= span.high)


def row_key(row: Mapping[str, Any], model: ModelInfo) -> str:
    """Return the JSON of a row's key columns: one value, or a list of several (D4)."""
    values = [_plain(row[one.name]) for one in model.key_fields]
    return json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | float) else str(value)


def _key_value(value: Any, kind: FieldType) -> Any:
    try:
        match kind:
            case FieldType.INTEGER:
                return int(value)
            case FieldType.DATE:
                return date.fromisoformat(value)
            case FieldType.DATETIME:
                return datetime.fromisoformat(value)
            case FieldType.TIME:
                return time.fromisoformat(value)
            case _:
                return value if isinstance(value, str) else str(value)
    except (ValueError, TypeError) as error:
        raise DataError(f"{value!r} is no key of that table") from error
