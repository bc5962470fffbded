"""A runtime's event as JSON (docs/reference/events.md)."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from jittask.diagnostics import Diagnostic
from jittask.operations.naming import shown_row_key
from jittask.operations.views.diagnostics import diagnostic_view
from jittask.operations.views.instants import iso
from jittask.runtime.events import Event, NotFiring


def event_view(event: Event) -> dict[str, Any]:
    """Return an event: its name, and its fields."""
    values = {json_name(field.name): _plain(getattr(event, field.name)) for field in fields(event)}
    if "row" in values:
        values["row"] = shown_row_key(values["row"]) or None
    return {"event": type(event).__name__.lower(), **values}


def event_line(event: Event) -> str:
    """Return an event as a line of JSON."""
    return json.dumps(event_view(event), ensure_ascii=False)


def json_name(field: str) -> str:
    """Return a field's name in JSON."""
    first, *others = field.split("_")
    return first + "".join(other.title() for other in others)


def _plain(value: object) -> Any:
    match value:
        case datetime():
            return iso(value)
        case Diagnostic():
            return diagnostic_view(value)
        case NotFiring():
            return asdict(value)
        case tuple():
            return [_plain(item) for item in value]
        case float():
            return round(value, 4)
        case _:
            return value
