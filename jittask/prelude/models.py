"""Models, as element code sees them (rules F9, U4), with JitAi's names and arguments.

The methods call what the class is bound to, ``jittask.prelude.access``, which is
imported when a model is first used: code that only declares its fields needs no
database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from jittask.prelude.rowdata import RowData
from jittask.query.q import Q

Filter = Q | str | Mapping[str, Any] | None
"""What the methods take as a filter: a Q, its text, or values by field; None is every row."""


class ModelAccess(Protocol):
    """What a model's class is bound to: the rows of its table."""

    @property
    def keys(self) -> Sequence[str]:
        """The names of the key's fields."""
        ...

    def query(
        self,
        filter: Filter,
        names: Sequence[str] | None,
        orders: Sequence[Any] | None,
        page: int | None,
        size: int | None,
    ) -> list[RowData]:
        """Return the rows that pass, in order; one page of them where a size is given."""
        ...

    def count(self, filter: Filter) -> int:
        """Return how many rows pass."""
        ...

    def create(self, row: Mapping[str, Any]) -> RowData:
        """Add a row; return it with its key."""
        ...

    def update_row(self, row: Mapping[str, Any]) -> int:
        """Write a row that has its key; return how many were written."""
        ...

    def update(self, key: Sequence[Any], values: Mapping[str, Any]) -> int:
        """Change the row of that key; return how many rows were changed."""
        ...

    def update_where(self, filter: Filter, values: Mapping[str, Any]) -> int:
        """Change the rows that pass; return how many were changed."""
        ...

    def delete(self, filter: Filter) -> int:
        """Delete the rows that pass; return how many."""
        ...


class NormalModel:
    """The base of models: every method is of the class; rows come as ``RowData``."""

    _access: ClassVar[ModelAccess | None] = None

    @classmethod
    def get(cls, filter: Filter = None, orderList: Any = None, **_: Any) -> RowData | None:
        """Return the first row that passes the filter, or None."""
        rows = cls.query(filter, orderList=orderList, currentPage=1, pageSize=1)
        return rows[0] if rows else None

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
        return cls._bound().query(filter, fieldList, orderList, currentPage, pageSize)

    @classmethod
    def count(cls, filter: Filter = None) -> int:
        """Return how many rows pass."""
        return cls._bound().count(filter)

    @classmethod
    def create(cls, rowData: Mapping[str, Any], *_: Any, **__: Any) -> RowData:
        """Add a row; return it with its key."""
        return cls._bound().create(rowData)

    @classmethod
    def save(cls, rowData: Mapping[str, Any]) -> RowData:
        """Write a row by its key; add it where it has none."""
        access = cls._bound()
        if any(rowData.get(name) is None for name in access.keys):
            return access.create(rowData)
        access.update_row(rowData)
        return RowData(rowData)

    @classmethod
    def updateByPK(cls, pkList: Any, updateData: Mapping[str, Any], *_: Any, **__: Any) -> int:
        """Change the rows of these keys; return how many were changed."""
        access = cls._bound()
        keys = pkList if isinstance(pkList, list | tuple) else [pkList]
        single = len(access.keys) == 1
        return sum(access.update([key] if single else list(key), updateData) for key in keys)

    @classmethod
    def updateByFilter(
        cls, filter: Filter, updateData: Mapping[str, Any], *_: Any, **__: Any
    ) -> int:
        """Change the rows that pass; return how many were changed."""
        return cls._bound().update_where(filter, updateData)

    @classmethod
    def delete(cls, filter: Filter, *_: Any, **__: Any) -> int:
        """Delete the rows that pass; return how many. A filter is required."""
        if filter is None:
            raise ValueError("delete needs a filter; to delete every row, say so by a filter")
        return cls._bound().delete(filter)

    @classmethod
    def createOrUpdateMany(
        cls, rowDataList: Sequence[Mapping[str, Any]], *_: Any, **__: Any
    ) -> list[RowData]:
        """Write each row by its key; add those that the table lacks."""
        access = cls._bound()
        written = []
        for row in rowDataList:
            has_key = all(row.get(name) is not None for name in access.keys)
            updated = has_key and access.update_row(row)
            written.append(RowData(row) if updated else access.create(row))
        return written

    @classmethod
    def _bound(cls) -> ModelAccess:
        if cls._access is None:
            raise RuntimeError(f"{cls.__name__}: use app.getElement('models.{cls.__name__}')")
        return cls._access


class NormalService:
    """The base of service classes."""
