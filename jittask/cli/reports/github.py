"""Workflow commands, which GitHub Actions shows as annotations of a change."""

from __future__ import annotations

from collections.abc import Iterator

from jittask.cli.reports.report import Report
from jittask.diagnostics import Diagnostic


def lines(report: Report) -> Iterator[str]:
    """Yield a command for each mistake."""
    for mistake in report.verdict.mistakes:
        yield _command(mistake, report)


def _command(mistake: Diagnostic, report: Report) -> str:
    place = mistake.location
    properties: dict[str, str | int] = {
        "file": report.path(place.file),
        "line": place.line,
        "col": place.column,
        "title": f"jittask: {mistake.code}",
    }
    if place.end_line > place.line:
        properties["endLine"] = place.end_line
    elif place.end_column > place.column:
        properties["endLine"] = place.line
        properties["endColumn"] = place.end_column
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    message = f"{mistake.message}\n{mistake.hint}" if mistake.hint else mistake.message
    return f"::{mistake.severity} {written}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str | int) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
