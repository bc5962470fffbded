"""``jittask next``: when tasks fire, by the code that the runtime uses (rule T11)."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.arguments import optional_task_argument
from jittask.cli.formatting import to_json
from jittask.cli.language import language_option
from jittask.cli.occurrence_text import note_of_stored, notes_text, time_text
from jittask.cli.options import (
    after_option,
    format_option,
    note,
    quiet_option,
    tree_option,
)
from jittask.cli.tree import preview_workspace
from jittask.operations.inspect.next import MAX_OCCURRENCES, Upcoming, next_of_all, next_of_task
from jittask.operations.naming import rows_task
from jittask.operations.times import Direction, read_instant
from jittask.operations.views.occurrences import occurrence_view
from jittask.schedule.words import Language, in_words

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace

_OCCURRENCES, _TASKS = 5, 50


@click.command()
@optional_task_argument
@click.option(
    "--limit",
    "--count",
    "-n",
    type=click.IntRange(1, MAX_OCCURRENCES),
    help=f"How many times of TASK ({_OCCURRENCES}), or tasks or rows ({_TASKS}).",
)
@click.option("--from", "start", metavar="TIME", help="From this time on: ISO, or 1h; now.")
@click.option("--to", "end", metavar="TIME", help="Up to this time; counts what rows fire, too.")
@click.option("--row", metavar="KEY", help="One row of a date-field task, by its key.")
@click.option("--all", "skipped", is_flag=True, help="Also show what holidays skip.")
@after_option
@tree_option
@language_option
@format_option()
@quiet_option
def command(
    task: str | None,
    limit: int | None,
    start: str | None,
    end: str | None,
    row: str | None,
    skipped: bool,
    after: str | None,
    tree: Path | None,
    language: str,
    shape: str,
) -> None:
    """Show when TASK fires next; without TASK, the next time of each scheduled task.

    Of a task that fires for rows: which rows, and when. With --to, how many in all.

    \b
    Example: jittask next reports.WeeklyReport -n 10
             jittask next billing.OverdueNotice --to 7d
    """  # noqa: D301 - click reads the backspace
    if task is None and row is not None:
        raise click.UsageError("--row needs a TASK")
    if task is None and end is not None:
        raise click.UsageError("--to needs a TASK; jittask plan is for all of them")
    with preview_workspace(tree) as opened:
        begin, until = _time(opened, start, "from"), _time(opened, end, "to")
        of_rows = None if task is None or row is not None else rows_task(opened, task)
        if after is not None and of_rows is None:
            raise click.UsageError("--after is for a TASK that fires for rows, without --row")
        if of_rows is not None:
            from jittask.cli.plans.rows_text import show_next_rows

            show_next_rows(
                opened, of_rows, begin, until, limit or _TASKS, after,
                skipped=skipped, language=Language(language), shape=shape,
            )  # fmt: skip
            return
        if task is None:
            found = next_of_all(opened, start=begin, limit=limit or _TASKS, skipped=skipped)
        else:
            found = next_of_task(
                opened, task, row=row, start=begin, end=until, limit=limit or _OCCURRENCES,
                skipped=skipped,
            )  # fmt: skip
    for remark in found.remarks:
        note(remark)
    if shape == "json":
        click.echo(to_json([occurrence_view(entry, row) for entry in found.occurrences]))
    else:
        _show(found, language, named=task is None)
    if not found.occurrences:
        note("nothing fires any more" if until is None else "nothing fires in that time")
        sys.exit(1)


def _time(opened: Workspace, given: str | None, argument: str) -> datetime | None:
    if given is None:
        return None
    zone, now, ahead = opened.zone, opened.now(), Direction.AHEAD
    return read_instant(given, zone, now, argument, direction=ahead, end=argument == "to")


def _show(found: Upcoming, language: str, *, named: bool) -> None:
    if not named:
        [timer] = found.timers.values()
        click.echo(in_words(timer, Language(language)))
    for entry in found.occurrences:
        parts = (time_text(entry), entry.task if named else "", notes_text(entry))
        click.echo("  ".join(part for part in parts if part))
    note_of_stored(found)
    if found.left_out:
        note(f"and {found.left_out:,} more tasks: -n")
