"""How the messages of ``pool_messages`` become bytes, and what is refused (rule R6).

Answers come from a process that runs foreign code, so that they are JSON, and each value
is checked against the type of its field. Orders come from the runtime, and are pickled.
"""

from __future__ import annotations

import dataclasses
import pickle
from datetime import datetime
from enum import Enum

# bound here, before any element code: a body can replace json.dumps itself
from json import dumps, loads
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from jittask.runtime.executors.pool_messages import (
    Answer,
    BodyEnded,
    EndAt,
    Hello,
    LoadCode,
    Loaded,
    Order,
    Recall,
    Returned,
    RunBody,
)
from jittask.runtime.executors.protocol import (
    Completed,
    Failed,
    Interrupted,
    Outcome,
    Output,
    Unjudged,
    Withdrawn,
)

_ANSWERS: dict[str, type[Answer]] = {
    answer.__name__: answer for answer in (Output, BodyEnded, Returned, Loaded)
}
_OUTCOMES: dict[str, type[Outcome]] = {
    outcome.__name__: outcome for outcome in (Completed, Failed, Interrupted, Unjudged, Withdrawn)
}
"""What a worker process may say of a body; the others only the runtime knows."""
_FIELDS: dict[Any, tuple[tuple[str, Any], ...]] = {}
"""The fields of each message, and their types."""
_ORDERS = (Hello, RunBody, LoadCode, Recall, EndAt)


class Garbage(Exception):
    """What came through the channel is no message."""


def encode_order(order: Order) -> bytes:
    """Return an order as bytes."""
    return pickle.dumps(order, pickle.HIGHEST_PROTOCOL)


def decode_order(data: bytes) -> Order:
    """Return an order. Raises Garbage."""
    order = pickle.loads(data)  # noqa: S301 - the runtime has sent it
    if not isinstance(order, _ORDERS):
        raise Garbage
    return order


def encode_answer(answer: Answer) -> bytes:
    """Return an answer as JSON."""
    return dumps(_plain(answer)).encode()


def decode_answer(data: bytes) -> Answer:
    """Return an answer. Raises Garbage where it is none that a worker process may give."""
    try:
        name, *values = loads(data)
        answer: Answer = _made(_ANSWERS[name], values)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Garbage from error
    return answer


def _plain(value: object) -> Any:
    """Return a message as JSON has it: its name, then its fields in order."""
    match value:
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case frozenset() | tuple():
            return [_plain(item) for item in value]
        case _ if dataclasses.is_dataclass(value):
            fields = (getattr(value, name) for name, _ in _fields_of(type(value)))
            return [type(value).__name__, *map(_plain, fields)]
        case _:
            return value


_T = TypeVar("_T")


def _made(kind: type[_T], values: list[Any]) -> _T:
    fields = _fields_of(kind)
    if len(values) != len(fields):
        raise ValueError("another number of fields")
    return kind(*(_checked(hint, value) for value, (_, hint) in zip(values, fields, strict=True)))


def _checked(hint: Any, value: Any) -> Any:
    """Return a value as a field of that type has it. Raises ValueError, TypeError, KeyError."""
    if hint is datetime:
        return datetime.fromisoformat(value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _made(hint, value[1:])
    if hint == Outcome:
        return _made(_OUTCOMES[value[0]], value[1:])
    if get_origin(hint) is frozenset:
        return frozenset(_checked(get_args(hint)[0], item) for item in value)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if type(value) is int and int not in kinds and float in kinds:
        return float(value)
    if type(value) not in kinds:
        raise TypeError(f"{type(value)} where {hint} is expected")
    return value


def _tuple(hints: tuple[Any, ...], values: list[Any]) -> tuple[Any, ...]:
    if hints[-1] is Ellipsis:
        hints = (hints[0],) * len(values)
    return tuple(_checked(hint, value) for hint, value in zip(hints, values, strict=True))


def _fields_of(kind: Any) -> tuple[tuple[str, Any], ...]:
    found = _FIELDS.get(kind)
    if found is None:
        found = _FIELDS[kind] = _read_fields(kind)
    return found


def _read_fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))
