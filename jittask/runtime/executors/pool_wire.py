"""How the messages of ``pool_messages`` become bytes, and what is refused (rule R6).

Answers come from a process that runs foreign code, so that they are JSON, and each value
is checked against the type of its field. Orders come from the runtime, and are pickled.
"""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import cache

# bound here, before any element code: a body can replace json.dumps itself
from json import dumps, loads
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

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
    Changed,
    Completed,
    Failed,
    Interrupted,
    Outcome,
    Output,
    Unjudged,
    Withdrawn,
)

_ANSWERS: dict[str, type[Answer]] = {
    answer.__name__: answer for answer in (Output, BodyEnded, Returned, Loaded, Changed)
}
_OUTCOMES: dict[str, type[Outcome]] = {
    outcome.__name__: outcome for outcome in (Completed, Failed, Interrupted, Unjudged, Withdrawn)
}
"""What a worker process may say of a body; the others only the runtime knows."""
_Read = Callable[[Any], Any]
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
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
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
            kind: Any = type(value)
            fields = (getattr(value, name) for name, _ in _fields_of(kind))
            return [kind.__name__, *map(_plain, fields)]
        case _:
            return value


def _made(kind: Any, values: list[Any]) -> Any:
    """Return a message of that kind. Raises ValueError, TypeError, KeyError, OverflowError."""
    readers = _readers_of(kind)
    if len(values) != len(readers):
        raise ValueError("another number of fields")
    return kind(*[read(value) for read, value in zip(readers, values, strict=True)])


@cache
def _readers_of(kind: Any) -> tuple[_Read, ...]:
    return tuple(_reader(hint) for _, hint in _fields_of(kind))


@cache
def _reader(hint: Any) -> _Read:
    """Return what checks a value, and gives it as a field of that type has it."""
    if hint is datetime:
        return datetime.fromisoformat
    if dataclasses.is_dataclass(hint):
        return lambda value: _made(hint, value[1:])
    if hint == Outcome:
        return lambda value: _made(_OUTCOMES[value[0]], value[1:])
    if get_origin(hint) is frozenset:
        read_item = _reader(get_args(hint)[0])
        return lambda value: frozenset(map(read_item, value))
    if get_origin(hint) is tuple:
        return _reader_of_tuple(get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    kinds = frozenset(get_args(hint) if isinstance(hint, UnionType) else (hint,))

    def read(value: Any) -> Any:
        if type(value) in kinds:
            return value
        if type(value) is int and float in kinds:
            return float(value)
        raise TypeError(f"{type(value)} where {hint} is expected")

    return read


def _reader_of_tuple(hints: tuple[Any, ...]) -> _Read:
    if hints[-1] is Ellipsis:
        read_item = _reader(hints[0])
        return lambda value: tuple(map(read_item, value))
    readers = tuple(map(_reader, hints))
    return lambda values: tuple(read(value) for read, value in zip(readers, values, strict=True))


@cache
def _fields_of(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))
