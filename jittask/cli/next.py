"""``jittask next``: when tasks fire, by the code that the runtime uses (rule T11)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from jittask.cli.arguments import optional_task_argument
from jittask.cli.formatting import one_line, to_json
from jittask.cli.language import language_option
from jittask.cli.occurrence_text import notes_text, time_text
from jittask.cli.options import format_option, note, quiet_option, tree_option
from jittask.cli.tree import preview_workspace
from jittask.operations.inspect.next import MAX_OCCURRENCES, Upcoming, next_of_all, next_of_task
from jittask.operations.times import Direction, read_instant
from jittask.operations.views.occurrences import occurrence_view
from jittask.schedule.words import Language, in_words

_OCCURRENCES, _TASKS = 5, 50


@click.command()
@optional_task_argument
@click.option("--limit", "--count", "-n", type=click.IntRange(1, MAX_OCCURRENCES),
              help=f"How many times of TASK ({_OCCURRENCES}), or tasks ({_TASKS}).")  # fmt: skip
@click.option("--from", "start", metavar="TIME", help="From this time on: ISO, or 1h; now.")
@click.option("--row", metavar="KEY", help="The row of a date-field task, by its key.")
@click.option("--all", "skipped", is_flag=True, help="Also show what holidays skip.")
@tree_option
@language_option
@format_option()
@quiet_option
def command(
    task: str | None,
    limit: int | None,
    start: str | None,
    row: str | None,
    skipped: bool,
    tree: Path | None,
    language: str,
    shape: str,
) -> None:
    """Show when TASK fires next; without TASK, the next time of each scheduled task.

    Example: jittask next reports.WeeklyReport -n 10
    """
    if task is None and row is not None:
        raise click.UsageError("--row needs a TASK")
    with preview_workspace(tree) as opened:
        begin = None
        if start is not None:
            begin = read_instant(
                start, opened.zone, opened.now(), "from", direction=Direction.AHEAD
            )
        if task is None:
            found = next_of_all(opened, start=begin, limit=limit or _TASKS, skipped=skipped)
        else:
            found = next_of_task(
                opened, task, row=row, start=begin, limit=limit or _OCCURRENCES, skipped=skipped
            )
    for remark in found.remarks:
        note(remark)
    if shape == "json":
        click.echo(to_json([occurrence_view(entry, row) for entry in found.occurrences]))
    else:
        _show(found, language, named=task is None)
    if not found.occurrences:
        note("nothing fires any more")
        sys.exit(1)


def _show(found: Upcoming, language: str, *, named: bool) -> None:
    if not named:
        [timer] = found.timers.values()
        click.echo(in_words(timer, Language(language)))
    for entry in found.occurrences:
        parts = (time_text(entry), entry.task if named else "", notes_text(entry))
        click.echo("  ".join(part for part in parts if part))
    for name, pause in found.pauses.items():
        note(f"{name}: {one_line(pause.describe(found.timers[name].zone))}")
    for sentence in found.unannounced:
        note(sentence)
    if found.left_out:
        note(f"and {found.left_out:,} more tasks: -n")
