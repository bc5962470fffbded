"""Making elements, by the operations of ``jittask new``."""

from __future__ import annotations

from fastapi import Response

from jittask.operations.edit.new_element import new_database, new_service
from jittask.operations.edit.new_model import new_model
from jittask.operations.edit.new_task import NewTask, new_date_field, new_scheduled
from jittask.operations.edit.task_text import new_task_of_text
from jittask.operations.edit.write_element import NewElement, WrittenElement
from jittask.operations.views.requests import written_view
from jittask.operations.workspace import Workspace
from jittask.web.api import EDIT, Audited, Opened, answer
from jittask.web.audit import Change
from jittask.web.guarded_route import guarded_routes
from jittask.web.shapes import requests

routes = guarded_routes("new", "/api/new")
MADE = {"status_code": 201, "response_model": requests.Written, **EDIT}


@routes.post("/scheduled", **MADE)
def scheduled(opened: Opened, change: Audited, asked: requests.NewScheduledRequest) -> Response:
    """Write a task that fires at times."""
    written = new_scheduled(
        opened, _task(asked), start=asked.start, repeat=asked.repeat, cron=asked.cron
    )
    return _made(opened, change, written)


@routes.post("/date-field", **MADE)
def date_field(opened: Opened, change: Audited, asked: requests.NewDateFieldRequest) -> Response:
    """Write a task that fires for each row, at its date."""
    written = new_date_field(
        opened,
        _task(asked),
        model=asked.model,
        field=asked.field,
        offset=asked.offset,
        at=asked.at,
        repeat=asked.repeat,
        end_field=asked.end_field,
        where=asked.filter,
    )
    return _made(opened, change, written)


@routes.post("/task", **MADE)
def task(opened: Opened, change: Audited, asked: requests.NewTextRequest) -> Response:
    """Write a task whose e.json is given, byte for byte."""
    return _made(opened, change, new_task_of_text(opened, _element(asked), asked.text))


@routes.post("/service", **MADE)
def service(opened: Opened, change: Audited, asked: requests.NewElementRequest) -> Response:
    """Write a service with one function."""
    return _made(opened, change, new_service(opened, _element(asked)))


@routes.post("/model", **MADE)
def model(opened: Opened, change: Audited, asked: requests.NewModelRequest) -> Response:
    """Write a model of fields, of a table that the app owns."""
    written = new_model(opened, _element(asked), fields=asked.fields, database=asked.database)
    return _made(opened, change, written)


@routes.post("/database", **MADE)
def database(opened: Opened, change: Audited, asked: requests.NewDatabaseRequest) -> Response:
    """Write a database, by its URL or its type."""
    written = new_database(
        opened, _element(asked), url=asked.url, kind=asked.type, settings=asked.settings
    )
    return _made(opened, change, written)


def _element(asked: requests.NewElementRequest) -> NewElement:
    return NewElement(asked.title, asked.name, asked.folder)


def _task(asked: requests.NewTaskRequest) -> NewTask:
    return NewTask(
        asked.title,
        asked.name,
        asked.folder,
        enabled=asked.enabled,
        end=asked.end,
        timezone=asked.timezone,
        calendar=asked.calendar,
        skip_holidays=asked.skip_holidays,
        skip_weekend=asked.skip_weekend,
        holiday_roll=asked.holiday_roll,
    )


def _made(workspace: Workspace, change: Change, written: WrittenElement) -> Response:
    change.after = {"element": written.name}
    return answer(written_view(written, workspace.root), 201)
