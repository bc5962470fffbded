"""What the element code of this process runs in: the app, the current task, its log (rule U3)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.clock import Clock, SystemClock

log = logging.getLogger("jittask.task")
"""The logger of element code; its lines are recorded with the run."""


@dataclass(frozen=True, slots=True)
class Current:
    """The run that is executing."""

    runId: int
    task: str
    rowKey: str
    nominal: datetime
    effective: datetime
    attempt: int
    args: dict[str, Any] = field(default_factory=dict)
    """The task's ``args``, with the keys that were given for this run (F3)."""

    @property
    def occurrenceKey(self) -> str:
        """The same for every attempt at an occurrence, to make effects idempotent."""
        return json.dumps([self.task, self.rowKey, self.nominal.isoformat()])


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that has failed for good, as passed to the function of ``policy.onFailure`` (R2)."""

    runId: int
    task: str
    rowKey: str
    """JSON of the row's key columns; empty for a scheduled task."""
    trigger: str
    nominal: datetime
    effective: datetime
    started: datetime | None
    finished: datetime | None
    attempt: int
    """The number of its last attempt."""
    version: str | None
    reason: str
    """``error``, ``timeout``, ``interrupted`` or ``killed``."""
    detail: str
    """The reason in a line."""
    error: str
    """The traceback, or the detail where there is none."""


class RunningApp(Protocol):
    """What this module needs of the app; ``jittask.prelude.app`` has the class."""

    @property
    def zone(self) -> ZoneInfo:
        """The app's time zone."""
        ...

    @property
    def clock(self) -> Clock:
        """What NOW() and TODAY() read."""
        ...


@dataclass(slots=True)
class Place:
    """What ``app`` and ``currentTask`` stand for in one place."""

    app: RunningApp | None = None
    current: Current | None = None


process_place = Place()
"""The place of a process that runs one body at a time; of all of its threads."""
_thread_place: ContextVar[Place | None] = ContextVar("place", default=None)


def place() -> Place:
    """Return the place of the calling code."""
    return _thread_place.get() or process_place


@contextmanager
def alone(app: RunningApp, current: Current) -> Iterator[None]:
    """Be the only run of this process, in all of its threads."""
    process_place.app, process_place.current = app, current
    try:
        yield
    finally:
        process_place.current = None


@contextmanager
def among_others(app: RunningApp, current: Current) -> Iterator[None]:
    """Be one of several runs of this process: the place is this thread's alone."""
    token = _thread_place.set(Place(app, current))
    try:
        yield
    finally:
        _thread_place.reset(token)


def now_and_zone() -> tuple[datetime, ZoneInfo]:
    """Return the instant and the zone that a filter's TODAY() and NOW() mean."""
    app = place().app
    if app is None:
        return SystemClock().now(), zonedata.zone("UTC")
    return app.clock.now(), app.zone


class _Proxy:
    """Stands for what the calling code's place holds when an attribute is read."""

    def __init__(self, name: str, attribute: str) -> None:
        self._name = name
        self._attribute = attribute

    def __getattr__(self, name: str) -> Any:
        target = getattr(place(), self._attribute)
        if target is None:
            raise RuntimeError(f"{self._name} is there only while JitTask runs a task")
        return getattr(target, name)


app = _Proxy("app", "app")
currentTask = _Proxy("currentTask", "current")  # noqa: N816 - element code's name
