"""An explanation as JSON."""

from __future__ import annotations

from typing import Any

from jittask.operations.inspect.explain import Explanation
from jittask.operations.views.instants import iso
from jittask.operations.views.notes import note_view


def explanation_view(found: Explanation) -> dict[str, Any]:
    """Return an explanation as section 10 has it."""
    return {
        "task": found.task,
        "row": found.row,
        "at": found.at.date().isoformat() if found.whole_day else found.at.isoformat(),
        "fires": found.fires,
        "nominal": iso(found.nominal),
        "effective": iso(found.effective),
        "reasons": [note_view(reason) for reason in found.reasons],
    }
