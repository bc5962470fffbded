"""What is in the trash, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jittask.operations.views.instants import iso

if TYPE_CHECKING:
    from jittask.operations.edit.trash import Trashed


def trash_view(trash: Sequence[Trashed], kept_days: int) -> dict[str, Any]:
    """Return all of it, and after how many days it is removed for good."""
    return {"entries": [trashed_view(trashed) for trashed in trash], "keptDays": kept_days}


def trashed_view(trashed: Trashed) -> dict[str, Any]:
    """Return an element in the trash, or one that has been put back."""
    return {
        "trash": trashed.id,
        "element": trashed.element,
        "title": trashed.title,
        "deleted": iso(trashed.deleted),
    }
