"""Finds a task's function and calls it in its style (rules U1, U5)."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from jittask.model import CallStyle, FunctionRef
from jittask.prelude.app import App
from jittask.prelude.context import FailedRun, app, currentTask
from jittask.prelude.rowdata import RowData

RESULT_CAP = 65_536
"""The most characters of a result that are recorded."""


def load_function(reference: FunctionRef, host: App) -> Callable[..., Any]:
    """Import the function's module and return the function; raises what the import raises."""
    if reference.style is CallStyle.SERVICE:
        found = getattr(host.getElement(reference.element), reference.function)
    else:
        found = getattr(host.module(f"{reference.element}.inner"), reference.function)
    function: Callable[..., Any] = found
    return function


def call(function: Callable[..., Any], style: CallStyle, given: RowData | FailedRun | None) -> Any:
    """Call the function with the row or the failed run, if any; an async one is awaited."""
    arguments: list[Any] = [app, currentTask] if style is CallStyle.LEGACY_MAIN else []
    if given is not None:
        arguments.append(given)
    result = function(*arguments)
    if inspect.iscoroutine(result):
        import asyncio  # late: few functions are async

        return asyncio.run(result)
    return result


def encode_result(value: Any) -> str:
    """Return a result as JSON, with text for what JSON lacks; a long one is cut, with a note."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps({"note": "not JSON", "text": repr(value)[:RESULT_CAP]})
    if len(text) <= RESULT_CAP:
        return text
    return json.dumps(
        {"note": f"cut after {RESULT_CAP} characters", "text": text[:RESULT_CAP]},
        ensure_ascii=False,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, RowData):
        return value.toDict()
    if isinstance(value, date | datetime | time | Decimal):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return repr(value)
