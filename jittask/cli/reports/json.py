"""For programs: the shape that section 10 of the design promises."""

from __future__ import annotations

from collections.abc import Iterator

from jittask.cli.formatting import to_json
from jittask.cli.reports.report import Report
from jittask.operations.views.diagnostics import diagnostic_view


def lines(report: Report) -> Iterator[str]:
    """Yield one JSON document."""
    yield to_json(
        {
            "diagnostics": [diagnostic_view(mistake) for mistake in report.verdict.mistakes],
            "summary": {
                "errors": report.errors,
                "warnings": report.warnings,
                "ignored": report.ignored,
                "elements": len(report.verdict.elements),
                "seconds": round(report.seconds, 3),
            },
        }
    )
