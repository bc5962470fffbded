"""The ``app.json`` of a bundle: the settings of the app that matter to one task (rule H4).

A task's version is the digest of this and of its files. So what the task says otherwise
itself, and what is no matter to a run of it, is left out: to change it changes no version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jittask.environment import escape
from jittask.model import AppSettings, Retention

OF_A_RUN = ("memoryMb", "onFailure", "onInterrupted", "queue", "retry", "timeoutSeconds")
"""What of a policy matters where a body runs, also on a worker of a fleet (R10)."""
OF_A_PLAN = ("jitterSeconds",)
"""What of a policy pending runs have been given: with another version, they are planned again."""
_SECONDS_A_DAY = 86_400


class BundleManifests:
    """The manifests of an app's tasks, as JSON; tasks that need the same share one text."""

    def __init__(self, settings: AppSettings) -> None:
        self._settings = settings
        self._known: dict[tuple[bool, str], str] = {}

    def of(self, policy: Mapping[str, Any] | None, timing: Mapping[str, Any]) -> str:
        """Return that of a task which has this policy of its own, and this ``timerCfg``."""
        key = uses_app_calendar(timing), repr(policy) if policy else ""
        known = self._known.get(key)
        if known is None:
            head = manifest(self._settings, policy or {}, has_calendar=key[0])
            text = json.dumps(head, sort_keys=True)
            known = next((each for each in self._known.values() if each == text), text)
            self._known[key] = known
        return known


def uses_app_calendar(timing: Mapping[str, Any]) -> bool:
    """Whether days off move this ``timerCfg``, and it has no calendar of its own (T8)."""
    is_moved = bool(timing.get("skipHoliday")) or bool(timing.get("skipWeekend"))
    return is_moved and timing.get("calendar") is None


def manifest(
    settings: AppSettings, own: Mapping[str, Any], *, has_calendar: bool
) -> dict[str, object]:
    """Return the manifest of a task's bundle; ``own``: the policy of its ``e.json``.

    ``has_calendar``: whether the app's calendar is a part of what the task means.
    What the settings took from the environment is written out.
    """
    inner: dict[str, object] = {"timezone": settings.timezone}
    if has_calendar and settings.calendar is not None:
        inner["calendar"] = settings.calendar
    if settings.default_database is not None:
        inner["defaultElement"] = {"defaultDatabase": settings.default_database}
    policy = _defaults_in_effect(settings.policy, own)
    if policy:
        inner["policy"] = policy
    group = own.get("group")
    if group in settings.groups:  # the task names it; its limits are the planner's
        inner["groups"] = {group: {"maxConcurrent": 1}}
    grace = own.get("graceSeconds") or 0
    if grace > Retention().shortest * _SECONDS_A_DAY:  # it would be too long where it is default
        inner["retentionDays"] = settings.retention.shortest
    return {
        "appId": escape(settings.app_id),
        "name": escape(settings.name),
        "title": escape(settings.title),
        "settings": inner,
    }


def _defaults_in_effect(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults that matter to a run or its plan, and that a task leaves as they are."""
    found: dict[str, Any] = {}
    for key in (*OF_A_RUN, *OF_A_PLAN):
        if key not in defaults:
            continue
        default, mine = defaults[key], own.get(key)
        if key not in own:
            found[key] = default
        elif isinstance(default, Mapping) and isinstance(mine, Mapping):
            left = {name: value for name, value in default.items() if name not in mine}
            if left:
                found[key] = left
    return found
