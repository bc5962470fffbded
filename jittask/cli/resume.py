"""``jittask resume``: ends a pause (rule V5)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.arguments import task_argument
from jittask.cli.formatting import to_json
from jittask.cli.options import format_option, quiet_option, tree_option
from jittask.cli.tree import workspace
from jittask.operations.control.pauses import resume
from jittask.operations.views.requests import resumed_view


@click.command()
@task_argument
@tree_option
@format_option()
@quiet_option
def command(task: str, tree: Path | None, shape: str) -> None:
    """Let TASK fire again; what came due while it was paused stays skipped.

    Example: jittask resume billing.OverdueNotice
    """
    with workspace(tree) as opened:
        resumed = resume(opened, task)
    if shape == "json":
        click.echo(to_json(resumed_view(resumed)))
    else:
        click.echo(f"{resumed.task} {'fires again' if resumed.was_paused else 'was not paused'}")
