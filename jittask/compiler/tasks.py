"""Compiles one task's ``e.json``: function, timing, model, filter, policy (F3-F6, U1, D2)."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from jittask.compiler.compiled import CompiledTask, DateFieldTask, ScheduledTask
from jittask.compiler.dependencies import Needs
from jittask.compiler.findings import Findings, near_or_all
from jittask.compiler.functions import (
    Services,
    failure_function,
    inner_function,
    service_function,
    template_of,
)
from jittask.compiler.graph import Graph
from jittask.compiler.python import Module
from jittask.compiler.settings import Settings
from jittask.compiler.source import Pointer, Source
from jittask.compiler.task_cache import CachedTask
from jittask.diagnostics import Diagnostic, Location
from jittask.model import (
    AppSettings,
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
from jittask.schedule.problems import TimingProblem
from jittask.schedule.row_timer import RowTimer, check_row_timer
from jittask.schedule.timer import Timer, check_timer

_DATES = (FieldType.DATE, FieldType.DATETIME)
_DEFAULT_POLICY = Policy()
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What tasks are compiled in."""

    settings: Settings
    services: Services
    model_names: frozenset[str]
    models: Mapping[str, ModelInfo]
    graph: Graph
    timers: dict[tuple[str, str], Timer | RowTimer] = field(default_factory=dict)
    """Those made of what was kept; tasks of the same timing share one."""

    def timer(self, task_type: str, timing: str) -> Timer | RowTimer:
        """Return the timer of a sound ``timerCfg``, given as JSON. Raises ValueError."""
        known = self.timers.get((task_type, timing))
        if known is None:
            read = check_row_timer if task_type == TaskType.DATE_FIELD else check_timer
            known, _ = read(json.loads(timing), self.settings.app.timezone, self.settings.calendar)
            if known is None:
                raise ValueError(f"no timer: {timing}")
            self.timers[task_type, timing] = known
        return known


@dataclass(frozen=True, slots=True)
class TaskFiles:
    """What a task's own files say."""

    name: str
    source: Source
    has_inner: bool
    inner: Module | None
    """``inner.py``, where it can be read."""
    needs: Needs


def compile_task(task: TaskFiles, around: Surroundings, findings: Findings) -> CompiledTask | None:
    """Return the task, or None with the reasons among the findings.

    What the schema found wrong is left alone, and the rest is checked all the same.
    """
    source = task.source
    wrong = [(one.location.pointer or "").split("/")[1:] for one in findings.found if one.is_error]
    spoilt = {parts[0] for parts in wrong if parts}
    sound = {key for key in source.data if key not in spoilt}
    told = {parts[1] if parts[1:] else "" for parts in wrong if parts[:1] == ["timerCfg"]}
    rows = 1 if source.data["type"] == TaskType.DATE_FIELD else 0
    _enabled(source, findings)
    function = timer = model = expression = None
    if not spoilt & {"funcType", "func", "taskFunc"}:
        function = _function(task, rows, around, findings)
    if isinstance(source.data.get("timerCfg"), dict):
        timer = _timing(source, rows, told, around, findings)
    if rows and "modelPath" in sound:
        model = _model(source, around, findings)
    if model is not None and isinstance(source.data.get("timerCfg"), dict):
        _check_fields(source, timer, model, findings)
    if "filter" in sound:
        expression = _filter(source, model, findings)
    policy = _policy(source, around, findings) if "policy" not in spoilt else Policy()
    if findings.broken or function is None or timer is None:
        return None
    return _compiled(task, function, timer, model, expression, policy, around, findings)


def _compiled(
    task: TaskFiles,
    function: FunctionRef,
    timer: Timer | RowTimer,
    model: ModelInfo | None,
    expression: Expression | None,
    policy: Policy,
    around: Surroundings,
    findings: Findings,
) -> CompiledTask | None:
    data = task.source.data
    further = further_elements(function, policy.on_failure, model.name if model else None)
    try:
        version, bundle = around.graph.version(task.name, task.needs, further)
    except OSError as error:
        message = f"a file of it cannot be read: {error.strerror}"
        findings.add("file-unreadable", task.source.value(()), message)
        return None
    digest = _timing_digest(data, around.settings.app)
    means = _Means(function, timer, model, expression, policy, digest)
    return _assembled(task.name, data, means, version, bundle)


def further_elements(
    function: FunctionRef, on_failure: FunctionRef | None, model: str | None
) -> list[str]:
    """Return the elements that a task needs besides what its own files name."""
    further = [function.element]
    if model is not None:
        further.append(model)
    if on_failure is not None:
        further.append(on_failure.element)
    return further


@dataclass(frozen=True, slots=True)
class _Means:
    """What a task's ``e.json`` means."""

    function: FunctionRef
    timer: Timer | RowTimer
    model: ModelInfo | None
    filter: Expression | None
    policy: Policy
    timing_digest: str


def _assembled(
    name: str, data: Mapping[str, Any], means: _Means, version: str, bundle: tuple[str, ...]
) -> CompiledTask:
    title, enabled = str(data["title"]), bool(data.get("enable", 1))
    description, tags = data.get("description", ""), tuple(data.get("tags", ()))
    timer = means.timer
    if isinstance(timer, Timer):
        return ScheduledTask(
            name, title, enabled, means.function, means.policy, timer,
            means.timing_digest, version, bundle, description, tags,
        )  # fmt: skip
    assert means.model is not None
    return DateFieldTask(
        name, title, enabled, means.function, means.policy, timer, means.model, means.filter,
        means.timing_digest, version, bundle, description, tags,
    )  # fmt: skip


# --- kept for the next start


_MEANT = ("type", "title", "enable", "modelPath", "filter", "policy", "description", "tags")
"""The keys of an ``e.json`` that a compiled task is made of, besides function and timing."""


def to_keep(
    task: CompiledTask, data: Mapping[str, Any], needs: Needs, told: tuple[Diagnostic, ...]
) -> CachedTask:
    """Return what of a compiled task it can be made of again."""
    return CachedTask(
        task.name, task.version, task.timing_digest,
        {key: data[key] for key in _MEANT if key in data}, json.dumps(data["timerCfg"]),
        task.function, task.policy.on_failure, needs, told,
    )  # fmt: skip


def made_again(kept: CachedTask, bundle: tuple[str, ...], around: Surroundings) -> CompiledTask:
    """Make a task of what was kept of it; its version and all that it needs stand.

    Raises ValueError, TypeError or KeyError where that is no task.
    """
    data = kept.data
    model = expression = None
    if data["type"] == TaskType.DATE_FIELD:
        model = around.models[data["modelPath"]]
        expression = parse(data["filter"]) if data.get("filter") else None
    timer = around.timer(data["type"], kept.timing)
    policy = _policy_of(data.get("policy"), kept.on_failure)
    means = _Means(kept.function, timer, model, expression, policy, kept.timing_digest)
    return _assembled(kept.name, data, means, kept.version, bundle)


def _enabled(source: Source, findings: Findings) -> None:
    misspelt = any(difflib.get_close_matches(key, ["enable"], 1, 0.75) for key in source.data)
    if "enable" not in source.data and not misspelt:
        findings.add(
            "missing-enable",
            source.value(()),
            "the key 'enable' is missing, so the task is on",
            'write "enable": 1',
        )


def _function(
    task: TaskFiles, rows: int, around: Surroundings, findings: Findings
) -> FunctionRef | None:
    source = task.source
    if source.data.get("funcType", "Inner") == "Inner":
        for key in ("func", "taskFunc"):
            if source.data.get(key):
                findings.add(
                    "key-without-effect",
                    source.key((key,)),
                    f"{key} is not used where funcType is Inner",
                    'remove it, or set "funcType": "Global"',
                )
        if task.inner is not None:
            return inner_function(task.name, task.inner, rows, findings)
        if not task.has_inner:
            place = source.value(("funcType",) if "funcType" in source.data else ())
            message = "inner.py is missing beside e.json"
            findings.add("inner-missing", place, message, template_of(rows))
        return None
    if task.has_inner:
        findings.add(
            "unused-inner",
            source.value(("funcType",)),
            "funcType is Global, so inner.py is not used",
            'remove inner.py, or set "funcType": "Inner"',
        )
    return service_function(source, around.services, rows, findings)


# --- timing


_BY_ABSENCE = frozenset(
    {
        "end-before-start", "end-missing", "holidays-without-calendar", "key-without-effect",
        "minute-cycle-needs-end", "no-occurrence",
    }
)  # fmt: skip
"""What may follow from another mistake in ``timerCfg``, such as a misspelt key."""


def _timing(
    source: Source, rows: int, told: Collection[str], around: Surroundings, findings: Findings
) -> Timer | RowTimer | None:
    """Read the timing; ``told``: the keys of ``timerCfg`` with a finding, "" being itself."""
    zone, calendar = around.settings.app.timezone, around.settings.calendar
    config = {key: value for key, value in source.data["timerCfg"].items() if key not in told}
    timer: Timer | RowTimer | None
    if rows:
        timer, problems = check_row_timer(config, zone, calendar)
    else:
        timer, problems = check_timer(config, zone, calendar)
    for problem in problems:
        if told and (problem.pointer[0] not in config or problem.code in _BY_ABSENCE):
            continue
        findings.add(problem.code, _timing_place(source, problem), problem.message, problem.hint)
    return timer


def _timing_place(source: Source, problem: TimingProblem) -> Location:
    return source.value(("timerCfg", *problem.pointer))


def _timing_digest(data: Mapping[str, Any], settings: AppSettings) -> str:
    """Digest what the timing means, without the calendar: an edit of it is an activation (D7)."""
    timing = {key: value for key, value in data["timerCfg"].items() if key != "calendar"}
    timing.setdefault("timezone", settings.timezone)
    whole = [timing, data.get("modelPath"), data.get("filter")]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


# --- model and filter


def _model(source: Source, around: Surroundings, findings: Findings) -> ModelInfo | None:
    name, pointer = source.data["modelPath"], ("modelPath",)
    if name not in around.model_names:
        hint = near_or_all(name, around.model_names)
        findings.add("unknown-model", source.value(pointer), f"no model {name!r}", hint)
        return None
    model = around.models.get(name)
    if model is None:
        findings.add_broken(source.value(pointer), name)
    return model


def _check_fields(
    source: Source, timer: Timer | RowTimer | None, model: ModelInfo, findings: Findings
) -> None:
    if model.opaque:
        return
    config = source.data["timerCfg"]
    for key in ("startField", "endField"):
        name = config.get(key)
        idle = key == "endField" and isinstance(timer, RowTimer) and timer.end_field is None
        if not isinstance(name, str) or not name or idle:
            continue
        field = model.field(name)
        if field is not None and field.type in (*_DATES, FieldType.OTHER):
            continue
        place = source.value(("timerCfg", key))
        if field is None:
            hint = near_or_all(name, [one.name for one in model.fields])
            message = f"{model.name} has no field {name!r}"
            findings.add("unknown-field", place, message, hint)
        else:
            dates = [one.name for one in model.fields if one.type in _DATES]
            findings.add(
                "field-not-a-date",
                place,
                f"{key}: expected a date or datetime field, got {name!r} ({field.type})",
                f"{model.name} has: {', '.join(dates) or 'none'}",
            )


def _filter(source: Source, model: ModelInfo | None, findings: Findings) -> Expression | None:
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
    if model is not None and not model.opaque:
        fields = {one.name: one.type for one in model.fields}
        for problem in check(expression, fields):
            place = source.inside(pointer, problem.span.start, problem.span.end)
            findings.add(problem.code, place, problem.message, problem.hint)
    return expression


# --- policy


def _policy(source: Source, around: Surroundings, findings: Findings) -> Policy:
    data = source.data.get("policy")
    if not data:
        return _DEFAULT_POLICY
    grace, kept = data.get("graceSeconds"), around.settings.app.retention_days
    if grace is not None and grace > kept * _SECONDS_A_DAY:
        findings.add(
            "grace-over-retention",
            source.value(("policy", "graceSeconds")),
            f"graceSeconds is longer than the {kept} days that records are kept",
            "make it shorter, or raise settings.retentionDays in app.json",
        )
    return _policy_of(data, failure_function(source, around.services, findings))


def _policy_of(data: Mapping[str, Any] | None, on_failure: FunctionRef | None) -> Policy:
    """Return a sound policy."""
    if not data:
        return _DEFAULT_POLICY
    retry, known = data.get("retry", {}), _DEFAULT_POLICY
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
