"""Compiles one task from its ``e.json``: the list of the steps (F3-F6, U1, D2, R2)."""

from __future__ import annotations

from dataclasses import dataclass

from jittask.compiler.compiled import CompiledTask
from jittask.compiler.findings import Findings
from jittask.compiler.task_assembly import Meaning, assembled, further_elements
from jittask.compiler.task_files import Surroundings, TaskFiles
from jittask.compiler.task_function import check_enabled, task_function
from jittask.compiler.task_policy import read_policy
from jittask.compiler.task_rows import check_fields, find_model, read_filter
from jittask.compiler.task_timing import read_timing, timing_digest
from jittask.model import FunctionRef, ModelInfo, Policy, TaskType
from jittask.query.expression import Expression
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer


def compile_task(task: TaskFiles, around: Surroundings, findings: Findings) -> CompiledTask | None:
    """Return the task, or None with the reasons among the findings."""
    read = read_task(task, around, findings)
    if findings.broken or read.function is None or read.timer is None:
        return None
    digest = ""
    if not around.is_only_checked:
        zone = around.column_zone(read.model)
        digest = timing_digest(task.source.data, around.settings.app, zone)
    meaning = Meaning(read.function, read.timer, read.model, read.filter, read.policy, digest)
    return _versioned(task, meaning, around, findings)


@dataclass(frozen=True, slots=True)
class ReadTask:
    """What could be read of a task; None for what is wrong, or not there."""

    function: FunctionRef | None
    timer: Timer | RowTimer | None
    model: ModelInfo | None
    filter: Expression | None
    policy: Policy


def read_task(
    task: TaskFiles, around: Surroundings, findings: Findings, *, with_function: bool = True
) -> ReadTask:
    """Return what each key of a task means; what is wrong is among the findings.

    A key that the schema found wrong is left out; the others are checked all the same.
    Without ``with_function``, what the task runs is not looked for.
    """
    source = task.source
    wrong = _wrong_keys(findings)
    rows = 1 if source.data["type"] == TaskType.DATE_FIELD else 0
    has_timing = isinstance(source.data.get("timerCfg"), dict)
    check_enabled(source, findings)
    function = timer = model = expression = None
    if with_function and not wrong.top & {"funcType", "func", "taskFunc"}:
        function = task_function(task, rows, around, findings)
    if has_timing:
        timer = read_timing(source, rows, wrong.timing, around, findings)
    if rows and "modelPath" in source.data and "modelPath" not in wrong.top:
        model = find_model(source, around, findings)
    if model is not None and has_timing:
        check_fields(source, timer, model, findings)
    if "filter" in source.data and "filter" not in wrong.top:
        expression = read_filter(source, model, findings)
    policy = read_policy(source, around, findings) if "policy" not in wrong.top else Policy()
    return ReadTask(function, timer, model, expression, policy)


@dataclass(frozen=True, slots=True)
class _WrongKeys:
    """The keys in which the schema has found a mistake."""

    top: frozenset[str]
    """Of the file."""
    timing: frozenset[str]
    """Of ``timerCfg``; "" is ``timerCfg`` itself."""


_NOTHING_WRONG = _WrongKeys(frozenset(), frozenset())


def _wrong_keys(findings: Findings) -> _WrongKeys:
    if not findings.found:
        return _NOTHING_WRONG
    errors = [finding for finding in findings.found if finding.is_error]
    paths = [(error.location.pointer or "").split("/")[1:] for error in errors]
    return _WrongKeys(
        frozenset(path[0] for path in paths if path),
        frozenset(path[1] if path[1:] else "" for path in paths if path[:1] == ["timerCfg"]),
    )


def _versioned(
    task: TaskFiles, meaning: Meaning, around: Surroundings, findings: Findings
) -> CompiledTask | None:
    """Return the task with its version (H4); None where a file of it cannot be read."""
    model = meaning.model.name if meaning.model else None
    further = further_elements(meaning.function, meaning.policy.on_failure, model)
    version, bundle, manifest = "", tuple[str, ...](), ""
    try:
        if around.is_only_checked:
            around.graph.check(task.name, task.dependencies, further)
        else:
            data = task.source.data
            manifest = around.manifests.of(data.get("policy"), data["timerCfg"])
            version, bundle = around.graph.version(task.name, task.dependencies, further, manifest)
    except OSError as error:
        message = f"a file of it cannot be read: {error.strerror}"
        findings.add("file-unreadable", task.source.value(()), message)
        return None
    return assembled(task.name, task.source.data, meaning, version, bundle, manifest)
