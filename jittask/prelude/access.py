"""What a model's methods do, over SQLAlchemy Core (rules U4, D9)."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from jittask.data.databases import one_line
from jittask.data.rows import Rows
from jittask.prelude.context import now_and_zone
from jittask.prelude.models import Filter
from jittask.prelude.rowdata import RowData
from jittask.prelude.session import connection, transaction
from jittask.query.parse import parse
from jittask.query.q import Q


class Access:
    """The rows of one model, for element code; a ``ModelAccess``."""

    def __init__(self, rows: Callable[[], Rows]) -> None:
        """``rows``: asked for at each call, because a table may change."""
        self._open = rows

    @property
    def _rows(self) -> Rows:
        return self._open()

    @property
    def keys(self) -> list[str]:
        """The names of the key's fields."""
        return [field.name for field in self._rows.model.key_fields]

    def query(
        self,
        filter: Filter,
        names: Sequence[str] | None,
        orders: Sequence[Any] | None,
        page: int | None,
        size: int | None,
    ) -> list[RowData]:
        """Return the rows that pass, in order; one page of them where a size is given."""
        names = names or [field.name for field in self._rows.model.fields]
        query = sa.select(*(self._column(name).label(name) for name in names))
        query = query.where(*self._where(filter)).order_by(*self._order(orders))
        if size:
            query = query.limit(size).offset(((page or 1) - 1) * size)
        return [self._row(row) for row in self._mappings(query)]

    def count(self, filter: Filter) -> int:
        """Return how many rows pass."""
        query = sa.select(sa.func.count()).select_from(self._rows.table)
        with self._connection() as database:
            return int(database.execute(query.where(*self._where(filter))).scalar_one())

    def values(self, filter: Filter, name: str, orders: Sequence[Any] | None) -> list[Any]:
        """Return one field of the rows that pass, in order."""
        return [row[name] for row in self.query(filter, [name], orders, None, None)]

    def aggregate(self, filter: Filter, functions: Mapping[str, str]) -> dict[str, Any]:
        """Return one aggregate for each field, over the rows that pass."""
        query = sa.select(*(self._aggregate(*each).label(each[0]) for each in functions.items()))
        query = query.select_from(self._rows.table).where(*self._where(filter))
        (row,) = self._mappings(query)
        return row

    def create(self, row: Mapping[str, Any]) -> RowData:
        """Add a row; return it with its key."""
        statement = sa.insert(self._rows.table).values(self._known(row))
        with self._connection(writes=True) as database:
            key = database.execute(statement).inserted_primary_key
        assert key is not None
        empty = {field.name: None for field in self._rows.model.fields}
        return self._row({**empty, **row, **dict(zip(self.keys, key, strict=True))})

    def save_row(self, row: Mapping[str, Any]) -> RowData:
        """Write a row by its key; add it where it has none."""
        if not self._has_key(row):
            return self.create(row)
        self._update_row(row)
        return self._row(row)

    def write_row(self, row: Mapping[str, Any]) -> RowData:
        """Write a row by its key; add it where the table has no such row."""
        updated = self._has_key(row) and self._update_row(row)
        return self._row(row) if updated else self.create(row)

    def delete_row(self, row: Mapping[str, Any]) -> int:
        """Delete the row of that key; return how many were deleted. Raises ValueError without."""
        if not self._has_key(row):
            names = ", ".join(self.keys)
            raise ValueError(f"{self._rows.model.name}: the row has no key: {names}")
        return self.delete_keys([[row[name] for name in self.keys]])

    def update(self, keys: Sequence[Any], values: Mapping[str, Any]) -> list[RowData]:
        """Change the rows of these keys; return those that there are."""
        changed = [key for key in keys if self._change(values, self._is(key))]
        names = [field.name for field in self._rows.model.fields]
        query = sa.select(*(self._column(name).label(name) for name in names))
        found = (self._mappings(query.where(*self._is(key))) for key in changed)
        return [self._row(row) for rows in found for row in rows]

    def update_or_add(
        self,
        filter: Filter,
        orders: Sequence[Any] | None,
        changes: Mapping[str, Any],
        added: Mapping[str, Any],
    ) -> RowData:
        """Change the first row that passes, or add one, in one transaction."""
        with transaction():
            found = self.query(filter, None, orders, 1, 1)
            if not found:
                return self.create(added)
            key = [found[0][name] for name in self.keys]
            self._change(changes, self._is(key))
            return self._row({**found[0], **changes})

    def update_where(self, filter: Filter, values: Mapping[str, Any]) -> int:
        """Change the rows that pass; return how many were changed."""
        return self._change(values, self._where(filter))

    def delete(self, filter: Filter) -> int:
        """Delete the rows that pass; return how many."""
        return self._delete(self._where(filter))

    def delete_keys(self, keys: Sequence[Any]) -> int:
        """Delete the rows of these keys; return how many."""
        return sum(self._delete(self._is(key)) for key in keys)

    def _has_key(self, row: Mapping[str, Any]) -> bool:
        return all(row.get(name) is not None for name in self.keys)

    def _update_row(self, row: Mapping[str, Any]) -> int:
        values = {name: value for name, value in row.items() if name not in self.keys}
        return self._change(values, self._is([row[name] for name in self.keys]))

    def _delete(self, conditions: Sequence[Any]) -> int:
        statement = sa.delete(self._rows.table).where(*conditions)
        with self._connection(writes=True) as database:
            return database.execute(statement).rowcount

    def _change(self, values: Mapping[str, Any], conditions: Sequence[Any]) -> int:
        statement = sa.update(self._rows.table).values(self._known(values)).where(*conditions)
        with self._connection(writes=True) as database:
            return database.execute(statement).rowcount

    def _is(self, key: Any) -> list[sa.ColumnElement[bool]]:
        """Return that a row has a key: one value, or a list of them for a key of several fields."""
        values = list(key) if isinstance(key, list | tuple) else [key]
        if len(values) != len(self.keys):
            names = ", ".join(self.keys)
            raise ValueError(f"{self._rows.model.name}: a key is {names}, got {key!r}")
        return [self._column(name) == value for name, value in zip(self.keys, values, strict=True)]

    def _mappings(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with self._connection() as database:
            return [dict(row) for row in database.execute(query).mappings()]

    def _row(self, values: Mapping[str, Any]) -> RowData:
        return RowData(values, lambda: self)

    def _known(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by field, where the table has all of the fields."""
        return {self._column(name).key: value for name, value in values.items()}

    def _column(self, name: str) -> sa.Column[Any]:
        """Return a field's column. Raises ValueError with the fields that there are."""
        column: sa.Column[Any] | None = self._rows.table.c.get(name)
        if column is None:
            known = list(self._rows.table.c.keys())
            near = difflib.get_close_matches(str(name), known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
            raise ValueError(f"{self._rows.model.name} has no field {name!r}; {hint}")
        return column

    def _aggregate(self, name: str, function: str) -> sa.ColumnElement[Any]:
        known = ("SUM", "AVG", "COUNT", "MAX", "MIN")
        if str(function).upper() not in known:
            raise ValueError(f"an aggregate is one of {', '.join(known)}, got {function!r}")
        aggregate: sa.ColumnElement[Any] = getattr(sa.func, str(function).lower())(
            self._column(name)
        )
        return aggregate

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
        if filter is None or filter in ({}, ""):
            return []
        match filter:
            case Q():
                expression = filter.expression
            case str():
                expression = parse(filter)
            case _:
                expression = Q(**filter).expression
        now, zone = now_and_zone()
        return [self._rows.where(expression, now, zone)]

    def _order(self, orders: Sequence[Any] | None) -> list[sa.ColumnElement[Any]]:
        columns: list[sa.ColumnElement[Any]] = []
        for order in orders or ():
            name, direction = order if isinstance(order, list | tuple) else (order, 1)
            column = self._column(name)
            columns.append(column.desc() if direction in (-1, "desc", "DESC") else column.asc())
        return columns
