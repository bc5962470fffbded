"""Puts a compiled task together: from its files, or from the cache of an earlier start (H1, H2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jittask.compiler.compiled import CompiledTask, DateFieldTask, ScheduledTask
from jittask.compiler.dependencies import Dependencies
from jittask.compiler.task_cache import CachedTask
from jittask.compiler.task_files import Surroundings
from jittask.compiler.task_policy import merged_policy, policy_of
from jittask.diagnostics import Diagnostic
from jittask.model import FunctionRef, ModelInfo, Policy, TaskType
from jittask.query.expression import Expression
from jittask.query.parse import parse
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer


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


def needed_by(task: CompiledTask) -> list[str]:
    """Return the elements that a compiled task needs besides what its own files name."""
    model = task.model.name if isinstance(task, DateFieldTask) else None
    return further_elements(task.function, task.policy.on_failure, model)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a task's ``e.json`` meaning."""

    function: FunctionRef
    timer: Timer | RowTimer
    model: ModelInfo | None
    filter: Expression | None
    policy: Policy
    timing_digest: str


def assembled(
    name: str,
    data: Mapping[str, Any],
    meaning: Meaning,
    version: str,
    bundle: tuple[str, ...],
    manifest: str,
) -> CompiledTask:
    """Return the task that an ``e.json`` without mistakes means."""
    title, enabled = str(data["title"]), bool(data.get("enable", 1))
    description, tags = data.get("description", ""), tuple(data.get("tags", ()))
    args = data.get("args", {})
    timer = meaning.timer
    if isinstance(timer, Timer):
        return ScheduledTask(
            name, title, enabled, meaning.function, meaning.policy, timer,
            meaning.timing_digest, version, bundle, description, tags, args, manifest,
        )  # fmt: skip
    assert meaning.model is not None
    return DateFieldTask(
        name, title, enabled, meaning.function, meaning.policy, timer, meaning.model,
        meaning.filter, meaning.timing_digest, version, bundle, description, tags, args, manifest,
    )  # fmt: skip


_KEYS = ("type", "title", "enable", "modelPath", "filter", "policy", "description", "tags", "args")
"""The keys of an ``e.json`` that a compiled task is made of, besides function and timing."""


def to_cache(
    task: CompiledTask,
    data: Mapping[str, Any],
    dependencies: Dependencies,
    diagnostics: tuple[Diagnostic, ...],
) -> CachedTask:
    """Return what a later start can make this compiled task from."""
    return CachedTask(
        task.name, task.version, task.timing_digest,
        {key: data[key] for key in _KEYS if key in data}, json.dumps(data["timerCfg"]),
        task.function, task.policy.on_failure, dependencies, diagnostics,
    )  # fmt: skip


def from_cache(
    cached: CachedTask, bundle: tuple[str, ...], manifest: str, around: Surroundings
) -> CompiledTask:
    """Make a task from the cache, where its version is unchanged.

    Raises ValueError, TypeError or KeyError where the cache holds no task.
    """
    data = cached.data
    model = expression = None
    if data["type"] == TaskType.DATE_FIELD:
        model = around.reading.models[data["modelPath"]]
        expression = parse(data["filter"]) if data.get("filter") else None
    timer = around.timer(data["type"], cached.timing)
    merged = merged_policy(around.settings.app.policy, data.get("policy"))
    policy = policy_of(merged, cached.on_failure, around)
    meaning = Meaning(cached.function, timer, model, expression, policy, cached.timing_digest)
    return assembled(cached.name, data, meaning, cached.version, bundle, manifest)
