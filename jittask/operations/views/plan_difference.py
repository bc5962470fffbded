"""The difference of two versions of a tree as JSON."""

from __future__ import annotations

from typing import Any

from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.plan.against import PlanDifference
from jittask.operations.views.occurrences import occurrence_view


def plan_difference_view(difference: PlanDifference) -> dict[str, Any]:
    """Return a difference as section 10 has it, with what it is measured against."""
    found = difference.tasks
    reasons = {task.task: list(task.reasons) for task in found}

    def view(entry: TaskOccurrence) -> dict[str, Any]:
        return {**occurrence_view(entry), "reasons": reasons[entry.task]}

    return {
        "baseline": {
            "ref": difference.ref,
            "commit": difference.commit,
            "exists": difference.exists,
        },
        "appears": [view(entry) for task in found for entry in task.appears],
        "vanishes": [view(entry) for task in found for entry in task.vanishes],
        "moves": [
            {"from": view(old), "to": view(new)} for task in found for old, new in task.moves
        ],
        "edited": [
            {"task": task.task, "forRows": task.by_rows, "reasons": list(task.reasons)}
            for task in found
            if not task.shows
        ],
    }
