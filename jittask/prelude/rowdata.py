"""One row, as element code sees it (rule U4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from jittask.prelude.documented import documented, no_events


class RowOwner(Protocol):
    """What a row needs of its model."""

    def save_row(self, row: Mapping[str, Any]) -> RowData:
        """Write a row by its key; add it where it has none."""
        ...

    def delete_row(self, row: Mapping[str, Any]) -> int:
        """Delete the row of that key; return how many were deleted."""
        ...


class FieldValue:
    """A field of a row: ``rowData.title.value`` reads it, assigning to ``value`` changes it."""

    __slots__ = ("_name", "_row")

    def __init__(self, row: RowData, name: str) -> None:
        self._row = row
        self._name = name

    @property
    def value(self) -> Any:
        """The field's value, typed."""
        return self._row[self._name]

    @value.setter
    def value(self, value: Any) -> None:
        self._row[self._name] = value

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return f"<{self._name}: {self.value!r}>"


class RowData(Mapping[str, Any]):
    """A row: ``rowData["title"]`` is the plain value, ``rowData.title.value`` the typed one.

    Raises KeyError, or AttributeError, for an unknown field, with the names of
    the fields. ``owner`` gives its model when the row is saved or deleted.
    """

    _values: dict[str, Any]
    _owner: Callable[[], RowOwner] | None

    def __init__(
        self, values: Mapping[str, Any], owner: Callable[[], RowOwner] | None = None
    ) -> None:
        object.__setattr__(self, "_values", dict(values))
        object.__setattr__(self, "_owner", owner)

    def __getitem__(self, name: str) -> Any:
        values = self._values
        if name not in values:
            raise KeyError(f"no field {name!r}; there are: {', '.join(values)}")
        return values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self._values:
            raise KeyError(f"no field {name!r}; there are: {', '.join(self._values)}")
        self._values[name] = value

    def __getattr__(self, name: str) -> FieldValue:
        if name.startswith("_") or name not in self._values:
            known = ", ".join(self.__dict__.get("_values", ()))
            raise AttributeError(f"no field {name!r}; there are: {known}")
        return FieldValue(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value.value if isinstance(value, FieldValue) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"RowData({self._values!r})"

    @documented
    def save(self, triggerEvent: int | None = None) -> RowData:
        """Write the row by its key; add it where it has none.

        Raises RuntimeError for a row of no model.
        """
        no_events(triggerEvent)
        return self._model().save_row(self)

    @documented
    def delete(self, triggerEvent: int | None = None) -> dict[str, Any]:
        """Delete the row by its key; return its values.

        Raises RuntimeError for a row of no model.
        """
        no_events(triggerEvent)
        self._model().delete_row(self)
        return self.toDict()

    def _model(self) -> RowOwner:
        if self._owner is None:
            raise RuntimeError("this row is of no model: use Model(**row).save()")
        return self._owner()

    def toDict(self) -> dict[str, Any]:
        """Return the values by field."""
        return dict(self._values)
