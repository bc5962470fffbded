"""For people: the place, the line with a caret, the hint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from jittask.cli.diagnostic_text import SourceLines, diagnostic_lines
from jittask.cli.reports.report import Report

_MOST_NAMED = 3


def lines(report: Report) -> Iterator[str]:
    """Yield a block for each mistake; the summary is not among them."""
    told: set[str] = set()
    sources = SourceLines(report.root, Path.cwd())
    for mistake in report.verdict.mistakes:
        yield from diagnostic_lines(mistake, sources)
        source = mistake.element or mistake.location.file
        needed_by = report.needed_by(mistake) if source not in told else ()
        if needed_by:
            told.add(source)
            yield f"        {click.style('needed by:', fg='cyan')} {_names(needed_by)}"
        yield ""


def _names(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
