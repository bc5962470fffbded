"""Reads a task's ``policy`` (rule R2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jittask.compiler.findings import Findings
from jittask.compiler.functions import failure_function
from jittask.compiler.source import Source
from jittask.compiler.task_files import Surroundings
from jittask.model import FunctionRef, Misfire, OnInterrupted, Overlap, Policy, Retry

_DEFAULT_POLICY = Policy()
_SECONDS_A_DAY = 86_400


def read_policy(source: Source, around: Surroundings, findings: Findings) -> Policy:
    """Return a task's policy; a mistake in it is a finding."""
    data = source.data.get("policy")
    if not data:
        return _DEFAULT_POLICY
    grace, retention = data.get("graceSeconds"), around.settings.app.retention.shortest
    if grace is not None and grace > retention * _SECONDS_A_DAY:
        findings.add(
            "grace-over-retention",
            source.value(("policy", "graceSeconds")),
            f"graceSeconds is longer than the {retention} days that records are kept",
            "make it shorter, or raise settings.retentionDays in app.json",
        )
    return policy_of(data, failure_function(source, around.services, findings))


def policy_of(data: Mapping[str, Any] | None, on_failure: FunctionRef | None) -> Policy:
    """Return the policy of data without mistakes."""
    if not data:
        return _DEFAULT_POLICY
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
        priority=data.get("priority", 0),
        memory_mb=data.get("memoryMb"),
    )
