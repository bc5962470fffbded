"""Compiles one task's ``e.json``: function, timing, model, filter, policy (F3-F6, U1, D2)."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jittask.compiler.findings import Findings
from jittask.compiler.python import Module, read_python
from jittask.compiler.signature import check_signature
from jittask.compiler.source import Pointer, Source
from jittask.diagnostics import Diagnostic, Location
from jittask.model import (
    AppSettings,
    CallStyle,
    Element,
    FieldType,
    FunctionRef,
    Misfire,
    ModelInfo,
    OnInterrupted,
    Overlap,
    Policy,
    Retry,
    TaskType,
)
from jittask.query.check import check
from jittask.query.expression import Expression
from jittask.query.parse import QuerySyntaxError, parse
from jittask.schedule.calendars import Calendar
from jittask.schedule.problems import Mistake, TimingProblem
from jittask.schedule.reading import check_timer
from jittask.schedule.rows import RowTimer, check_row_timer
from jittask.schedule.timer import Timer


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a task is compiled in."""

    root: Path
    settings: AppSettings
    elements: Mapping[str, Element]
    models: Mapping[str, ModelInfo]
    broken: frozenset[str]


@dataclass(frozen=True, slots=True)
class Parts:
    """A task's parts, all of them sound."""

    title: str
    enabled: bool
    function: FunctionRef
    policy: Policy
    timer: Timer | RowTimer
    model: ModelInfo | None
    filter: Expression | None
    timing_digest: str
    description: str
    tags: tuple[str, ...]


def compile_task(
    source: Source, element: Element, around: Surroundings, findings: Findings
) -> Parts | None:
    """Return the task's parts, or None with the reasons among the findings."""
    data = source.data
    rows = 1 if element.type == TaskType.DATE_FIELD else 0
    if "enable" not in data:
        findings.add(
            "missing-enable",
            source.value(()),
            "the key 'enable' is missing, so the task is on",
            'write "enable": 1',
        )
    function = _function(source, element, rows, around, findings)
    timer = _timing(source, rows, around, findings)
    model = expression = None
    if rows:
        model = _model(source, around, findings)
        if model is not None:
            if isinstance(timer, RowTimer):
                _check_fields(source, timer, model, findings)
            expression = _filter(source, model, findings)
    policy = _policy(source, around, findings)
    if findings.broken or function is None or timer is None:
        return None
    return Parts(
        title=str(data.get("title", "")),
        enabled=bool(data.get("enable", 1)),
        function=function,
        policy=policy,
        timer=timer,
        model=model,
        filter=expression,
        timing_digest=_timing_digest(data, around.settings),
        description=data.get("description", ""),
        tags=tuple(data.get("tags", ())),
    )


# --- the function


def _function(
    source: Source, element: Element, rows: int, around: Surroundings, findings: Findings
) -> FunctionRef | None:
    if source.data.get("funcType", "Inner") == "Global":
        if (around.root / element.folder / "inner.py").exists():
            findings.add(
                "unused-inner",
                source.value(("funcType",)),
                "funcType is Global, so inner.py is not used",
                'remove inner.py, or set "funcType": "Inner"',
            )
        return _service_function(source, rows, around, findings)
    return _inner_function(source, element, rows, around, findings)


def _inner_function(
    source: Source, element: Element, rows: int, around: Surroundings, findings: Findings
) -> FunctionRef | None:
    file = f"{element.folder}/inner.py"
    if not (around.root / file).exists():
        findings.add(
            "inner-missing",
            source.value(("funcType",)) if "funcType" in source.data else source.value(()),
            "inner.py is missing beside e.json",
            f"write it: def customFunc({'rowData' if rows else ''}):",
        )
        return None
    module = read_python(around.root, file, element.name)
    if isinstance(module, Diagnostic):
        findings.found.append(module)
        return None
    for name, style in (("customFunc", CallStyle.CUSTOM_FUNC), ("main", CallStyle.LEGACY_MAIN)):
        function = module.function(name)
        if function is not None:
            if style is CallStyle.LEGACY_MAIN:
                findings.add(
                    "legacy-main",
                    module.name_place(function),
                    "main is the older name",
                    f"write: def customFunc({'rowData' if rows else ''}):",
                )
            check_signature(function, style, rows, module.name_place(function), "", findings)
            return FunctionRef(element.name, file, name, style)
    if module.binds("customFunc"):
        return FunctionRef(element.name, file, "customFunc", CallStyle.CUSTOM_FUNC)
    near = difflib.get_close_matches("customFunc", module.functions(), 1)
    misnamed = module.function(near[0]) if near else None
    findings.add(
        "function-missing",
        module.name_place(misnamed) if misnamed else Location(file),
        "inner.py defines no customFunc",
        f"did you mean customFunc instead of {near[0]}?"
        if near
        else f"write: def customFunc({'rowData' if rows else ''}):",
    )
    return None


def _service_function(
    source: Source, rows: int, around: Surroundings, findings: Findings
) -> FunctionRef | None:
    key = "func" if "func" in source.data else "taskFunc"
    if key not in source.data:
        findings.add(
            "func-missing",
            source.value(("funcType",)),
            "funcType is Global, and the key 'func' is missing",
            'for example: "func": "services.ReportSvc.weekly"',
        )
        return None
    if key == "taskFunc":
        findings.add(
            "deprecated-key", source.key(("taskFunc",)), "taskFunc is the older name", "write func"
        )
    place = source.value((key,))
    service, _, name = str(source.data[key]).rpartition(".")
    element = around.elements.get(service)
    if element is None:
        services = [one for one in around.elements if one.startswith("services.")]
        findings.add("unknown-service", place, f"no service {service!r}", _near(service, services))
        return None
    if service in around.broken:
        _dependency(place, service, findings)
        return None
    file = f"{element.folder}/service.py"
    module = read_python(around.root, file, service)
    if isinstance(module, Diagnostic):
        _dependency(place, service, findings)
        return None
    short = service.rpartition(".")[2]
    method = module.method(short, name)
    function = method or module.function(name)
    if function is None:
        if module.binds(name) or ((owner := module.class_of(short)) and owner.bases):
            return FunctionRef(service, file, name, CallStyle.SERVICE)
        findings.add(
            "unknown-function",
            place,
            f"{service} has no function {name!r}",
            _near(name, _public(module, short)),
        )
        return None
    at = module.name_place(function)
    static = any(getattr(one, "id", "") == "staticmethod" for one in function.decorator_list)
    kind = " (method)" if method is not None and not static else ""
    where = f" (defined at {at.file}:{at.line}){kind}"
    check_signature(function, CallStyle.SERVICE, rows, place, where, findings)
    return FunctionRef(service, file, name, CallStyle.SERVICE)


def _public(module: Module, owner: str) -> list[str]:
    found = [name for name in module.functions() if not name.startswith("_")]
    holder = module.class_of(owner)
    if holder is not None:
        names = (getattr(node, "name", "") for node in holder.body)
        found += [name for name in names if name and not name.startswith("_")]
    return found


# --- timing


def _timing(
    source: Source, rows: int, around: Surroundings, findings: Findings
) -> Timer | RowTimer | None:
    zone, calendar = around.settings.timezone, _calendar(around.settings)
    config = source.data["timerCfg"]
    timer: Timer | RowTimer | None
    if rows:
        timer, problems = check_row_timer(config, zone, calendar)
    else:
        timer, problems = check_timer(config, zone, calendar)
    for problem in problems:
        findings.add(problem.code, _timing_place(source, problem), problem.message, problem.hint)
    return timer


def _timing_place(source: Source, problem: TimingProblem) -> Location:
    return source.value(("timerCfg", *problem.pointer))


def _calendar(settings: AppSettings) -> Calendar | None:
    """Return the app's calendar; a broken one is told at its own place, and only there."""
    if settings.calendar is None:
        return None
    try:
        return Calendar.from_config(settings.calendar)
    except Mistake:
        return Calendar("unknown")


def _timing_digest(data: Mapping[str, Any], settings: AppSettings) -> str:
    """Digest what the timing means, without the calendar: an edit of it is an activation (D7)."""
    timing = {key: value for key, value in data["timerCfg"].items() if key != "calendar"}
    timing.setdefault("timezone", settings.timezone)
    whole = [timing, data.get("modelPath"), data.get("filter")]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


# --- model and filter


def _model(source: Source, around: Surroundings, findings: Findings) -> ModelInfo | None:
    name, place = source.data["modelPath"], source.value(("modelPath",))
    if name not in around.elements:
        models = [one for one in around.elements if one.startswith("models.")]
        findings.add("unknown-model", place, f"no model {name!r}", _near(name, models))
        return None
    model = around.models.get(name)
    if model is None:
        _dependency(place, name, findings)
    return model


def _check_fields(source: Source, timer: RowTimer, model: ModelInfo, findings: Findings) -> None:
    if model.opaque:
        return
    for key, name in (("startField", timer.start_field), ("endField", timer.end_field)):
        if name is None:
            continue
        field, place = model.field(name), source.value(("timerCfg", key))
        if field is None:
            known = [one.name for one in model.fields]
            findings.add(
                "unknown-field", place, f"{model.name} has no field {name!r}", _near(name, known)
            )
        elif field.type not in (FieldType.DATE, FieldType.DATETIME):
            dates = [
                one.name for one in model.fields if one.type in (FieldType.DATE, FieldType.DATETIME)
            ]
            findings.add(
                "field-not-a-date",
                place,
                f"{key}: expected a date or datetime field, got {name!r} ({field.type})",
                f"{model.name} has: {', '.join(dates) or 'none'}",
            )


def _filter(source: Source, model: ModelInfo, findings: Findings) -> Expression | None:
    text = source.data.get("filter")
    if not text:
        return None
    pointer: Pointer = ("filter",)
    try:
        expression = parse(text)
    except QuerySyntaxError as error:
        place = source.inside(pointer, error.start, error.end)
        findings.add("filter-syntax", place, str(error), error.hint)
        return None
    if not model.opaque:
        fields = {one.name: one.type for one in model.fields}
        for problem in check(expression, fields):
            place = source.inside(pointer, problem.span.start, problem.span.end)
            findings.add(problem.code, place, problem.message, problem.hint)
    return expression


# --- policy


def _policy(source: Source, around: Surroundings, findings: Findings) -> Policy:
    data = source.data.get("policy", {})
    retry, known = data.get("retry", {}), Policy()
    on_failure = data.get("onFailure")
    if on_failure is not None:
        findings.add(
            "not-supported-yet",
            source.value(("policy", "onFailure")),
            "policy.onFailure is not supported yet",
            "remove it",
        )
    return Policy(
        misfire=Misfire(data.get("misfire", known.misfire)),
        grace_seconds=data.get("graceSeconds"),
        overlap=Overlap(data.get("overlap", known.overlap)),
        retry=Retry(
            max=retry.get("max", known.retry.max),
            delay_seconds=retry.get("delaySeconds", known.retry.delay_seconds),
            backoff=retry.get("backoff", known.retry.backoff),
            max_delay_seconds=retry.get("maxDelaySeconds", known.retry.max_delay_seconds),
        ),
        timeout_seconds=data.get("timeoutSeconds", known.timeout_seconds),
        on_interrupted=OnInterrupted(data.get("onInterrupted", known.on_interrupted)),
        on_failure=on_failure,
        max_concurrent=data.get("maxConcurrent"),
        priority=data.get("priority", 0),
    )


def _dependency(place: Location, name: str, findings: Findings) -> None:
    findings.add("broken-dependency", place, f"{name} cannot load", f"mend {name} first")


def _near(name: str, known: list[str]) -> str | None:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"did you mean {near[0]!r}?"
    return "there are: " + ", ".join(sorted(known)) if known else "there are none"
