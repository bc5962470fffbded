"""The base class of models, with JitAi's functions and arguments (rules F9, U4).

A model's class is also the class of its rows. Each call commits by itself
unless it stands inside ``app.transaction()`` (rule D9). There are no model
events here, so ``triggerEvent`` changes nothing; related rows are not
followed, so neither does ``level``.
"""

# ruff: noqa: N802, N803, A002, ARG003 - JitAi's names
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from jittask.prelude import statements as sql
from jittask.prelude.binding import Binding
from jittask.prelude.datatypes import Datatype
from jittask.prelude.installed import installed
from jittask.prelude.rowdata import RowData, RowGet
from jittask.prelude.statements import Filter, Order
from jittask.prelude.values import automatic


class _Get:
    """``Model.get(filter)`` finds a row; ``row.get(name)`` reads a field, as a dict's does."""

    def __get__(self, row: NormalModel | None, model: type[NormalModel]) -> Any:
        return model._find if row is None else row._get


class NormalModel(RowData):
    """What a model's class inherits: fields as ``datatypes`` declarations, and a ``Meta``."""

    _declared: ClassVar[Mapping[str, Datatype]] = {}
    _bound: ClassVar[Binding | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {one.name: one for one in vars(cls).values() if isinstance(one, Datatype)}
        cls._declared = {**cls._declared, **own}
        cls._bound = None

    @classmethod
    def _binding(cls) -> Binding:
        if cls._bound is None:
            cls._bound = installed().bind(cls)
        return cls._bound

    @classmethod
    def _row(cls, values: Mapping[str, Any]) -> Self:
        """Return a row as the database gave it."""
        declared = cls._declared
        return cls._loaded(
            {
                name: declared[name].native(value) if name in declared else value
                for name, value in values.items()
            }
        )

    @classmethod
    def query(
        cls,
        filter: Filter = None,
        fieldList: Sequence[str] | None = None,
        orderList: Order = None,
        page: int | None = None,
        size: int | None = None,
        level: int = 2,
    ) -> dict[str, Any]:
        """Return ``{"rowDatas": [...], "totalCount": n}``; without ``size``, every row.

        ``page`` counts from 1. ``orderList`` is ``[["name", 1], ["age", -1]]``.
        """
        if page is not None and size is None:
            raise ValueError(f"{cls.__name__}.query: page needs size")
        binding = cls._binding()
        condition = sql.clause(binding, filter)
        offset = None if size is None else (max(page or 1, 1) - 1) * size
        with binding.reading() as connection:
            rows = sql.select(
                binding,
                connection,
                condition,
                fields=fieldList,
                order=orderList,
                limit=size,
                offset=offset,
            )
            total = sql.count(binding, connection, condition)
        return {"rowDatas": [cls._row(row) for row in rows], "totalCount": total}

    @classmethod
    def _find(cls, filter: Filter, orderList: Order = None, level: int = 2) -> Self | None:
        """Return the first row that passes, or None."""
        binding = cls._binding()
        condition = sql.clause(binding, filter)
        with binding.reading() as connection:
            rows = sql.select(binding, connection, condition, order=orderList, limit=1)
        return cls._row(rows[0]) if rows else None

    get: RowGet = _Get()  # type: ignore[assignment]

    @classmethod
    def create(cls, rowData: Mapping[str, Any] | RowData, triggerEvent: int = 1) -> Self:
        """Add a row and return it, with what the database filled in."""
        binding = cls._binding()
        with binding.writing() as connection:
            return cls._row(sql.insert(binding, connection, cls._filled(rowData, new=True)))

    def save(self, triggerEvent: int = 1) -> Self:
        """Write the row: its changed fields where it stands in the table, else as a new row.

        Raises LookupError where the row was read and has been deleted since.
        """
        model = type(self)
        binding = model._binding()
        changes = {name: self._values[name] for name in self._values if name in self._changed}
        with binding.writing() as connection:
            key = sql.key_of(binding, self._values)
            there = key is not None and sql.by_key(binding, connection, key) is not None
            if there and key is not None:
                condition = sql.same_key(binding, key)
                given = {name: changes[name] for name in changes if name not in key}
                if given:
                    sql.update(binding, connection, condition, model._filled(given, new=False))
                fresh = sql.by_key(binding, connection, key)
                assert fresh is not None
            elif self._stored:
                raise LookupError(f"{binding.info.name}: the row {key} is gone")
            else:
                fresh = sql.insert(binding, connection, model._filled(changes, new=True))
        self._become(fresh)
        return self

    def delete(self, triggerEvent: int = 1) -> dict[str, Any]:
        """Delete the row; return what it held."""
        binding = type(self)._binding()
        key = sql.key_of(binding, self._values)
        if key is None:
            raise ValueError(f"{binding.info.name}: a row without its key cannot be deleted")
        with binding.writing() as connection:
            sql.delete(binding, connection, sql.same_key(binding, key))
        return dict(self._values)

    def refresh(self) -> Self:
        """Read the row again. Raises LookupError where it is gone."""
        binding = type(self)._binding()
        key = sql.key_of(binding, self._values)
        with binding.reading() as connection:
            fresh = None if key is None else sql.by_key(binding, connection, key)
        if fresh is None:
            raise LookupError(f"{binding.info.name}: the row {key} is gone")
        self._become(fresh)
        return self

    @property
    def pkData(self) -> dict[str, Any]:
        """The key fields and their values."""
        return {name: self._values.get(name) for name in type(self)._binding().keys}

    @classmethod
    def updateByPK(
        cls, pkList: Sequence[Any], updateData: Mapping[str, Any], triggerEvent: int = 1
    ) -> list[Self]:
        """Change the rows of these keys, in one transaction; return those that there are."""
        binding = cls._binding()
        values = cls._filled(updateData, new=False)
        found = []
        with binding.writing() as connection:
            for key in [sql.key_from(binding, one) for one in pkList]:
                sql.update(binding, connection, sql.same_key(binding, key), values)
                found.append(sql.by_key(binding, connection, key | _keys_in(binding, values)))
        return [cls._row(row) for row in found if row is not None]

    @classmethod
    def updateByFilter(cls, filter: Filter, updateData: Mapping[str, Any]) -> int:
        """Change every row that passes; return how many. The filter may not be empty."""
        binding = cls._binding()
        condition = _needed(binding, filter)
        with binding.writing() as connection:
            return sql.update(binding, connection, condition, cls._filled(updateData, new=False))

    @classmethod
    def deleteByPK(cls, pkList: Sequence[Any], triggerEvent: int = 1) -> int:
        """Delete the rows of these keys, in one transaction; return how many there were."""
        binding = cls._binding()
        with binding.writing() as connection:
            return sum(
                sql.delete(binding, connection, sql.same_key(binding, sql.key_from(binding, one)))
                for one in pkList
            )

    @classmethod
    def deleteByFilter(cls, filter: Filter) -> int:
        """Delete every row that passes; return how many. The filter may not be empty."""
        binding = cls._binding()
        condition = _needed(binding, filter)
        with binding.writing() as connection:
            return sql.delete(binding, connection, condition)

    @classmethod
    def createOrUpdateMany(
        cls, rowDataList: Sequence[Mapping[str, Any] | RowData], triggerEvent: int = 1
    ) -> list[Self]:
        """Write each row, changing the one of its key where there is one; all or none."""
        binding = cls._binding()
        with binding.writing() as connection:
            return [cls._row(cls._put(binding, connection, dict(one))) for one in rowDataList]

    @classmethod
    def _put(cls, binding: Binding, connection: Any, values: dict[str, Any]) -> dict[str, Any]:
        key = sql.key_of(binding, values)
        if key is None or sql.by_key(binding, connection, key) is None:
            return sql.insert(binding, connection, cls._filled(values, new=True))
        given = {name: value for name, value in values.items() if name not in key}
        if given:
            condition = sql.same_key(binding, key)
            sql.update(binding, connection, condition, cls._filled(given, new=False))
        row = sql.by_key(binding, connection, key)
        assert row is not None
        return row

    @classmethod
    def _filled(cls, given: Mapping[str, Any] | RowData, *, new: bool) -> dict[str, Any]:
        values = {name: value for name, value in dict(given).items() if value is not None or not new}
        now = cls._binding().now().replace(tzinfo=None)
        return {**values, **dict(automatic(cls._declared, values, now, new=new))}

    def _become(self, values: Mapping[str, Any]) -> None:
        self._values = dict(type(self)._row(values)._values)
        self._changed = set()
        self._stored = True


def _needed(binding: Binding, filter: Filter) -> sql.Clause:
    condition = sql.clause(binding, filter)
    if condition is None:
        raise ValueError(f"{binding.info.name}: changing every row needs a filter that says so")
    return condition


def _keys_in(binding: Binding, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in binding.keys if name in values}
