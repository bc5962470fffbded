"""What a task is compiled from: its own files, and what all tasks of a tree share."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from jittask.compiler.dependencies import Dependencies
from jittask.compiler.functions import Services
from jittask.compiler.graph import Graph
from jittask.compiler.python import Module
from jittask.compiler.reading import Reading
from jittask.compiler.settings import Settings
from jittask.compiler.source import Source
from jittask.model import ElementKind, ModelInfo, TaskType
from jittask.schedule.row_timer import RowTimer, check_row_timer
from jittask.schedule.timer import Timer, check_timer


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all tasks of a tree are compiled with."""

    reading: Reading
    graph: Graph
    timers: dict[tuple[str, str], Timer | RowTimer] = field(default_factory=dict)
    """Timers made from the cache; tasks of the same timing share one."""

    @property
    def settings(self) -> Settings:
        """The app's settings."""
        return self.reading.settings

    @property
    def services(self) -> Services:
        """The services that tasks can call."""
        return Services(self.reading.names[ElementKind.SERVICE], self.reading.services)

    def column_zone(self, model: ModelInfo | None) -> str | None:
        """Return the zone of the model's columns without one, where its database has its own."""
        database = None if model is None else self.reading.databases.get(model.database)
        return None if database is None else database.timezone

    def timer(self, task_type: str, timing: str) -> Timer | RowTimer:
        """Return the timer of a correct ``timerCfg``, given as JSON. Raises ValueError."""
        known = self.timers.get((task_type, timing))
        if known is None:
            read = check_row_timer if task_type == TaskType.DATE_FIELD else check_timer
            known, _ = read(json.loads(timing), self.settings.app.timezone, self.settings.calendar)
            if known is None:
                raise ValueError(f"no timer: {timing}")
            self.timers[task_type, timing] = known
        return known


@dataclass(frozen=True, slots=True)
class TaskFiles:
    """What a task's own files contain."""

    name: str
    source: Source
    has_inner: bool
    inner: Module | None
    """``inner.py``, where it can be read."""
    dependencies: Dependencies
