"""Finds the function that a task calls, and checks that it fits (rules F3, U1)."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from jittask.compiler.files import MANIFEST
from jittask.compiler.findings import Findings, near_or_all
from jittask.compiler.python import Module
from jittask.compiler.reading import Reading
from jittask.compiler.services import find_function, may_have, offered
from jittask.compiler.signature import Call, check_signature
from jittask.compiler.source import Source
from jittask.diagnostics import Location
from jittask.model import CallStyle, ElementKind, FunctionRef

_ON_FAILURE = ("policy", "onFailure")
INNER = "inner.py"


@dataclass(frozen=True, slots=True)
class Services:
    """The services of a tree, as far as tasks call them."""

    names: frozenset[str]
    modules: Mapping[str, Module]
    """``service.py`` of those that can load, by full name."""


def services_of(reading: Reading) -> Services:
    """Return the services as tasks call them."""
    return Services(reading.names[ElementKind.SERVICE], reading.services)


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
    place = partial(source.value, (key,))
    return _named_function(place, source.data[key], rows, services, findings)


def failure_function(source: Source, services: Services, findings: Findings) -> FunctionRef | None:
    """Return the service function that ``policy.onFailure`` names, if it does (R2)."""
    named = source.data["policy"].get("onFailure")
    if named is None:
        return None
    place = partial(source.value, _ON_FAILURE)
    return _named_function(place, named, 1, services, findings, on_failure=True)


@dataclass(frozen=True, slots=True)
class DefaultFailure:
    """What ``settings.policy.onFailure`` means for each task that names nothing else (R2)."""

    function: FunctionRef | None = None
    because: str | None = None
    """Whose mistake keeps it from being a function: app.json, or the service; None: no one's."""

    def for_task(self, source: Source, findings: Findings) -> FunctionRef | None:
        """Return the function; where it is none, the task cannot load."""
        if self.because is not None:
            message = "settings.policy.onFailure of app.json cannot be called"
            findings.add_following(source.value(_ON_FAILURE), self.because, message)
        return self.function


NO_DEFAULT_FAILURE = DefaultFailure()


def default_failure(reading: Reading, findings: Findings) -> DefaultFailure:
    """Find the function that ``settings.policy.onFailure`` names; a mistake is one finding.

    ``reading``: when the services have been read.
    """
    named, place = reading.settings.app.policy.get("onFailure"), reading.settings.on_failure
    if not isinstance(named, str):
        return NO_DEFAULT_FAILURE
    services = services_of(reading)
    service = named.rpartition(".")[0]
    if service in services.names and service not in services.modules:
        return DefaultFailure(because=service)
    before = len(findings.found)
    function = _named_function(
        lambda: place or Location(MANIFEST), named, 1, services, findings, on_failure=True
    )
    is_wrong = any(found.is_error for found in findings.found[before:])
    return DefaultFailure(function, MANIFEST if is_wrong else None)


def _named_function(
    place: Callable[[], Location],
    named: str,
    given: int,
    services: Services,
    findings: Findings,
    *,
    on_failure: bool = False,
) -> FunctionRef | None:
    service, _, name = named.rpartition(".")
    if service not in services.names:
        hint = near_or_all(service, services.names)
        findings.add("unknown-service", place(), f"no service {service!r}", hint)
        return None
    module = services.modules.get(service)
    if module is None:
        findings.add_broken(place(), service)
        return None
    short = service.rpartition(".")[2]
    found = FunctionRef(service, module.file, name, CallStyle.SERVICE)
    function, takes_self = find_function(module, short, name)
    if function is None:
        if may_have(module, short, name):
            return found
        hint = near_or_all(name, offered(module, short))
        message = f"{service} has no function {name!r}"
        findings.add("unknown-function", place(), message, hint)
        return None
    defined = f" (defined at {module.file}:{function.lineno})"
    call = Call(found.style, given, int(takes_self), place, defined, on_failure)
    check_signature(module, function, call, findings)
    return found
