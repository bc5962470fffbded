"""Statistics of runs as JSON; lengths of time are seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jittask.operations.inspect.statistics import Statistics
from jittask.operations.views.instants import iso

if TYPE_CHECKING:
    from jittask.store.statistics import Percentiles, TaskStatistics


def statistics_view(found: Statistics) -> dict[str, Any]:
    """Return the statistics of a time."""
    return {
        "since": iso(found.since),
        "until": iso(found.until),
        "tasks": [_task(task) for task in found.tasks],
    }


def _task(task: TaskStatistics) -> dict[str, Any]:
    return {
        "task": task.task,
        "runs": task.runs,
        "completed": task.completed,
        "failed": task.failed,
        "successRate": round(task.success_rate, 4),
        "duration": _percentiles(task.duration),
        "lateness": _percentiles(task.lateness),
    }


def _percentiles(values: Percentiles) -> dict[str, float]:
    return {"p50": values.p50.total_seconds(), "p95": values.p95.total_seconds()}
