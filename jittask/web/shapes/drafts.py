"""Unsaved texts, and what they mean."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from jittask.operations.edit.file_places import ElementFile
from jittask.web.shapes.base import Shape
from jittask.web.shapes.elements import Diagnostic
from jittask.web.shapes.runs import Note, Occurrence


class PreviewRequest(Shape):
    """The text of a task's e.json."""

    text: str


class PreviewDay(Shape):
    """A day of the year ahead on which something fires, or that is a holiday."""

    date: date
    holiday: str | None
    working: bool
    count: int = Field(description="Occurrences; 12 means 12 or more.")


class Window(Shape):
    """A time: after ``from``, up to and with ``to``."""

    from_: datetime = Field(alias="from")
    to: datetime


class FiringRow(Occurrence):
    """An occurrence of a row, and what people know the row by."""

    label: str


class DayCount(Shape):
    """How many fire on a day."""

    date: date
    count: int


class FiringRows(Shape):
    """The rows for which a task would fire in a window."""

    matching: int
    """The rows that pass the filter, whatever their dates."""
    matching_capped: bool
    window: Window
    firing: list[FiringRow]
    count: int
    capped: bool
    days: list[DayCount]
    problem: Note | None


class Preview(Shape):
    """What an unsaved task means."""

    sentence: str | None
    zone: str
    diagnostics: list[Diagnostic]
    occurrences: list[Occurrence]
    year: list[PreviewDay]
    holidays_known_until: date | None
    problem: Note | None
    rows: FiringRows | None
    rows_problem: Note | None


class CheckRequest(Shape):
    """The text of one file of an element."""

    file: ElementFile
    text: str


class Checked(Shape):
    """What is wrong with it."""

    diagnostics: list[Diagnostic]
