"""What a change is sent with, and what is answered about callers and new elements."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from jittask.web.shapes.base import Shape


class Session(Shape):
    """Who is calling, and what of."""

    role: str
    write_value: str | None
    """What a page's changes carry in the header ``X-JitTask-Write``; null for a token."""
    version: str
    tree: str
    """The app's title, or its folder's name."""
    timezone: str
    stream_epoch: str


class RerunRequest(Shape):
    """Run again what a run was for."""

    as_loaded: bool = False
    """Run what a runtime has loaded, also where it is not what is saved."""


class TriggerRequest(RerunRequest):
    """Run a task now."""

    row: str | None = None
    args: dict[str, Any] | None = None


class PauseRequest(Shape):
    """Pause a task."""

    until: str | None = Field(None, description="ISO 8601, or relative, such as 2h.")
    note: str | None = None


class EndRequest(Shape):
    """End a run by force."""

    note: str | None = None


class FileRequest(Shape):
    """The new text of a file."""

    text: str


class NewElementRequest(Shape):
    """What every new element has."""

    title: str = Field(min_length=1, max_length=200)
    name: str | None = Field(None, description="English; made from the title where it is left out.")
    folder: str | None = None


class NewTextRequest(NewElementRequest):
    """A task by the whole text of its e.json."""

    text: str


class DuplicateRequest(Shape):
    """A copy of an element."""

    title: str = Field(min_length=1, max_length=200)
    name: str | None = Field(None, description="English; made from the title where it is left out.")


class NewTaskRequest(NewElementRequest):
    """What every new task has."""

    enabled: bool = True
    end: str | None = None
    timezone: str | None = None
    calendar: str | None = None
    skip_holidays: bool = False
    skip_weekend: bool = False
    holiday_roll: str | None = None


class NewScheduledRequest(NewTaskRequest):
    """A task that fires at times."""

    start: str | None = None
    repeat: str = "day"
    cron: str | None = None


class NewDateFieldRequest(NewTaskRequest):
    """A task that fires for each row, at its date."""

    model: str | None = None
    field: str | None = None
    offset: str = "0"
    at: str | None = None
    repeat: str = "once"
    end_field: str | None = None
    filter: str = ""


class NewModelRequest(NewElementRequest):
    """A model of fields such as ``title:str,due:date``."""

    fields: str
    database: str | None = None


class NewDatabaseRequest(NewElementRequest):
    """A database by its URL, or of a type: sqlite, postgres, mysql."""

    url: str | None = None
    type: Literal["sqlite", "postgres", "mysql"] | None = None
    settings: dict[str, str | int | None] = Field(default_factory=dict)


class Written(Shape):
    """An element that has been made."""

    element: str
    files: list[str]
