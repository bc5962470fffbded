"""``jittask pause``: keeps a task from firing for a while, without an edit (rule V5)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask import zonedata
from jittask.cli.formatting import to_json
from jittask.cli.timers import read_instant
from jittask.cli.tree import compiled, open_store, task_name, tree_option
from jittask.clock import SystemClock
from jittask.operations.views.pauses import pause_view
from jittask.store.control import Pause


@click.command()
@click.argument("task")
@click.option("--until", metavar="ISO", help="It goes on by itself then; else at jittask resume.")
@click.option("--note", metavar="TEXT", help="Why; status, next and the records say it.")
@tree_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(task: str, until: str | None, note: str | None, tree: Path | None, shape: str) -> None:
    """Keep TASK from firing: what comes due meanwhile is recorded as skipped.

    What executes goes on, and what is asked for by hand still runs. Pausing
    again changes the end and the note.

    Example: jittask pause billing.OverdueNotice --until 2026-05-04 --note "moving house"
    """
    compilation = compiled(tree)
    name = task_name(compilation, task)
    now = SystemClock().now()
    end = None if until is None else read_instant(until, compilation, "--until")
    if end is not None and end <= now:
        raise click.UsageError(f"--until: expected a time to come, got {until}")
    pause = Pause(name, now, end, note)
    with open_store(compilation.app, create=True) as store:
        store.put_pause(pause)
    if shape == "json":
        click.echo(to_json(pause_view(pause) | {"paused": True}))
    else:
        zone = zonedata.zone(compilation.app.settings.timezone)
        click.echo(f"{name}: {pause.describe(zone)}")
