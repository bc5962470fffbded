"""The status of a tree as JSON."""

from __future__ import annotations

from typing import Any

from jittask.operations.inspect.status import Status
from jittask.operations.views.diagnostics import diagnostic_view
from jittask.operations.views.instants import iso
from jittask.operations.views.pauses import pause_view


def status_view(status: Status) -> dict[str, Any]:
    """Return the status as section 10 has it."""
    newest = status.runtimes[0] if status.runtimes else None
    return {
        "runtimes": [
            {
                "id": runtime.id,
                "host": runtime.host,
                "pid": runtime.pid,
                "started": iso(runtime.started),
                "alive": runtime.alive,
                "lastReload": iso(runtime.last_reload),
                "lastReloadOk": runtime.last_reload_ok,
            }
            for runtime in status.runtimes
        ],
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
                "diagnostics": [diagnostic_view(each) for each in element.diagnostics],
            }
            for element in status.elements
        ],
    }
