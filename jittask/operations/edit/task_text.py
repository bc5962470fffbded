"""Writes a new task whose ``e.json`` somebody has composed, as in the console's dialogs (C6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jittask.model import TaskType
from jittask.operations.edit.new_task import DATE_FIELD_BODY, SCHEDULED_BODY, quotable
from jittask.operations.edit.write_element import (
    NewElement,
    WrittenElement,
    new_path,
    write_files,
)
from jittask.operations.errors import InvalidArgument

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


def new_task_of_text(workspace: Workspace, task: NewElement, text: str) -> WrittenElement:
    """Write a task with this ``e.json``, byte for byte, and a first function for it.

    A task that calls a service function gets no ``inner.py``. Raises
    InvalidArgument for what is no task, and what ``write_files`` raises.
    """
    data = _read(text)
    body: dict[str, bytes] = {}
    if data.get("funcType", "Inner") == "Inner":
        body["inner.py"] = _body(data, task.title).encode()
    path = new_path(workspace, "tasks", task)
    return write_files(workspace, path, {**body, "e.json": text.encode()})


def _read(text: str) -> dict[str, object]:
    try:
        text.encode()
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidArgument("text", f"it is not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("type") not in list(TaskType):
        expected = " or ".join(kind.value for kind in TaskType)
        raise InvalidArgument("text", f"expected an object whose type is {expected}")
    return data


def _body(data: dict[str, object], title: str) -> str:
    if data["type"] == TaskType.SCHEDULED:
        return SCHEDULED_BODY.format(title=quotable(title))
    timing = data.get("timerCfg")
    field = timing.get("startField") if isinstance(timing, dict) else None
    shown = quotable(title).replace("%", "%%")
    return DATE_FIELD_BODY.format(title=shown, field=quotable(str(field or "")))
