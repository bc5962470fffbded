"""The preview of an unsaved task as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jittask.operations.views.diagnostics import diagnostic_view
from jittask.operations.views.instants import iso
from jittask.operations.views.notes import optional_note_view
from jittask.operations.views.occurrences import occurrence_view

if TYPE_CHECKING:
    from jittask.operations.inspect.preview.firing_rows import FiringRows
    from jittask.operations.inspect.preview.preview import Preview


def preview_view(preview: Preview) -> dict[str, Any]:
    """Return all of it."""
    known = preview.holidays_known_until
    return {
        "sentence": preview.sentence,
        "zone": preview.zone.key,
        "diagnostics": [diagnostic_view(each) for each in preview.diagnostics],
        "occurrences": [occurrence_view(entry) for entry in preview.occurrences],
        "year": [
            {
                "date": day.day.isoformat(),
                "holiday": day.holiday,
                "working": day.working,
                "count": day.count,
            }
            for day in preview.year
        ],
        "holidaysKnownUntil": None if known is None else known.isoformat(),
        "problem": optional_note_view(preview.problem),
        "rows": None if preview.rows is None else _rows(preview.rows),
        "rowsProblem": optional_note_view(preview.rows_problem),
    }


def _rows(found: FiringRows) -> dict[str, Any]:
    return {
        "matching": found.matching.rows,
        "matchingCapped": found.matching.capped,
        "window": {"from": iso(found.first), "to": iso(found.window.until)},
        "firing": [
            {**occurrence_view(firing.entry), "label": firing.label} for firing in found.firing
        ],
        "count": found.count,
        "capped": found.capped,
        "days": [
            {"date": day.isoformat(), "count": count} for day, count in sorted(found.days.items())
        ],
        "problem": optional_note_view(found.problem),
    }
