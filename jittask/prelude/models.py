"""Models, as element code sees them (rules F9, U4), with JitAi's names and arguments.

The methods call what the class is bound to, ``jittask.prelude.access``, which is
imported when a model is first used: code that only declares its fields needs no
database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Protocol

from jittask.element_names import NOT_SUPPORTED, instead_of
from jittask.prelude.documented import (
    documented,
    no_events,
    no_related_rows,
    refused,
)
from jittask.prelude.rowdata import FieldValue, RowData
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

    def values(self, filter: Filter, name: str, orders: Sequence[Any] | None) -> list[Any]:
        """Return one field of the rows that pass, in order."""
        ...

    def aggregate(self, filter: Filter, functions: Mapping[str, str]) -> dict[str, Any]:
        """Return one aggregate for each field, over the rows that pass."""
        ...

    def create(self, row: Mapping[str, Any]) -> RowData:
        """Add a row; return it with its key."""
        ...

    def save_row(self, row: Mapping[str, Any]) -> RowData:
        """Write a row by its key; add it where it has none."""
        ...

    def write_row(self, row: Mapping[str, Any]) -> RowData:
        """Write a row by its key; add it where the table has no such row."""
        ...

    def delete_row(self, row: Mapping[str, Any]) -> int:
        """Delete the row of that key; return how many were deleted."""
        ...

    def update(self, keys: Sequence[Any], values: Mapping[str, Any]) -> list[RowData]:
        """Change the rows of these keys; return those that there are."""
        ...

    def update_or_add(
        self,
        filter: Filter,
        orders: Sequence[Any] | None,
        changes: Mapping[str, Any],
        added: Mapping[str, Any],
    ) -> RowData:
        """Change the first row that passes, or add one."""
        ...

    def update_where(self, filter: Filter, values: Mapping[str, Any]) -> int:
        """Change the rows that pass; return how many were changed."""
        ...

    def delete(self, filter: Filter) -> int:
        """Delete the rows that pass; return how many."""
        ...

    def delete_keys(self, keys: Sequence[Any]) -> int:
        """Delete the rows of these keys; return how many."""
        ...


class QueryResult(list[RowData]):
    """The rows of a query; also ``result["rowDatas"]`` and ``result["totalCount"]``, as in JitAi.

    ``totalCount`` counts the rows of all pages, when it is asked for.
    """

    def __init__(self, rows: Sequence[RowData], count: Callable[[], int]) -> None:
        super().__init__(rows)
        self._count = count

    def __getitem__(self, item: Any) -> Any:
        match item:
            case "rowDatas":
                return list(self)
            case "totalCount":
                return self._count()
            case str():
                raise KeyError(f"no {item!r}; a result has rowDatas and totalCount")
            case _:
                return super().__getitem__(item)


class _OfClassAndRow:
    """A method of the class that is another one of its objects: JitAi's ``save`` and ``delete``."""

    def __init__(self, of_class: Callable[..., Any], of_row: Callable[..., Any]) -> None:
        self._of_class = of_class
        self._of_row = of_row

    def __set_name__(self, _owner: type, name: str) -> None:
        self._of_class = documented(self._of_class, name)
        self._of_row = documented(self._of_row, name)

    def __get__(self, row: NormalModel | None, owner: type[NormalModel]) -> Callable[..., Any]:
        return partial(self._of_class, owner) if row is None else partial(self._of_row, row)


def _save(
    cls: type[NormalModel], rowData: Mapping[str, Any], triggerEvent: int | None = None
) -> RowData:
    """Write a row by its key; add it where it has none."""
    no_events(triggerEvent)
    return cls._bound().save_row(rowData)


def _save_object(self: NormalModel, triggerEvent: int | None = None) -> RowData:
    """Write this row by its key; add it where it has none."""
    return self._row.save(triggerEvent)


def _delete(cls: type[NormalModel], filter: Filter, triggerEvent: int | None = None) -> int:
    """Delete the rows that pass; return how many. A filter is required."""
    no_events(triggerEvent)
    return cls.deleteByFilter(filter)


def _delete_object(self: NormalModel, triggerEvent: int | None = None) -> dict[str, Any]:
    """Delete this row by its key; return its values."""
    return self._row.delete(triggerEvent)


class _ModelClass(type):
    """The class of models: says of a name that they do not have what to do instead."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{cls.__name__} has no {name!r}")
        raise AttributeError(f"{cls.__name__} has no function {name!r}: {instead_of(name)}")


class NormalModel(metaclass=_ModelClass):
    """The base of models: methods are of the class; rows come as ``RowData``.

    ``Model(**values)`` is one row, with ``save`` and ``delete``.
    """

    _access: ClassVar[ModelAccess | None] = None

    save = _OfClassAndRow(_save, _save_object)
    delete = _OfClassAndRow(_delete, _delete_object)

    def __init__(self, **values: Any) -> None:
        self._row = RowData(values, type(self)._bound)
        self.__dict__.update({name: FieldValue(self._row, name) for name in values})

    def __getitem__(self, name: str) -> Any:
        return self._row[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._row[name] = value

    def keys(self) -> Iterator[str]:
        """Return the names of the fields that it was given."""
        return iter(self._row)

    @classmethod
    @documented
    def get(
        cls,
        filter: Filter = None,
        orderList: Sequence[Any] | None = None,
        level: int | None = None,
    ) -> RowData | None:
        """Return the first row that passes the filter, or None."""
        no_related_rows(level)
        rows = cls._bound().query(filter, None, orderList, 1, 1)
        return rows[0] if rows else None

    @classmethod
    @documented
    def query(
        cls,
        filter: Filter = None,
        fieldList: Sequence[str] | None = None,
        orderList: Sequence[Any] | None = None,
        page: int | None = None,
        size: int | None = None,
        level: int | None = None,
        *,
        currentPage: int | None = None,
        pageSize: int | None = None,
    ) -> QueryResult:
        """Return the rows that pass; ``orderList`` is of (field, 1 or -1) pairs or names.

        All rows, unless ``size`` is given; pages count from 1. ``currentPage`` and
        ``pageSize`` are the older names of ``page`` and ``size``.
        """
        no_related_rows(level)
        access = cls._bound()
        page = _same("page", page, "currentPage", currentPage)
        size = _same("size", size, "pageSize", pageSize)
        rows = access.query(filter, fieldList, orderList, page, size)
        return QueryResult(rows, lambda: access.count(filter) if size else len(rows))

    @classmethod
    @documented
    def count(cls, filter: Filter = None) -> int:
        """Return how many rows pass."""
        return cls._bound().count(filter)

    @classmethod
    @documented
    def getFieldData(
        cls, fieldId: str, filter: Filter = None, orderList: Sequence[Any] | None = None
    ) -> list[Any]:
        """Return one field of the rows that pass."""
        return cls._bound().values(filter, fieldId, orderList)

    @classmethod
    @documented
    def aggregate(cls, filter: Filter, aggrField: str, aggrType: str) -> Any:
        """Return SUM, AVG, COUNT, MAX or MIN of a field, over the rows that pass."""
        return cls._bound().aggregate(filter, {aggrField: aggrType})[aggrField]

    @classmethod
    @documented
    def statisticFieldData(cls, filter: Filter, fieldAggrMap: Mapping[str, str]) -> dict[str, Any]:
        """Return SUM, AVG, COUNT, MAX or MIN of several fields, by field."""
        return cls._bound().aggregate(filter, fieldAggrMap)

    @classmethod
    @documented
    def create(cls, rowData: Mapping[str, Any], triggerEvent: int | None = None) -> RowData:
        """Add a row; return it with its key."""
        no_events(triggerEvent)
        return cls._bound().create(rowData)

    @classmethod
    @documented
    def updateOrAdd(
        cls,
        filter: Filter,
        orderList: Sequence[Any] | None,
        updateData: Mapping[str, Any],
        addData: Mapping[str, Any],
        triggerEvent: int | None = None,
    ) -> RowData:
        """Change the first row that passes, in the order, or add one; return it."""
        no_events(triggerEvent)
        return cls._bound().update_or_add(filter, orderList, updateData, addData)

    @classmethod
    @documented
    def updateByPK(
        cls, pkList: Any, updateData: Mapping[str, Any], triggerEvent: int | None = None
    ) -> list[RowData]:
        """Change the rows of these keys; return those that there are, as they are now."""
        no_events(triggerEvent)
        return cls._bound().update(_listed(pkList), updateData)

    @classmethod
    @documented
    def updateByFilter(
        cls, filter: Filter, updateData: Mapping[str, Any], triggerEvent: int | None = None
    ) -> int:
        """Change the rows that pass; return how many were changed."""
        no_events(triggerEvent)
        return cls._bound().update_where(filter, updateData)

    @classmethod
    @documented
    def deleteByPK(cls, pkList: Any, triggerEvent: int | None = None) -> int:
        """Delete the rows of these keys; return how many were deleted."""
        no_events(triggerEvent)
        return cls._bound().delete_keys(_listed(pkList))

    @classmethod
    @documented
    def deleteByFilter(cls, filter: Filter, triggerEvent: int | None = None) -> int:
        """Delete the rows that pass; return how many. A filter is required."""
        no_events(triggerEvent)
        if filter is None or filter in ("", {}):
            raise ValueError("delete needs a filter; to delete every row, say so by a filter")
        return cls._bound().delete(filter)

    @classmethod
    @documented
    def createOrUpdateMany(
        cls, rowDataList: Sequence[Mapping[str, Any]], triggerEvent: int | None = None
    ) -> list[RowData]:
        """Write each row by its key; add those that the table lacks."""
        no_events(triggerEvent)
        access = cls._bound()
        return [access.write_row(row) for row in rowDataList]

    @classmethod
    def _bound(cls) -> ModelAccess:
        if cls._access is None:
            raise RuntimeError(f"{cls.__name__}: use app.getElement('models.{cls.__name__}')")
        return cls._access


for _name, _instead in NOT_SUPPORTED.items():
    setattr(NormalModel, _name, refused(_name, _instead))


def _listed(keys: Any) -> Sequence[Any]:
    return keys if isinstance(keys, list | tuple) else [keys]


def _same(name: str, value: int | None, older: str, older_value: int | None) -> int | None:
    """Return an argument that has two names. Raises TypeError where both are given."""
    if value is not None and older_value is not None:
        raise TypeError(f"{name} and {older} are one argument; give {name} alone")
    number = older_value if value is None else value
    if number is not None and number < 1:
        raise ValueError(f"{name} is a whole number from 1, got {number!r}")
    return number


class NormalService:
    """The base of service classes."""
