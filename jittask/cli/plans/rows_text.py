"""Which rows fire, as text for people and JSON for programs."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from jittask.cli.formatting import one_line, to_json
from jittask.cli.occurrence_text import note_of_stored, notes_text, time_text
from jittask.cli.options import note
from jittask.model import Occurrence
from jittask.operations.inspect.next_rows import UpcomingRows, next_of_rows
from jittask.operations.views.occurrences import row_occurrence_view
from jittask.schedule.words import Language, in_words

if TYPE_CHECKING:
    from jittask.compiler.compiled import DateFieldTask
    from jittask.operations.inspect.row_stream import Tally
    from jittask.operations.workspace import Workspace


def show_next_rows(
    opened: Workspace,
    task: DateFieldTask,
    begin: datetime | None,
    until: datetime | None,
    limit: int,
    after: str | None,
    *,
    skipped: bool,
    language: Language,
    shape: str,
) -> None:
    """Print a page of what the rows of a task fire; exit 1 where there is nothing."""
    found = next_of_rows(
        opened, task, start=begin, end=until, limit=limit, after=after, skipped=skipped
    )
    for remark in found.page.remarks:
        note(one_line(remark))
    if shape == "json":
        click.echo(to_json([row_occurrence_view(entry) for entry in found.page.occurrences]))
    else:
        _show(found, task, language)
    note_of_stored(found.page)
    if found.next is not None:
        note(f"more: --after {found.next}")
    if not found.page.occurrences:
        note("no row fires any more" if until is None else "no row fires in that time")
        sys.exit(1)


def total_text(tally: Tally) -> str:
    """Return how many occurrences there are, and of how many rows."""
    skipped = f", and {tally.skipped:,} skipped" if tally.skipped else ""
    return f"{_number(tally.occurrences, 'occurrence')} of {_number(tally.rows, 'row')}{skipped}"


def _show(found: UpcomingRows, task: DateFieldTask, language: Language) -> None:
    click.echo(f"{one_line(task.title)}: {in_words(task.timer, language)}")
    for entry in found.page.occurrences:
        fires = "" if isinstance(entry.occurrence, Occurrence) else "-"
        parts = (f"{fires:1} {time_text(entry)}", one_line(entry.row or ""), notes_text(entry))
        click.echo("  ".join(part for part in parts if part))
    if found.total is not None:
        click.echo(total_text(found.total))


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
