"""The functions that services offer to tasks, and whether a kind of task can call them (F7, U1)."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jittask.compiler.compiled import Compilation
from jittask.compiler.draft_files import DraftFiles
from jittask.compiler.findings import Findings
from jittask.compiler.loaded_services import SERVICE
from jittask.compiler.python import Function, Module, read_python
from jittask.compiler.read_json import read_json
from jittask.compiler.services import find_function, may_have, offered
from jittask.compiler.signature import Call, check_signature
from jittask.diagnostics import Location
from jittask.model import CallStyle, Element


@dataclass(frozen=True, slots=True)
class Parameter:
    """One that callers may give."""

    name: str
    required: bool


@dataclass(frozen=True, slots=True)
class OfferedFunction:
    """A function of a service."""

    name: str
    """As ``func`` of an ``e.json`` names it."""
    title: str
    """What ``functionList`` calls it; empty where it does not."""
    summary: str
    """The first line of its docstring."""
    fits: bool
    """Whether the task can call it, as far as is known without an import."""
    reason: str | None
    """Why it cannot; or what is worth knowing though it can."""
    parameters: tuple[Parameter, ...]


def offered_functions(
    compilation: Compilation, services: Iterable[Element], rows: int
) -> tuple[OfferedFunction, ...]:
    """Return what some services offer to a task that gives so many rows, by name."""
    files = DraftFiles(compilation.app.root, compilation.reusable.known, {})
    broken = compilation.broken
    found: list[OfferedFunction] = []
    for element in services:
        is_broken = element.name in broken
        service = _Service.read(files, element.name, element.folder, is_broken=is_broken)
        found += () if service is None else service.functions(rows)
    return tuple(sorted(found, key=lambda function: function.name))


@dataclass(frozen=True, slots=True)
class _Service:
    name: str
    module: Module
    titles: dict[str, str]
    """By function, as ``functionList`` has them."""
    is_broken: bool

    @classmethod
    def read(cls, files: DraftFiles, name: str, folder: str, *, is_broken: bool) -> _Service | None:
        """Read a service; None where its code cannot be parsed."""
        file = f"{folder}/{SERVICE}"
        module = read_python(files, file, Findings(None)) if files.has(file) else None
        source = read_json(files, f"{folder}/e.json", Findings(None))
        data = source.data if source is not None and isinstance(source.data, dict) else {}
        listed = data.get("functionList")
        titles = {
            str(each["name"]): str(each.get("title") or "")
            for each in (listed if isinstance(listed, list) else ())
            if isinstance(each, dict) and "name" in each
        }
        return None if module is None else cls(name, module, titles, is_broken)

    def functions(self, rows: int) -> Iterator[OfferedFunction]:
        """Yield what it offers, and what it only declares."""
        short = self.name.rpartition(".")[2]
        for name in dict.fromkeys((*offered(self.module, short), *self.titles)):
            function, takes_self = find_function(self.module, short, name)
            if function is not None:
                yield self._found(name, function, rows, skip=int(takes_self))
            elif may_have(self.module, short, name):
                reason = "its parameters are known when it is imported"
                yield self._offered(name, (), fits=True, reason=reason, summary="")

    def _found(self, name: str, function: Function, rows: int, *, skip: int) -> OfferedFunction:
        findings = Findings(None)
        call = Call(CallStyle.SERVICE, rows, skip, lambda: Location(self.module.file))
        check_signature(self.module, function, call, findings)
        fits = not any(finding.is_error for finding in findings.found)
        reason = findings.found[0].message if findings.found else None
        summary = (ast.get_docstring(function) or "").partition("\n")[0]
        parameters = tuple(_parameters(function, skip))
        return self._offered(name, parameters, fits=fits, reason=reason, summary=summary)

    def _offered(
        self,
        name: str,
        parameters: tuple[Parameter, ...],
        *,
        fits: bool,
        reason: str | None,
        summary: str,
    ) -> OfferedFunction:
        if self.is_broken:
            fits, reason = False, f"{self.name} cannot load"
        return OfferedFunction(
            f"{self.name}.{name}", self.titles.get(name, ""), summary, fits, reason, parameters
        )


def _parameters(function: Function, skip: int) -> Iterator[Parameter]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    for number, argument in enumerate(positional[skip:], skip):
        yield Parameter(argument.arg, number < required)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(argument.arg, default is None)
