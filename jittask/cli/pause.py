"""``jittask pause``: keeps a task from firing for a while, without an edit (rule V5)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.arguments import task_argument
from jittask.cli.formatting import one_line, to_json
from jittask.cli.options import format_option, quiet_option, tree_option
from jittask.cli.tree import workspace
from jittask.operations.control.pauses import pause
from jittask.operations.times import Direction, read_instant
from jittask.operations.views.pauses import pause_view


@click.command()
@task_argument
@click.option(
    "--until", metavar="TIME",
    help="It ends by itself then, such as 2026-05-04 or 2h; else at jittask resume.",
)  # fmt: skip
@click.option("--note", metavar="TEXT", help="Why; status, next and the records say it.")
@tree_option
@format_option()
@quiet_option
def command(task: str, until: str | None, note: str | None, tree: Path | None, shape: str) -> None:
    """Keep TASK from firing: what comes due meanwhile is recorded as skipped.

    A run that executes continues, and what is asked for by hand still runs.
    Pausing again changes the end and the note.

    Example: jittask pause billing.OverdueNotice --until 2026-05-04 --note "moving house"
    """
    with workspace(tree) as opened:
        end = until and read_instant(
            until, opened.zone, opened.now(), "until", direction=Direction.AHEAD
        )
        paused = pause(opened, task, until=end or None, note=note)
        zone = opened.zone
    if shape == "json":
        click.echo(to_json(pause_view(paused) | {"paused": True}))
    else:
        click.echo(f"{paused.task}: {one_line(paused.describe(zone))}")
