"""Writes a new task's two files; nothing is left of one that would not load."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jittask.model import FieldType, TaskType
from jittask.operations.edit.element_name import free_path
from jittask.operations.errors import InvalidArgument, NotFound, OperationError

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace

_FIRST_START = time(9)
_SCHEDULED_BODY = """from jittask import log


def customFunc():
    log.info("{title}")
"""
_DATE_FIELD_BODY = """from jittask import log


def customFunc(rowData):
    log.info("{title}: {field} is %s", rowData["{field}"])
"""


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a new task of either type is called, and where it goes."""

    title: str
    name: str | None = None
    """The element's name; None: made from the title."""
    folder: str | None = None
    """A folder under ``tasks/``; None is ``tasks/`` itself."""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class WrittenTask:
    """A task that has been written, and that loads."""

    name: str
    """Its full name."""
    type: TaskType
    files: tuple[Path, ...]


def new_scheduled(
    workspace: Workspace,
    task: NewTask,
    *,
    start: str | None = None,
    repeat: str = "day",
    cron: str | None = None,
) -> WrittenTask:
    """Write a task that fires at times.

    ``start`` is a wall-clock time in the app's zone, tomorrow at 09:00 by
    default; ``repeat`` a ``repeatType``, unless ``cron`` (five fields) is given.
    Raises OperationError for what would not load, or cannot be written.
    """
    timing = {
        "startTime": start or _tomorrow(workspace),
        "repeat": {"repeatType": "custom", "cron": cron} if cron else {"repeatType": repeat},
    }
    data = {"type": TaskType.SCHEDULED.value, **_head(task), "timerCfg": timing}
    return _write(workspace, task, data, _SCHEDULED_BODY.format(title=_quotable(task.title)))


def new_date_field(
    workspace: Workspace,
    task: NewTask,
    *,
    model: str | None = None,
    field: str | None = None,
    offset_days: int = 0,
    at: str = "09:00",
) -> WrittenTask:
    """Write a task that fires for every row of a model, at a date of the row.

    ``offset_days`` before (negative) or after the date, at the time of day
    ``at`` (HH:mm). The model and its date field need names where there are
    several. Raises InvalidArgument, NotFound, and OperationError for what would
    not load, or cannot be written.
    """
    model_name = _model(workspace, model)
    field_name = _date_field(workspace, model_name, field)
    offset = {
        "offsetType": (offset_days > 0) - (offset_days < 0),
        "offset": abs(offset_days),
        "offsetUnit": "day",
        "time": at,
    }
    data = {
        "type": TaskType.DATE_FIELD.value,
        **_head(task),
        "modelPath": model_name,
        "filter": "",
        "timerCfg": {
            "startField": field_name,
            "startOffset": offset,
            "repeat": {"repeatType": "normal"},
        },
    }
    title = _quotable(task.title).replace("%", "%%")
    return _write(workspace, task, data, _DATE_FIELD_BODY.format(title=title, field=field_name))


def _head(task: NewTask) -> dict[str, Any]:
    return {
        "title": task.title,
        "enable": int(task.enabled),
        "funcType": "Inner",
        "backendBundleEntry": ".",
    }


def _tomorrow(workspace: Workspace) -> str:
    day = (workspace.now().astimezone(workspace.zone) + timedelta(days=1)).date()
    return datetime.combine(day, _FIRST_START).isoformat(" ")


def _model(workspace: Workspace, name: str | None) -> str:
    models = workspace.app.models
    if name is None:
        if len(models) == 1:
            return next(iter(models))
        raise InvalidArgument("model", f"name a model: {', '.join(models) or 'there is none'}")
    full = name if name.startswith("models.") else f"models.{name}"
    if full not in models:
        raise NotFound(f"no model {full!r} that loads", f"there are: {', '.join(models) or 'none'}")
    return full


def _date_field(workspace: Workspace, model: str, name: str | None) -> str:
    info = workspace.app.models[model]
    date_types = (FieldType.DATE, FieldType.DATETIME)
    dates = [field.name for field in info.fields if field.type in date_types]
    if name is not None:
        if not info.opaque and name not in dates:
            known = ", ".join(dates) or "none"
            raise NotFound(f"{model} has no date field {name!r}", f"it has: {known}")
        return name
    if len(dates) == 1:
        return dates[0]
    raise InvalidArgument("field", f"name a date field of {model}: {', '.join(dates)}")


def _write(workspace: Workspace, task: NewTask, data: dict[str, Any], body: str) -> WrittenTask:
    parent = "tasks"
    if task.folder is not None:
        parent += f"/{task.folder.strip('/').removeprefix('tasks/')}"
    path = free_path(workspace.root, parent, task.name, task.title)
    folder = workspace.root / path
    code, element = folder / "inner.py", folder / "e.json"
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True)
        code.write_text(body, encoding="utf-8")
        text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
        element.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperationError(f"{folder}: {error.strerror}") from error
    name = path.replace("/", ".")
    mistake = next((finding for finding in workspace.refresh().of(name) if finding.is_error), None)
    if mistake is not None:
        element.unlink()
        code.unlink()
        for place in made:
            place.rmdir()
        workspace.refresh()
        raise OperationError(mistake.message, mistake.hint)
    return WrittenTask(name, TaskType(data["type"]), (code, element))


def _quotable(title: str) -> str:
    """Return a title as it may stand inside a Python text."""
    return json.dumps(title, ensure_ascii=False)[1:-1]
