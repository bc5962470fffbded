"""A diagnostic as JSON."""

from __future__ import annotations

from typing import Any

from jittask.diagnostics import Diagnostic


def diagnostic_view(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic as section 10 has it."""
    place = diagnostic.location
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "pointer": place.pointer,
        "element": diagnostic.element,
    }
