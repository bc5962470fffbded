"""The status of a tree as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jittask.operations.inspect.health import Problem
from jittask.operations.inspect.status import Status
from jittask.operations.inspect.task_status import TaskStatus
from jittask.operations.views.catalog import entry_view
from jittask.operations.views.diagnostics import diagnostic_view
from jittask.operations.views.instants import iso
from jittask.operations.views.pauses import pause_view

if TYPE_CHECKING:
    from jittask.store.fleet_types import WorkerRow


def task_status_view(status: TaskStatus) -> dict[str, Any]:
    """Return the status of one task: as ``list`` has it, with its queue and problems."""
    return {
        "well": status.is_well,
        "problems": [problem_view(problem) for problem in status.problems],
        "task": entry_view(status.entry),
        "version": status.element.version if status.element else None,
        "queue": {
            "pending": status.pending,
            "overdue": status.overdue,
            "executing": status.executing,
        },
        "diagnostics": [
            diagnostic_view(each) for each in (status.element.diagnostics if status.element else ())
        ],
    }


def problem_view(problem: Problem) -> dict[str, Any]:
    """Return one thing that is wrong."""
    return {
        "code": problem.code,
        "text": problem.text,
        "since": iso(problem.since),
        "element": problem.element,
    }


def worker_view(worker: WorkerRow) -> dict[str, Any]:
    """Return a worker of a fleet."""
    return {
        "id": worker.id,
        "host": worker.host,
        "pid": worker.pid,
        "started": iso(worker.started),
        "lastBeat": iso(worker.last_beat),
        "silent": worker.silent,
        "queues": list(worker.queues),
        "slots": worker.slots,
        "executing": worker.executing,
        "protocol": worker.protocol,
    }


def status_view(status: Status) -> dict[str, Any]:
    """Return the status as section 10 has it."""
    newest = status.runtimes[0] if status.runtimes else None
    return {
        "well": status.is_well,
        "problems": [problem_view(problem) for problem in status.problems],
        "runtimes": [
            {
                "id": runtime.id,
                "host": runtime.host,
                "pid": runtime.pid,
                "started": iso(runtime.started),
                "alive": runtime.alive,
                "stopped": iso(runtime.stopped),
                "lastBeat": iso(runtime.last_beat),
                "lastReload": iso(runtime.last_reload),
                "lastReloadOk": runtime.last_reload_ok,
            }
            for runtime in status.runtimes
        ],
        "workers": [worker_view(worker) for worker in status.workers],
        "leader": status.leader.id if status.leader else None,
        "planner": {"lastScan": iso(newest.last_scan) if newest else None},
        "queue": {
            "pending": status.pending,
            "overdue": status.overdue,
            "executing": status.executing,
        },
        "paused": [pause_view(pause) for pause in status.pauses],
        "data": {"zones": status.zones_edition, "holidays": status.holidays_edition},
        "elements": [
            {
                "name": element.name,
                "state": element.state,
                "version": element.version,
                "since": iso(element.since),
                "brokenSince": iso(element.broken_since),
                "diagnostics": [diagnostic_view(each) for each in element.diagnostics],
            }
            for element in status.elements
        ],
    }
