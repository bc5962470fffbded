"""Turns values of JSON and CSV into what a model's fields hold (rule F9)."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from jittask.model import FieldInfo, FieldType
from jittask.operations.simulate.moments import BadMoment, Moments, is_relative

_TRUE, _FALSE = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})
Values = Mapping[str, Any]
"""A row as it is written, by field name."""


class BadRow(ValueError):
    """A row that does not fit its model."""


def typed_row(
    row: Values, fields: Sequence[FieldInfo], moments: Moments, zone: ZoneInfo
) -> dict[str, Any]:
    """Return a row with typed values; ``zone`` is that of columns without one. Raises BadRow."""
    kinds = {field.name: field.type for field in fields}
    for name in row:
        if name not in kinds:
            near = difflib.get_close_matches(name, kinds, 1)
            more = f"did you mean {near[0]}?" if near else f"there are: {', '.join(kinds)}"
            raise BadRow(f"no field {name!r}; {more}")
    return {name: _typed(value, kinds[name], name, moments, zone) for name, value in row.items()}


def _typed(value: Any, kind: FieldType, name: str, moments: Moments, zone: ZoneInfo) -> Any:
    if value is None or kind in (FieldType.JSON, FieldType.OTHER):
        return value
    try:
        if kind is FieldType.DATE:
            return moments.day(_text(value))
        if kind is FieldType.DATETIME:
            return moments.wall(_text(value), zone)
        return _PLAIN[kind](value)
    except BadMoment as error:
        raise BadRow(f"{name}: {error}") from error
    except (ValueError, TypeError, InvalidOperation) as error:
        raise BadRow(f"{name}: expected a value for {kind.as_field}, got {value!r}") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    return int(value)


def _truth(value: Any) -> bool:
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        raise ValueError(value)
    return text in _TRUE


_PLAIN: Mapping[FieldType, Callable[[Any], Any]] = {
    FieldType.TIME: lambda value: time.fromisoformat(_text(value)),
    FieldType.INTEGER: _whole,
    FieldType.FLOAT: float,
    FieldType.DECIMAL: lambda value: Decimal(str(value)),
    FieldType.BOOLEAN: _truth,
    FieldType.TEXT: str,
}


def fields_of(
    rows: Sequence[Values], dates: Iterable[str], keys: Sequence[str] = ()
) -> tuple[FieldInfo, ...]:
    """Return the fields of a model that only its database describes, by its rows.

    ``dates``: fields that hold dates. The key is ``keys``, or ``id``, or the first field.
    """
    dates = set(dates)
    values: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            values.setdefault(name, []).append(value)
    keys = keys or ["id" if "id" in values else next(iter(values), "")]
    return tuple(
        FieldInfo(name, _kind(found, is_date=name in dates), name, primary_key=name in keys)
        for name, found in values.items()
    )


def _kind(values: Sequence[Any], *, is_date: bool) -> FieldType:
    known = [value for value in values if value is not None]
    if is_date or (known and all(isinstance(value, str) and _is_date(value) for value in known)):
        days = all(isinstance(value, str) and len(value.strip()) == len("2026-12-01") and
                   not is_relative(value) for value in known)  # fmt: skip
        return FieldType.DATE if days and known else FieldType.DATETIME
    kinds = {type(value) for value in known}
    if kinds == {bool}:
        return FieldType.BOOLEAN
    if kinds and kinds <= {int}:
        return FieldType.INTEGER
    if kinds and kinds <= {int, float}:
        return FieldType.FLOAT
    return FieldType.JSON if kinds & {list, dict} else FieldType.TEXT


def _is_date(text: str) -> bool:
    if is_relative(text):
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return len(text) >= len("2026-12-01") and "-" in text
