"""Models, as element code sees them (rules F9, U4): a face with JitAi's names and arguments.

What the methods do stands in ``jittask.prelude.access``, which is imported when
a model is first used: code that only declares its fields needs no database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from jittask.prelude.rowdata import RowData
from jittask.query.q import Q

if TYPE_CHECKING:
    from jittask.prelude.access import Access

Filter = Q | str | Mapping[str, Any] | None


class NormalModel:
    """The base of models: every method is of the class; rows come as ``RowData``."""

    _access: ClassVar[Access | None] = None

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
        """Change the rows of these keys; return how many were."""
        access = cls._bound()
        listed = pkList if isinstance(pkList, list | tuple) else [pkList]
        single = len(access.keys) == 1
        return sum(access.update([one] if single else list(one), updateData) for one in listed)

    @classmethod
    def updateByFilter(
        cls, filter: Filter, updateData: Mapping[str, Any], *_: Any, **__: Any
    ) -> int:
        """Change the rows that pass; return how many were."""
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
        """Write each row by its key, adding those that are not there."""
        access = cls._bound()
        found = []
        for row in rowDataList:
            named = all(row.get(name) is not None for name in access.keys)
            done = named and access.update_row(row)
            found.append(RowData(row) if done else access.create(row))
        return found

    @classmethod
    def _bound(cls) -> Access:
        if cls._access is None:
            raise RuntimeError(f"{cls.__name__}: use app.getElement('models.{cls.__name__}')")
        return cls._access


class NormalService:
    """The base of service classes."""
