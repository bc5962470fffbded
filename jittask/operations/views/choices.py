"""What people choose from while they make a task, as JSON: functions, names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jittask.compiler.offered_functions import OfferedFunction
    from jittask.operations.edit.element_name import SuggestedName


def functions_view(functions: Sequence[OfferedFunction]) -> dict[str, Any]:
    """Return service functions."""
    return {
        "functions": [
            {
                "name": function.name,
                "title": function.title or function.name.rpartition(".")[2],
                "summary": function.summary,
                "fits": function.fits,
                "reason": function.reason,
                "parameters": [
                    {"name": parameter.name, "required": parameter.required}
                    for parameter in function.parameters
                ],
            }
            for function in functions
        ]
    }


def name_view(name: SuggestedName) -> dict[str, Any]:
    """Return a name for a new element."""
    return {
        "name": name.name,
        "taken": name.taken,
        "free": name.free,
        "problem": name.problem,
    }
