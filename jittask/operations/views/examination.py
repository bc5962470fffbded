"""An examination of databases and run store as JSON."""

from __future__ import annotations

from typing import Any

from jittask.operations.inspect.doctor import Examination
from jittask.operations.views.diagnostics import diagnostic_view


def examination_view(found: Examination) -> dict[str, Any]:
    """Return what was found, section by section."""
    return {
        "sections": [
            {
                "name": section.name,
                "place": section.place,
                "facts": list(section.facts),
                "notExamined": list(section.not_examined),
                "diagnostics": [diagnostic_view(each) for each in section.diagnostics],
            }
            for section in found.sections
        ],
        "summary": {"errors": found.errors, "warnings": found.warnings},
    }
