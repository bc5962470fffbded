"""Checks a function's parameters from its definition alone (rule U1)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jittask.compiler.findings import Findings
from jittask.compiler.python import Function, Module
from jittask.diagnostics import Location
from jittask.model import CallStyle

_ROW_WORDS = {0: "no parameter (a scheduled task)", 1: "one parameter, the row (a date-field task)"}
_FAILURE_WORDS = "one parameter, the failed run (policy.onFailure)"


@dataclass(frozen=True, slots=True)
class Call:
    """How a task calls a function."""

    style: CallStyle
    rows: int
    """1 where it is given a row, or a failed run, else 0."""
    skip: int
    """1 where the function takes ``self`` first."""
    place: Callable[[], Location]
    """Where the task names it."""
    defined: str = ""
    """Where a service function is defined, in words."""
    on_failure: bool = False
    """Whether it is given a failed run."""

    @property
    def given(self) -> int:
        """How many positional arguments the function is called with."""
        return self.rows + (2 if self.style is CallStyle.LEGACY_MAIN else 0)


def check_signature(module: Module, function: Function, call: Call, findings: Findings) -> None:
    """Tell what keeps a function from being called as a task calls it."""
    if module.mentions("yield") and any(_yields(function)):
        findings.add(
            "function-is-generator",
            call.place(),
            f"{function.name} is a generator, so calling it would do nothing{call.defined}",
            "replace yield: the function's return value is the run's result",
        )
        return
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if len(positional) < call.skip and arguments.vararg is None:
        findings.add(
            "too-few-parameters",
            call.place(),
            f"{function.name} is a method, and takes no self{call.defined}",
            f"write: def {function.name}(self{', rowData' if call.rows else ''}):",
        )
        return
    positional = positional[call.skip :]
    required = len(positional) - min(len(arguments.defaults), len(positional))
    given = call.given
    named = [
        parameter.arg
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    words = _FAILURE_WORDS if call.on_failure else _ROW_WORDS[call.rows]
    legacy = call.style is CallStyle.LEGACY_MAIN
    if legacy:
        words = "app, taskInstance and the row" if call.rows else "app and taskInstance"
    if required > given or named:
        extra = [parameter.arg for parameter in positional[given:required]] + named
        findings.add(
            "too-many-parameters",
            call.place(),
            f"{function.name} is called with {words}, but requires {_quoted(extra)}{call.defined}",
            "remove it, or give it a default",
        )
    elif len(positional) < given and arguments.vararg is None:
        findings.add(
            "too-few-parameters",
            call.place(),
            f"{function.name} is called with {words}, but takes {len(positional)}{call.defined}",
            f"write: def {'customFunc' if legacy else function.name}({_names(call)}):",
        )
    elif len(positional) > given:
        extra = [parameter.arg for parameter in positional[given:]]
        findings.add(
            "unused-parameter",
            call.place(),
            f"{function.name} is called with {words}; {_quoted(extra)} keeps its default"
            f"{call.defined}",
            "make it a constant, or a variable inside",
        )


def _yields(function: Function) -> Iterator[ast.AST]:
    """Yield the ``yield`` expressions of the function itself, not of those inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _names(call: Call) -> str:
    if call.on_failure:
        return "self, failedRun" if call.skip else "failedRun"
    return "rowData" * call.rows


def _quoted(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
