"""What is given to a task for one run: read, and kept as JSON (rule F3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from jittask.operations.errors import InvalidArgument

MAX_CHARACTERS = 65_536


def read_args(text: str) -> dict[str, Any]:
    """Return the object of a JSON text that people have typed. Raises InvalidArgument."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise InvalidArgument("args", f"expected a JSON object: {error}") from None
    if not isinstance(value, dict):
        raise InvalidArgument("args", f"expected a JSON object, got {_kind(value)}")
    return value


def stored_args(args: Mapping[str, Any] | None) -> str | None:
    """Return the JSON that is kept with a run; None where nothing is given.

    Raises InvalidArgument for what is no JSON object, or is too long.
    """
    if args is None:
        return None
    given: object = args
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise InvalidArgument("args", "expected a JSON object, which has texts as keys")
    try:
        text = json.dumps(dict(given), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument("args", f"expected a JSON object: {error}") from error
    if len(text) > MAX_CHARACTERS:
        message = f"expected at most {MAX_CHARACTERS:,} characters, got {len(text):,}"
        raise InvalidArgument("args", message, "give the place of the data instead")
    return text


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else repr(value)
