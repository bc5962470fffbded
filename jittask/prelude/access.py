"""What a model's methods do, over SQLAlchemy Core (rules U4, D9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from jittask.data.databases import one_line
from jittask.data.rows import Rows
from jittask.data.sql import where
from jittask.prelude.rowdata import RowData
from jittask.prelude.session import connection
from jittask.query.parse import parse
from jittask.query.q import Q

if TYPE_CHECKING:
    from jittask.prelude.models import Filter


class Access:
    """The rows of one model, for element code."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.keys = [one.name for one in rows.model.key_fields]
        """The names of the key's fields."""

    def query(
        self,
        filter: Filter,
        names: Sequence[str] | None,
        orders: Sequence[Any] | None,
        page: int | None,
        size: int | None,
    ) -> list[RowData]:
        """Return the rows that pass, ordered; one page of them where a size is given."""
        columns = self._rows.table.c
        wanted = names or [one.name for one in self._rows.model.fields]
        query = sa.select(*(columns[name].label(name) for name in wanted))
        query = query.where(*self._where(filter)).order_by(*self._order(orders))
        if size:
            query = query.limit(size).offset(((page or 1) - 1) * size)
        with one_line(self._rows.model.name), connection(self._rows.engine) as opened:
            return [RowData(dict(row)) for row in opened.execute(query).mappings()]

    def count(self, filter: Filter) -> int:
        """Return how many rows pass."""
        query = sa.select(sa.func.count()).select_from(self._rows.table)
        with one_line(self._rows.model.name), connection(self._rows.engine) as opened:
            return int(opened.execute(query.where(*self._where(filter))).scalar_one())

    def create(self, row: Mapping[str, Any]) -> RowData:
        """Add a row; return it with its key."""
        adding = sa.insert(self._rows.table).values(**dict(row))
        with one_line(self._rows.model.name), connection(self._rows.engine) as opened:
            made = opened.execute(adding).inserted_primary_key
        assert made is not None
        empty = {one.name: None for one in self._rows.model.fields}
        return RowData({**empty, **row, **dict(zip(self.keys, made, strict=True))})

    def update_row(self, row: Mapping[str, Any]) -> int:
        """Write a row that has its key; return how many were written."""
        values = {name: value for name, value in row.items() if name not in self.keys}
        return self.update([row[name] for name in self.keys], values)

    def update(self, key: Sequence[Any], values: Mapping[str, Any]) -> int:
        """Change the row of that key; return how many were."""
        columns = [self._rows.table.c[name] for name in self.keys]
        return self._change(values, [a == b for a, b in zip(columns, key, strict=True)])

    def update_where(self, filter: Filter, values: Mapping[str, Any]) -> int:
        """Change the rows that pass; return how many were."""
        return self._change(values, self._where(filter))

    def delete(self, filter: Filter) -> int:
        """Delete the rows that pass; return how many."""
        removal = sa.delete(self._rows.table).where(*self._where(filter))
        with one_line(self._rows.model.name), connection(self._rows.engine) as opened:
            return opened.execute(removal).rowcount

    def _change(self, values: Mapping[str, Any], conditions: Sequence[Any]) -> int:
        change = sa.update(self._rows.table).values(**dict(values)).where(*conditions)
        with one_line(self._rows.model.name), connection(self._rows.engine) as opened:
            return opened.execute(change).rowcount

    def _where(self, given: Filter) -> list[sa.ColumnElement[bool]]:
        from jittask.prelude.context import judged_at

        if given is None or given == {}:
            return []
        match given:
            case Q():
                expression = given.expression
            case str():
                expression = parse(given)
            case _:
                expression = Q(**given).expression
        now, zone = judged_at()
        return [where(expression, self._rows.table, self._rows.model, now, zone)]

    def _order(self, orders: Sequence[Any] | None) -> list[sa.ColumnElement[Any]]:
        columns: list[sa.ColumnElement[Any]] = []
        for one in orders or ():
            name, way = one if isinstance(one, list | tuple) else (one, 1)
            column = self._rows.table.c[name]
            columns.append(column.desc() if way in (-1, "desc", "DESC") else column.asc())
        return columns
