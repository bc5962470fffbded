"""Reads a task's ``policy`` (rule R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from jittask.compiler.default_policy import grace_is_kept, group_is_known
from jittask.compiler.findings import Findings
from jittask.compiler.functions import failure_function
from jittask.compiler.json_spans import Pointer
from jittask.compiler.source import Source
from jittask.compiler.task_files import Surroundings
from jittask.model import (
    FunctionRef,
    Misfire,
    Notice,
    OnInterrupted,
    Overlap,
    Policy,
    Retry,
    TaskNotify,
)

_DEFAULT_POLICY = Policy()
_POLICY: Pointer = ("policy",)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def read_policy(source: Source, around: Surroundings, findings: Findings) -> Policy:
    """Return a task's policy; a mistake in it is a finding."""
    app, own = around.settings.app, source.data.get("policy") or {}
    if not own and not app.policy:
        return _DEFAULT_POLICY
    grace = own.get("graceSeconds")
    if grace is not None:
        grace_is_kept(grace, app, source, _POLICY, findings)
    group = own.get("group")
    if group is not None:
        group_is_known(group, app, source, _POLICY, findings)
    function = (
        failure_function(source, around.services, findings)
        if "onFailure" in own
        else around.default_failure.for_task(source, findings)
    )
    return policy_of(merged_policy(app.policy, own), function, around)


def merged_policy(defaults: Mapping[str, Any], own: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return a task's policy over the defaults of its app, key by key, inner objects too."""
    merged = {**defaults, **(own or {})}
    for key, value in (own or {}).items():
        default = defaults.get(key)
        if isinstance(value, Mapping) and isinstance(default, Mapping):
            merged[key] = {**default, **value}
    return merged


def policy_of(
    data: Mapping[str, Any] | None, on_failure: FunctionRef | None, around: Surroundings
) -> Policy:
    """Return the policy of data without mistakes; tasks of the same policy share one."""
    if not data:
        return _DEFAULT_POLICY
    key = repr(data), on_failure
    known = around.policies.get(key)
    if known is None:
        known = around.policies[key] = _policy(data, on_failure)
    return known


def _policy(data: Mapping[str, Any], on_failure: FunctionRef | None) -> Policy:
    retry, default = data.get("retry", {}), _DEFAULT_POLICY
    return Policy(
        misfire=Misfire(data.get("misfire", default.misfire)),
        grace_seconds=data.get("graceSeconds"),
        overlap=Overlap(data.get("overlap", default.overlap)),
        retry=Retry(
            max=retry.get("max", default.retry.max),
            delay_seconds=retry.get("delaySeconds", default.retry.delay_seconds),
            backoff=retry.get("backoff", default.retry.backoff),
            max_delay_seconds=retry.get("maxDelaySeconds", default.retry.max_delay_seconds),
        ),
        timeout_seconds=data.get("timeoutSeconds", default.timeout_seconds),
        on_interrupted=OnInterrupted(data.get("onInterrupted", default.on_interrupted)),
        on_failure=on_failure,
        max_concurrent=data.get("maxConcurrent"),
        jitter_seconds=data.get("jitterSeconds", default.jitter_seconds),
        group=data.get("group"),
        priority=data.get("priority", 0),
        queue=data.get("queue"),
        memory_mb=data.get("memoryMb"),
        expect_every=_length(data.get("expectEvery")),
        notify=_notify(data.get("notify", {})),
    )


def _length(written: str | None) -> timedelta | None:
    """Return a length of time such as 26h."""
    return None if written is None else timedelta(seconds=int(written[:-1]) * _UNITS[written[-1]])


def _notify(data: Mapping[str, Any]) -> TaskNotify:
    urls, of = data.get("urls"), data.get("of")
    return TaskNotify(
        None if urls is None else tuple(urls), None if of is None else frozenset(map(Notice, of))
    )
