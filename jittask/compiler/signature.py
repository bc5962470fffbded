"""Checks a function's parameters from its definition alone (rule U1)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jittask.compiler.findings import Findings
from jittask.compiler.python import Function
from jittask.diagnostics import Location
from jittask.model import CallStyle

ROW_WORDS = {0: "no parameter (a scheduled task)", 1: "one parameter, the row (a date-field task)"}


def given(style: CallStyle, rows: int) -> int:
    """Return how many positional arguments a function is called with."""
    return {CallStyle.LEGACY_MAIN: 2 + rows}.get(style, rows)


def check_signature(
    function: Function,
    style: CallStyle,
    rows: int,
    place: Location,
    definition: str,
    findings: Findings,
) -> None:
    """Tell what keeps ``function`` from being called with ``rows`` rows.

    ``place`` is where the task names it, ``definition`` where it is defined,
    for a service function.
    """
    if isinstance(function, ast.FunctionDef) and any(_yields(function)):
        findings.add(
            "function-is-generator",
            place,
            f"{function.name} is a generator, so calling it would do nothing{definition}",
            "replace yield: the function's return value is the run's result",
        )
        return
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if style is CallStyle.SERVICE and definition.endswith("(method)"):
        positional = positional[1:]
    required = len(positional) - min(len(arguments.defaults), len(positional))
    wanted = given(style, rows)
    named = [
        one.arg
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    words = ROW_WORDS[rows]
    said = definition.removesuffix(" (method)")
    if required > wanted or named:
        extra = [one.arg for one in positional[wanted:required]] + named
        findings.add(
            "too-many-parameters",
            place,
            f"{function.name} is called with {words}, but requires {_quoted(extra)}{said}",
            "remove it, or give it a default",
        )
    elif len(positional) < wanted and arguments.vararg is None:
        findings.add(
            "too-few-parameters",
            place,
            f"{function.name} is called with {words}, but takes {len(positional)}{said}",
            f"write: def {function.name}({'rowData' if wanted == 1 else '...'}):",
        )
    elif len(positional) > wanted:
        extra = [one.arg for one in positional[wanted:]]
        findings.add(
            "unused-parameter",
            place,
            f"{function.name} is called with {words}; {_quoted(extra)} keeps its default{said}",
        )


def _yields(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the ``yield`` expressions of the function itself, not of those inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _quoted(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
