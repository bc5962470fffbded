"""Runs, their logs, what fires next, statistics."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from jittask.web.shapes.base import Shape


class Note(Shape):
    """A remark, with a code for programs."""

    code: str
    text: str
    params: dict[str, str | int]
    """What the text is made of."""


class Occurrence(Shape):
    """When a task fires, or would have fired."""

    task: str
    row: str | None
    nominal: datetime
    effective: datetime | None
    local: datetime
    zone: str
    merged: list[datetime]
    notes: list[Note]
    cursor: str | None = None
    """In a listing that pages: what ``after`` takes for the page after it."""


class LeftOut(Shape):
    """A task whose rows cannot be read."""

    task: str
    reason: str


class Occurrences(Shape):
    """What fires in a window; ``complete`` is false where there is more."""

    occurrences: list[Occurrence]
    complete: bool
    next: str | None
    """The cursor of the next page."""
    left_out: list[LeftOut]


class Explanation(Shape):
    """Why a task fires at a time, or does not."""

    task: str
    row: str | None
    at: str
    fires: bool
    nominal: datetime | None
    effective: datetime | None
    reasons: list[Note]


class Missed(Shape):
    """Occurrences that a run counts besides its own."""

    first: datetime
    last: datetime
    count: int


class Attempt(Shape):
    """One try at a run."""

    number: int
    runtime: str
    host: str | None
    version: str
    started: datetime
    finished: datetime | None
    outcome: str | None
    error: str | None
    peak_kb: int | None


class Record(Shape):
    """A run."""

    id: int
    task: str
    row: str | None
    status: str
    reason: str | None
    detail: str | None
    trigger: str
    nominal: datetime
    nominals: list[datetime]
    missed: Missed | None
    effective: datetime
    delay_seconds: float
    """By how much it is to begin after that (``policy.jitterSeconds``)."""
    started: datetime | None
    finished: datetime | None
    late: bool
    attempt: int
    attempts: list[Attempt]
    version: str | None
    result: str | None
    error: str | None
    rerun_of: int | None
    args: dict[str, Any] | None


class RecordPage(Shape):
    """A page of runs, and the cursor of the next one."""

    records: list[Record]
    next: str | None
    searched_to: datetime | None
    """Where a search for a text has stopped before the page was full."""


class Count(Shape):
    """How many there are; at least so many where it is capped."""

    count: int
    capped: bool


class RecordCounts(Shape):
    """How many runs have each status; ``pending`` counts the overdue ones too."""

    pending: Count
    executing: Count
    overdue: Count
    completed: Count
    failed: Count
    skipped: Count
    cancelled: Count


class LogLine(Shape):
    """A line that a run printed or logged."""

    attempt: int
    at: datetime
    level: str
    stream: str
    text: str


class RecordWithLog(Record):
    """A run with its output."""

    log: list[LogLine]


class FoundLine(LogLine):
    """A line that has a text, and its place in the log, from 1."""

    number: int


class FoundLines(Shape):
    """The first lines that have a text, and how many have it."""

    lines: list[FoundLine]
    total: int


class ComparedLine(Shape):
    """A line of a comparison; ``gap`` stands for lines that are left out."""

    mark: Literal["same", "added", "removed", "gap"]
    text: str
    then: int | None
    now: int | None


class ComparedFile(Shape):
    """A file as a run ran it, and what has become of it."""

    path: str
    change: Literal["same", "changed", "added", "removed"]
    text: str | None
    withheld: bool
    lines: list[ComparedLine]


class RecordVersion(Shape):
    """The version that a run ran, compared with the current one of its task."""

    version: str | None
    current: str | None
    kept: bool
    files: list[ComparedFile]


class Percentiles(Shape):
    """Seconds."""

    p50: float
    p95: float


class TaskStatistics(Shape):
    """What the runs of a task were like."""

    task: str
    runs: int
    completed: int
    failed: int
    success_rate: float
    duration: Percentiles
    lateness: Percentiles


class Statistics(Shape):
    """What the runs of a time were like."""

    since: datetime
    until: datetime
    tasks: list[TaskStatistics]


class Accepted(Shape):
    """A run that was asked for."""

    run: int
    accepted: bool
    live_runtime: bool


class Resumed(Shape):
    """A task whose pause is over."""

    task: str
    paused: bool
    changed: bool


class Switched(Shape):
    """A task that is enabled or disabled in its file."""

    task: str
    enabled: bool
    changed: bool
    file: str
