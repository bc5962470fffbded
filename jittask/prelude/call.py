"""Finds a task's function and calls it in its style (rule U1)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from jittask.model import CallStyle, FunctionRef
from jittask.prelude.app import App
from jittask.prelude.context import FailedRun, app, currentTask
from jittask.prelude.rowdata import RowData


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
