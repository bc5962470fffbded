"""Models, as element code uses them (rules F9, U4): class methods over SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa

from jittask.data.databases import one_line
from jittask.data.rows import Rows
from jittask.data.sql import where
from jittask.prelude.rowdata import RowData
from jittask.prelude.session import connection
from jittask.query.parse import parse
from jittask.query.q import Q

Filter = Q | str | Mapping[str, Any] | None


class NormalModel:
    """The base of models: every method is of the class; rows come as ``RowData``."""

    _rows: ClassVar[Rows | None] = None

    @classmethod
    def get(cls, filter: Filter = None, orderList: Any = None, **_: Any) -> RowData | None:
        """Return the first row that passes the filter, or None."""
        found = cls.query(filter, orderList=orderList, currentPage=1, pageSize=1)
        return found[0] if found else None

    @classmethod
    def query(
        cls,
        filter: Filter = None,
        fieldList: Sequence[str] | None = None,
        orderList: Sequence[Any] | None = None,
        currentPage: int | None = None,
        pageSize: int | None = None,
        **_: Any,
    ) -> list[RowData]:
        """Return the rows that pass; ``orderList`` is of (field, 1 or -1) pairs or names.

        All rows, unless ``pageSize`` is given; pages count from 1.
        """
        rows = cls._bound()
        names = fieldList or [one.name for one in rows.model.fields]
        query = sa.select(*(rows.table.c[name].label(name) for name in names))
        query = query.where(*cls._where(filter)).order_by(*cls._order(orderList))
        if pageSize:
            query = query.limit(pageSize).offset(((currentPage or 1) - 1) * pageSize)
        with one_line(rows.model.name), connection(rows.engine) as open_connection:
            return [RowData(dict(row)) for row in open_connection.execute(query).mappings()]

    @classmethod
    def count(cls, filter: Filter = None) -> int:
        """Return how many rows pass."""
        rows = cls._bound()
        query = sa.select(sa.func.count()).select_from(rows.table).where(*cls._where(filter))
        with one_line(rows.model.name), connection(rows.engine) as open_connection:
            return int(open_connection.execute(query).scalar_one())

    @classmethod
    def create(cls, rowData: Mapping[str, Any], *_: Any, **__: Any) -> RowData:
        """Add a row; return it with its key."""
        rows = cls._bound()
        keys = rows.model.key_fields
        with one_line(rows.model.name), connection(rows.engine) as open_connection:
            done = open_connection.execute(sa.insert(rows.table).values(**dict(rowData)))
            made = done.inserted_primary_key
        assert made is not None
        values = dict(zip((one.name for one in keys), made, strict=True))
        return RowData({**{one.name: None for one in rows.model.fields}, **rowData, **values})

    @classmethod
    def save(cls, rowData: Mapping[str, Any]) -> RowData:
        """Write a row by its key; add it where it has none."""
        keys = [one.name for one in cls._bound().model.key_fields]
        if any(rowData.get(name) is None for name in keys):
            return cls.create(rowData)
        values = {name: value for name, value in rowData.items() if name not in keys}
        cls._update([rowData[name] for name in keys], values)
        return RowData(rowData)

    @classmethod
    def updateByPK(cls, pkList: Any, updateData: Mapping[str, Any], *_: Any, **__: Any) -> int:
        """Change the rows of these keys; return how many were."""
        listed = pkList if isinstance(pkList, list | tuple) else [pkList]
        single = len(cls._bound().model.key_fields) == 1
        return sum(cls._update([one] if single else list(one), updateData) for one in listed)

    @classmethod
    def updateByFilter(
        cls, filter: Filter, updateData: Mapping[str, Any], *_: Any, **__: Any
    ) -> int:
        """Change the rows that pass; return how many were."""
        rows = cls._bound()
        change = sa.update(rows.table).where(*cls._where(filter)).values(**dict(updateData))
        with one_line(rows.model.name), connection(rows.engine) as open_connection:
            return open_connection.execute(change).rowcount

    @classmethod
    def delete(cls, filter: Filter, *_: Any, **__: Any) -> int:
        """Delete the rows that pass; return how many. A filter is required."""
        if filter is None:
            raise ValueError("delete needs a filter; to delete every row, say so by a filter")
        rows = cls._bound()
        removal = sa.delete(rows.table).where(*cls._where(filter))
        with one_line(rows.model.name), connection(rows.engine) as open_connection:
            return open_connection.execute(removal).rowcount

    @classmethod
    def createOrUpdateMany(
        cls, rowDataList: Sequence[Mapping[str, Any]], *_: Any, **__: Any
    ) -> list[RowData]:
        """Write each row by its key, adding those that are not there."""
        found = []
        keys = [one.name for one in cls._bound().model.key_fields]
        for row in rowDataList:
            named = all(row.get(name) is not None for name in keys)
            values = {name: value for name, value in row.items() if name not in keys}
            if named and cls._update([row[name] for name in keys], values):
                found.append(RowData(row))
            else:
                found.append(cls.create(row))
        return found

    @classmethod
    def _bound(cls) -> Rows:
        if cls._rows is None:
            raise RuntimeError(f"{cls.__name__}: use app.getElement('models.{cls.__name__}')")
        return cls._rows

    @classmethod
    def _update(cls, key: Sequence[Any], values: Mapping[str, Any]) -> int:
        rows = cls._bound()
        columns = [rows.table.c[one.name] for one in rows.model.key_fields]
        change = sa.update(rows.table).values(**dict(values))
        change = change.where(*(a == b for a, b in zip(columns, key, strict=True)))
        with one_line(rows.model.name), connection(rows.engine) as open_connection:
            return open_connection.execute(change).rowcount

    @classmethod
    def _where(cls, given: Filter) -> list[sa.ColumnElement[bool]]:
        from jittask.prelude.context import judged_at

        if given is None or given == {}:
            return []
        rows = cls._bound()
        match given:
            case Q():
                expression = given.expression
            case str():
                expression = parse(given)
            case _:
                expression = Q(**given).expression
        now, zone = judged_at()
        return [where(expression, rows.table, rows.model, now, zone)]

    @classmethod
    def _order(cls, orders: Sequence[Any] | None) -> list[sa.ColumnElement[Any]]:
        columns: list[sa.ColumnElement[Any]] = []
        for one in orders or ():
            name, way = one if isinstance(one, list | tuple) else (one, 1)
            column = cls._bound().table.c[name]
            columns.append(column.desc() if way in (-1, "desc", "DESC") else column.asc())
        return columns


class NormalService:
    """The base of service classes."""
