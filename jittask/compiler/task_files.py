"""What a task is compiled from: its own files, and what all tasks of a tree share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jittask.compiler.bundle_manifest import BundleManifests
from jittask.compiler.dependencies import Dependencies
from jittask.compiler.functions import NO_DEFAULT_FAILURE, DefaultFailure, Services, services_of
from jittask.compiler.graph import Graph
from jittask.compiler.python import Module
from jittask.compiler.reading import Reading
from jittask.compiler.settings import Settings
from jittask.compiler.source import Source
from jittask.model import FunctionRef, ModelInfo, Policy, TaskType
from jittask.schedule.problems import TimingProblem
from jittask.schedule.row_timer import RowTimer, check_row_timer
from jittask.schedule.timer import Timer, check_timer


class CheckedTiming(NamedTuple):
    """What a ``timerCfg`` means."""

    timer: Timer | RowTimer | None
    """None where a problem keeps it from being one."""
    problems: tuple[TimingProblem, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all tasks of a tree are compiled with."""

    reading: Reading
    graph: Graph
    manifests: BundleManifests
    default_failure: DefaultFailure = NO_DEFAULT_FAILURE
    is_only_checked: bool = False
    """Whether only what is found wrong matters: then tasks get no version, and no digests."""
    timers: dict[tuple[str, str], Timer | RowTimer] = field(default_factory=dict)
    """Timers made from the cache; tasks of the same timing share one."""
    timings: dict[tuple[int, str], CheckedTiming] = field(default_factory=dict)
    """Timings that have been checked, by what ``timerCfg`` says."""
    policies: dict[tuple[str, FunctionRef | None], Policy] = field(default_factory=dict)
    """Policies, by what ``policy`` says, and the function that it names."""

    @property
    def settings(self) -> Settings:
        """The app's settings."""
        return self.reading.settings

    @property
    def services(self) -> Services:
        """The services that tasks can call."""
        return services_of(self.reading)

    def column_zone(self, model: ModelInfo | None) -> str | None:
        """Return the zone of the model's columns without one, where its database has its own."""
        database = None if model is None else self.reading.databases.get(model.database)
        return None if database is None else database.timezone

    def timer(self, task_type: str, timing: str) -> Timer | RowTimer:
        """Return the timer of a correct ``timerCfg``, given as JSON. Raises ValueError."""
        known = self.timers.get((task_type, timing))
        if known is None:
            rows = int(task_type == TaskType.DATE_FIELD)
            known = self.checked_timing(json.loads(timing), rows).timer
            if known is None:
                raise ValueError(f"no timer: {timing}")
            self.timers[task_type, timing] = known
        return known

    def checked_timing(self, config: Mapping[str, Any], rows: int) -> CheckedTiming:
        """Return the timer of a ``timerCfg``, and its problems; checked once where many have it."""
        key = rows, repr(config)
        known = self.timings.get(key)
        if known is None:
            zone, calendar = self.settings.app.timezone, self.settings.calendar
            timer: Timer | RowTimer | None
            if rows:
                timer, problems = check_row_timer(config, zone, calendar)
            else:
                timer, problems = check_timer(config, zone, calendar)
            known = self.timings[key] = CheckedTiming(timer, tuple(problems))
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
