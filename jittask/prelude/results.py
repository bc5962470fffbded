"""Turns what a function returns into JSON text (rule U5).

What JSON lacks becomes text that a person can read. What cannot be recorded is
replaced, at its place, by a note; no result makes a run fail.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import math
from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from jittask.prelude.rowdata import FieldValue, RowData

RESULT_CAP = 65_536
"""The most characters of a result that are recorded."""
_DEPTH = 100  # values inside each other
_TEXT_CAP = 1000  # characters of the text of a value that has no JSON form


def encode_result(value: Any) -> str:
    """Return a result as JSON; whatever it is."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_simple)
    except Exception:  # a cycle, a key or a number that JSON lacks, or code of the value's own
        return json.dumps(_careful(value, ()), ensure_ascii=False)


def capped(text: str) -> str:
    """Return a result's JSON, or a note with its beginning where it is too long."""
    if len(text) <= RESULT_CAP:
        return text
    note = f"cut after {RESULT_CAP:,} of {len(text):,} characters"
    return json.dumps({"note": note, "text": text[:RESULT_CAP]}, ensure_ascii=False)


def _simple(value: Any) -> Any:
    """Return what replaces a value that JSON lacks: JSON, or values that are asked for again."""
    match value:
        case RowData():
            return value.toDict()
        case FieldValue():
            return value.value
        case Enum():
            return value.value
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta() | Decimal() | UUID() | PurePath():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return _bytes_text(bytes(value))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = dataclasses.fields(value)
            return {field.name: getattr(value, field.name) for field in fields}
        case Mapping():
            return dict(value)
        case Set():
            return _sorted(value)
        case Sequence():
            return list(value)
        case _:
            return _note(f"{_type_name(value)} has no JSON form", _text(value))


def _careful(value: Any, around: tuple[int, ...]) -> Any:
    """Return a value of plain JSON, with notes in place of what has none."""
    match value:
        case None | bool():
            return value
        case str():
            return str.__str__(value)
        case int():
            return int(value) if _has_digits(value) else _note(_without_digits(value))
        case float():
            return float(value) if math.isfinite(value) else str(float(value))
        case _:
            return _careful_inside(value, around)


def _careful_inside(value: Any, around: tuple[int, ...]) -> Any:
    if id(value) in around:
        return _note(f"a cycle: this {_type_name(value)} is inside itself")
    if len(around) >= _DEPTH:
        return _note(f"more than {_DEPTH} values inside each other")
    inside = (*around, id(value))
    try:
        if isinstance(value, dict):
            return {_key(key): _careful(item, inside) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [_careful(item, inside) for item in value]
        return _careful(_simple(value), inside)
    except Exception as error:
        return _note(f"{_type_name(value)} raised {type(error).__name__} when it was recorded")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, bool):
        return json.dumps(key)
    if isinstance(key, int) and not _has_digits(key):
        return _without_digits(key)
    simple = key if isinstance(key, int | float) else _simple(key)
    return _text(key) if isinstance(simple, list | dict) else str(simple)


def _has_digits(value: int) -> bool:
    """Whether Python writes an integer: it does not where that would take long."""
    try:
        return bool(int.__repr__(value))
    except ValueError:
        return False


def _without_digits(value: int) -> str:
    return f"an integer of {int.bit_length(value):,} bits has too many digits"


def _bytes_text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"base64:{base64.b64encode(value).decode()}"


def _sorted(values: Set[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=repr)


def _text(value: Any) -> str:
    try:
        return repr(value)[:_TEXT_CAP]
    except Exception as error:
        return f"its repr raised {type(error).__name__}"


def _note(note: str, text: str | None = None) -> dict[str, str]:
    return {"note": note} if text is None else {"note": note, "text": text}


def _type_name(value: object) -> str:
    return type(value).__name__
