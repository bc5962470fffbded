"""A backfill as JSON."""

from __future__ import annotations

from typing import Any

from jittask.operations.backfill.backfill import Backfill
from jittask.operations.views.instants import iso
from jittask.operations.views.occurrences import occurrence_view


def backfill_view(done: Backfill) -> dict[str, Any]:
    """Return a backfill, or its preview."""
    return {
        "task": done.task,
        "from": iso(done.since),
        "to": iso(done.until),
        "misfire": done.misfire,
        "preview": done.preview,
        "occurrences": done.occurrences,
        "recorded": done.recorded,
        "missed": done.counted,
        "runs": done.runs,
        "rows": done.rows,
        "first": [occurrence_view(entry) for entry in done.first],
        "lastDue": iso(done.last_due),
        "liveRuntime": done.live_runtime,
        "remarks": list(done.remarks),
    }
