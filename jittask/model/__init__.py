"""The frozen vocabulary that every package shares: elements, models, occurrences, runs.

Nothing here decides, reads or writes. Instants are aware datetimes in UTC
unless a field says otherwise; wall times are naive.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jittask.model.elements import (
        AppContents,
        CallStyle,
        DatabaseInfo,
        Element,
        FieldInfo,
        FunctionRef,
        ModelForm,
        ModelInfo,
    )
    from jittask.model.kinds import ElementKind, FieldType, TaskType
    from jittask.model.notify import Notice, Notify, TaskNotify
    from jittask.model.occurrences import Note, Occurrence, SkippedOccurrence
    from jittask.model.policy import Misfire, OnInterrupted, Overlap, Policy, Retry
    from jittask.model.runs import (
        NO_DELAY,
        TRANSITIONS,
        Attempt,
        MissedRange,
        Reason,
        Run,
        RunStatus,
        Trigger,
    )
    from jittask.model.settings import (
        AppSettings,
        CelerySettings,
        Group,
        Retention,
        RuntimeSettings,
    )

_NAMES = {
    "kinds": (
        "ElementKind",
        "TaskType",
        "FieldType",
    ),
    "elements": (
        "Element",
        "FieldInfo",
        "ModelForm",
        "ModelInfo",
        "DatabaseInfo",
        "CallStyle",
        "FunctionRef",
        "AppContents",
    ),
    "policy": (
        "Misfire",
        "Overlap",
        "OnInterrupted",
        "Retry",
        "Policy",
    ),
    "notify": (
        "Notice",
        "Notify",
        "TaskNotify",
    ),
    "settings": (
        "CelerySettings",
        "Group",
        "RuntimeSettings",
        "Retention",
        "AppSettings",
    ),
    "occurrences": (
        "Note",
        "Occurrence",
        "SkippedOccurrence",
    ),
    "runs": (
        "NO_DELAY",
        "RunStatus",
        "TRANSITIONS",
        "Trigger",
        "Reason",
        "MissedRange",
        "Attempt",
        "Run",
    ),
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names}

__all__ = [
    "NO_DELAY",
    "TRANSITIONS",
    "AppContents",
    "AppSettings",
    "Attempt",
    "CallStyle",
    "CelerySettings",
    "DatabaseInfo",
    "Element",
    "ElementKind",
    "FieldInfo",
    "FieldType",
    "FunctionRef",
    "Group",
    "Misfire",
    "MissedRange",
    "ModelForm",
    "ModelInfo",
    "Note",
    "Notice",
    "Notify",
    "Occurrence",
    "OnInterrupted",
    "Overlap",
    "Policy",
    "Reason",
    "Retention",
    "Retry",
    "Run",
    "RunStatus",
    "RuntimeSettings",
    "SkippedOccurrence",
    "TaskNotify",
    "TaskType",
    "Trigger",
]


def __getattr__(name: str) -> Any:
    """Import a name's file on its first use: who reads records needs no elements (V5)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'jittask.model' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"jittask.model.{home}"), name)
    globals()[name] = value
    return value
