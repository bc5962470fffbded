"""A runtime's event as a record of OpenTelemetry's log model, a line of JSON (R13).

The names are those of OTLP's JSON form; ``time``, ``level`` and ``message`` are what other
collectors look for. What an event has of its own is in ``attributes``.
"""

from __future__ import annotations

import json
from typing import Any

from jittask.model import RunStatus
from jittask.operations.views.events import event_view
from jittask.runtime.events import (
    Blocked,
    Broken,
    Event,
    Finished,
    Planned,
    Sweeping,
    Trouble,
)
from jittask.store.instants import to_micros
from jittask.version import __version__

DEBUG, INFO, WARN, ERROR = ("DEBUG", 5), ("INFO", 9), ("WARN", 13), ("ERROR", 17)
"""Severities, as OpenTelemetry numbers them."""
_RESOURCE = {"service.name": "jittask", "service.version": __version__}
_APART = frozenset({"event", "at"})


def log_record(event: Event) -> dict[str, Any]:
    """Return an event as a log record."""
    view = event_view(event)
    severity, number = _severity(event)
    return {
        "time": view["at"],
        "level": severity.lower(),
        "message": _message(event, view["event"]),
        "timeUnixNano": str(to_micros(event.at) * 1000),
        "severityText": severity,
        "severityNumber": number,
        "eventName": f"jittask.{view['event']}",
        "attributes": {
            f"jittask.{key}": value
            for key, value in view.items()
            if key not in _APART and value is not None
        },
        "resource": _RESOURCE,
    }


def log_line(event: Event) -> str:
    """Return an event as a line of JSON."""
    return json.dumps(log_record(event), ensure_ascii=False)


def _severity(event: Event) -> tuple[str, int]:
    match event:
        case Finished(status=RunStatus.FAILED) | Broken() | Blocked():
            return ERROR
        case Finished(status=RunStatus.PENDING) | Trouble():
            return WARN
        case Planned() | Sweeping():
            return DEBUG
        case _:
            return INFO


def _message(event: Event, name: str) -> str:
    subject = getattr(event, "task", None) or getattr(event, "element", None)
    match event:
        case Trouble(text=text):
            return text
        case Finished(status=status, detail=detail):
            return f"{subject} {status}{f': {detail}' if detail else ''}"
        case Blocked(reason=reason):
            return f"{subject} blocked: {reason}"
        case _:
            return f"{subject} {name}" if subject else name
