"""Finds the function that a task calls, and checks that it fits (rules F3, U1)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from jittask.compiler.findings import Findings, near_or_all
from jittask.compiler.python import Module
from jittask.compiler.services import find_function, may_have, offered
from jittask.compiler.signature import Call, check_signature
from jittask.compiler.source import Source
from jittask.diagnostics import Location
from jittask.model import CallStyle, FunctionRef

_ON_FAILURE = ("policy", "onFailure")
INNER = "inner.py"


@dataclass(frozen=True, slots=True)
class Services:
    """The services of a tree, as far as tasks call them."""

    names: frozenset[str]
    modules: Mapping[str, Module]
    """``service.py`` of those that can load, by full name."""


def template_of(rows: int) -> str:
    """Return how a hint writes the function."""
    return f"write: def customFunc({'rowData' if rows else ''}):"


def inner_function(
    element: str, module: Module, rows: int, findings: Findings
) -> FunctionRef | None:
    """Return ``customFunc`` of ``inner.py``, or the older ``main``."""
    file = module.file
    template = template_of(rows)
    for name, style in (("customFunc", CallStyle.CUSTOM_FUNC), ("main", CallStyle.LEGACY_MAIN)):
        function = module.function(name)
        if function is None and style is CallStyle.CUSTOM_FUNC and module.binds(name):
            return FunctionRef(element, file, name, style)
        if function is None:
            continue
        call = Call(style, rows, 0, partial(module.name_place, function))
        before = len(findings.found)
        check_signature(module, function, call, findings)
        fits = not any(finding.is_error for finding in findings.found[before:])
        if style is CallStyle.LEGACY_MAIN and fits:
            place = module.name_place(function)
            findings.add("legacy-main", place, "main is the older name", template)
        return FunctionRef(element, file, name, style)
    near = difflib.get_close_matches("customFunc", module.functions(), 1)
    misnamed = module.function(near[0]) if near else None
    findings.add(
        "function-missing",
        module.name_place(misnamed) if misnamed else Location(file),
        "inner.py defines no customFunc",
        f"did you mean customFunc instead of {near[0]}?" if near else template,
    )
    return None


def service_function(
    source: Source, services: Services, rows: int, findings: Findings
) -> FunctionRef | None:
    """Return the service function that ``func`` names."""
    key = "func" if source.data.get("func") else "taskFunc"
    if not source.data.get(key):
        findings.add(
            "func-missing",
            source.value(("funcType",)),
            "funcType is Global, and the key 'func' is missing",
            'for example: "func": "services.ReportSvc.weekly"',
        )
        return None
    older = source.data.get("taskFunc")
    if key == "func" and older and older != source.data["func"]:
        findings.add(
            "key-without-effect",
            source.key(("taskFunc",)),
            "taskFunc is the older name of func, and func is here too and is used",
            "keep one of them",
        )
    elif older:
        hint = "write func" if key == "taskFunc" else "remove it: func says the same"
        findings.add(
            "deprecated-key", source.key(("taskFunc",)), "taskFunc is the older name of func", hint
        )
    return _named_function(source, (key,), source.data[key], rows, services, findings)


def failure_function(source: Source, services: Services, findings: Findings) -> FunctionRef | None:
    """Return the service function that ``policy.onFailure`` names, if it does (R2)."""
    named = source.data["policy"].get("onFailure")
    if named is None:
        return None
    return _named_function(source, _ON_FAILURE, named, 1, services, findings)


def default_failure_function(
    source: Source, defaults: Mapping[str, Any], services: Services, findings: Findings
) -> FunctionRef | None:
    """Return what ``settings.policy.onFailure`` names for a task that names nothing else (R2)."""
    named = defaults.get("onFailure")
    if named is None:
        return None
    found = Findings(findings.element)
    function = _named_function(source, _ON_FAILURE, named, 1, services, found)
    findings.found += [
        replace(each, message=f"{each.message}, for settings.policy.onFailure of app.json")
        for each in found.found
    ]
    return function


def _named_function(
    source: Source,
    pointer: tuple[str, ...],
    named: str,
    given: int,
    services: Services,
    findings: Findings,
) -> FunctionRef | None:
    service, _, name = named.rpartition(".")
    if service not in services.names:
        hint = near_or_all(service, services.names)
        findings.add("unknown-service", source.value(pointer), f"no service {service!r}", hint)
        return None
    module = services.modules.get(service)
    if module is None:
        findings.add_broken(source.value(pointer), service)
        return None
    short = service.rpartition(".")[2]
    found = FunctionRef(service, module.file, name, CallStyle.SERVICE)
    function, takes_self = find_function(module, short, name)
    if function is None:
        if may_have(module, short, name):
            return found
        hint = near_or_all(name, offered(module, short))
        message = f"{service} has no function {name!r}"
        findings.add("unknown-function", source.value(pointer), message, hint)
        return None
    defined = f" (defined at {module.file}:{function.lineno})"
    on_failure = pointer == _ON_FAILURE
    call = Call(
        found.style, given, int(takes_self), lambda: source.value(pointer), defined, on_failure
    )
    check_signature(module, function, call, findings)
    return found
