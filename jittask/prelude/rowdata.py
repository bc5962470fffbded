"""One row, as element code sees it (rule U4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


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
    the fields.
    """

    _values: dict[str, Any]

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_values", dict(values))

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

    def toDict(self) -> dict[str, Any]:
        """Return the values by field."""
        return dict(self._values)
