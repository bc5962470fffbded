"""The defaults of each task's policy, and who is notified: ``settings.policy`` and ``.notify``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jittask.compiler.findings import Findings, near_or_all
from jittask.compiler.json_spans import Pointer
from jittask.compiler.source import Source
from jittask.model import AppSettings, Group, Notice, Notify

POLICY: Pointer = ("settings", "policy")
_SECONDS_A_DAY = 86_400


def notify_of(data: Mapping[str, Any]) -> Notify:
    """Return ``settings.notify`` of data without mistakes."""
    default = Notify()
    return Notify(
        urls=tuple(data.get("urls", ())),
        of=frozenset(map(Notice, data["of"])) if "of" in data else default.of,
        group_seconds=data.get("groupSeconds", default.group_seconds),
        max_per_hour=data.get("maxPerHour", default.max_per_hour),
    )


def groups_of(data: Mapping[str, Any]) -> Mapping[str, Group]:
    """Return ``settings.groups`` of data without mistakes."""
    return {
        name: Group(group.get("maxConcurrent"), group.get("perMinute"))
        for name, group in data.items()
    }


def group_is_known(
    group: str, settings: AppSettings, source: Source, policy: Pointer, findings: Findings
) -> bool:
    """Whether there is a group of that name; where there is none, that is a finding (R2)."""
    if group in settings.groups:
        return True
    hint = near_or_all(group, settings.groups) if settings.groups else (
        "settings.groups in app.json has the limits of each group"
    )  # fmt: skip
    findings.add("unknown-group", source.value((*policy, "group")), f"no group {group!r}", hint)
    return False


def check_default_policy(source: Source, settings: AppSettings, findings: Findings) -> AppSettings:
    """Report what is wrong with the defaults of every task's policy (R2), and leave that out.

    Its ``onFailure`` is looked for once the services have been read (``default_failure``).
    """
    policy = source.data.get("settings", {}).get("policy", {})
    wrong = set()
    grace = policy.get("graceSeconds")
    if grace is not None and not grace_is_kept(grace, settings, source, POLICY, findings):
        wrong.add("graceSeconds")
    group = policy.get("group")
    if group is not None and not group_is_known(group, settings, source, POLICY, findings):
        wrong.add("group")
    left = {key: value for key, value in policy.items() if key not in wrong}
    return replace(settings, policy=left)


def grace_is_kept(
    seconds: float, settings: AppSettings, source: Source, policy: Pointer, findings: Findings
) -> bool:
    """Whether records are kept for a grace; where they are not, that is a finding (R3)."""
    kept = settings.retention.shortest
    if seconds <= kept * _SECONDS_A_DAY:
        return True
    findings.add(
        "grace-over-retention",
        source.value((*policy, "graceSeconds")),
        f"graceSeconds is longer than the {kept} days that records are kept",
        "make it shorter, or raise settings.retentionDays in app.json",
    )
    return False
