"""The key of a row as a text: JSON of its key columns (rule D4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from jittask.data.databases import DataError
from jittask.data.table_model import TableModel
from jittask.model import FieldType


class BadKey(DataError):
    """A text that can be no key of a table, such as letters where its key is a date."""

    def __init__(self, key: object, model: TableModel) -> None:
        super().__init__(f"{key!r} is no key of {model.name}")


class SharedKey(BadKey):
    """A key of several rows, as the one that a model names for a view may be."""

    def __init__(self, key: object, model: TableModel) -> None:
        DataError.__init__(self, f"{key!r} is the key of several rows of {model.name}")


class NoKey(DataError):
    """A row that nothing names: a column of its key is empty."""

    def __init__(self, field: str, model: TableModel) -> None:
        super().__init__(f"{model.name}: {field} is empty, and is to name the row")


def row_key(row: Mapping[str, Any], model: TableModel) -> str:
    """Return the JSON of a row's key columns: one value, or a list of several.

    Raises NoKey where one of them is empty.
    """
    values = [row[field.name] for field in model.key_fields]
    if len(values) == 1 and type(values[0]) is int:  # most keys: their JSON is soon made
        return str(values[0])
    if None in values:
        raise NoKey(model.key_fields[values.index(None)].name, model)
    plain = [_plain(value) for value in values]
    return _as_json(plain if len(plain) > 1 else plain[0])


_as_json = json.JSONEncoder(ensure_ascii=False).encode


def key_values(key: str, model: TableModel) -> list[Any]:
    """Return the key columns' values of a row key, typed.

    A plain text is a key of one column. Raises BadKey for a text that is no key
    of that table, and DataError where it has another number of values.
    """
    try:
        decoded = json.loads(key)
    except ValueError:
        decoded = key
    values = decoded if isinstance(decoded, list) else [decoded]
    if len(values) != len(model.key_fields):
        names = ", ".join(field.name for field in model.key_fields)
        raise DataError(f"{model.name}: a row is named by its {names}, got {key!r}")
    try:
        return [
            _typed(value, field.type) for value, field in zip(values, model.key_fields, strict=True)
        ]
    except (ValueError, TypeError, InvalidOperation) as error:
        raise BadKey(decoded, model) from error


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return value if isinstance(value, int | str | float) else str(value)


def _typed(value: Any, kind: FieldType) -> Any:
    match kind:
        case FieldType.INTEGER:
            return int(value)
        case FieldType.FLOAT:
            return float(value)
        case FieldType.DECIMAL:
            return _finite(Decimal(str(value)))
        case FieldType.DATE:
            return date.fromisoformat(value)
        case FieldType.DATETIME:
            return datetime.fromisoformat(value)
        case FieldType.TIME:
            return time.fromisoformat(value)
        case _:
            return value if isinstance(value, str) else str(value)


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError(f"{number} is no finite number")
    return number
