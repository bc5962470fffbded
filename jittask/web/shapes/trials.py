"""Trials of functions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from jittask.operations.edit.file_places import ElementFile
from jittask.web.shapes.base import Shape


class TrialRequest(Shape):
    """What is to be tried."""

    files: dict[ElementFile, str] = Field(default_factory=dict)
    """Unsaved texts, which need the role edit."""
    row: str | None = None
    args: dict[str, Any] | None = None


class TrialLine(Shape):
    """A line that the function printed or logged."""

    at: datetime
    stream: str
    level: str
    text: str


class TrialError(Shape):
    """What went wrong, and where in the tree."""

    text: str
    file: str | None
    line: int | None


class Trial(Shape):
    """How a trial ended; its changes through models are rolled back, other effects are real."""

    task: str
    version: str
    outcome: Literal["completed", "failed", "timeout", "died"]
    result: str | None
    """JSON, as a record has it."""
    output: list[TrialLine]
    error: TrialError | None
    filter_values: dict[str, Any] | None
    passes: bool | None
    rolled_back: Literal[True]
    seconds: float | None
