"""What a model's methods do, over SQLAlchemy Core (rules U4, D9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from jittask.data.databases import one_line
from jittask.data.rows import Rows
from jittask.data.sql import where
from jittask.prelude.context import now_and_zone
from jittask.prelude.models import Filter
from jittask.prelude.rowdata import RowData
from jittask.prelude.session import connection
from jittask.query.parse import parse
from jittask.query.q import Q


class Access:
    """The rows of one model, for element code; a ``ModelAccess``."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.keys = [field.name for field in rows.model.key_fields]
        """The names of the key's fields."""

    def query(
        self,
        filter: Filter,
        names: Sequence[str] | None,
        orders: Sequence[Any] | None,
        page: int | None,
        size: int | None,
    ) -> list[RowData]:
        """Return the rows that pass, in order; one page of them where a size is given."""
        columns = self._rows.table.c
        names = names or [field.name for field in self._rows.model.fields]
        query = sa.select(*(columns[name].label(name) for name in names))
        query = query.where(*self._where(filter)).order_by(*self._order(orders))
        if size:
            query = query.limit(size).offset(((page or 1) - 1) * size)
        with self._connection() as database:
            return [RowData(dict(row)) for row in database.execute(query).mappings()]

    def count(self, filter: Filter) -> int:
        """Return how many rows pass."""
        query = sa.select(sa.func.count()).select_from(self._rows.table)
        with self._connection() as database:
            return int(database.execute(query.where(*self._where(filter))).scalar_one())

    def create(self, row: Mapping[str, Any]) -> RowData:
        """Add a row; return it with its key."""
        statement = sa.insert(self._rows.table).values(**dict(row))
        with self._connection(writes=True) as database:
            key = database.execute(statement).inserted_primary_key
        assert key is not None
        empty = {field.name: None for field in self._rows.model.fields}
        return RowData({**empty, **row, **dict(zip(self.keys, key, strict=True))})

    def update_row(self, row: Mapping[str, Any]) -> int:
        """Write a row that has its key; return how many were written."""
        values = {name: value for name, value in row.items() if name not in self.keys}
        return self.update([row[name] for name in self.keys], values)

    def update(self, key: Sequence[Any], values: Mapping[str, Any]) -> int:
        """Change the row of that key; return how many rows were changed."""
        columns = [self._rows.table.c[name] for name in self.keys]
        return self._change(values, [a == b for a, b in zip(columns, key, strict=True)])

    def update_where(self, filter: Filter, values: Mapping[str, Any]) -> int:
        """Change the rows that pass; return how many were changed."""
        return self._change(values, self._where(filter))

    def delete(self, filter: Filter) -> int:
        """Delete the rows that pass; return how many."""
        statement = sa.delete(self._rows.table).where(*self._where(filter))
        with self._connection(writes=True) as database:
            return database.execute(statement).rowcount

    def _change(self, values: Mapping[str, Any], conditions: Sequence[Any]) -> int:
        statement = sa.update(self._rows.table).values(**dict(values)).where(*conditions)
        with self._connection(writes=True) as database:
            return database.execute(statement).rowcount

    @contextmanager
    def _connection(self, *, writes: bool = False) -> Iterator[sa.Connection]:
        """Give the connection of a call; errors of the database are one line."""
        name = self._rows.model.name
        with (
            one_line(name),
            connection(self._rows.engine, changes=name if writes else None) as database,
        ):
            yield database

    def _where(self, filter: Filter) -> list[sa.ColumnElement[bool]]:
        if filter is None or filter == {}:
            return []
        match filter:
            case Q():
                expression = filter.expression
            case str():
                expression = parse(filter)
            case _:
                expression = Q(**filter).expression
        now, zone = now_and_zone()
        return [where(expression, self._rows.table, self._rows.model, now, zone)]

    def _order(self, orders: Sequence[Any] | None) -> list[sa.ColumnElement[Any]]:
        columns: list[sa.ColumnElement[Any]] = []
        for order in orders or ():
            name, direction = order if isinstance(order, list | tuple) else (order, 1)
            column = self._rows.table.c[name]
            columns.append(column.desc() if direction in (-1, "desc", "DESC") else column.asc())
        return columns
