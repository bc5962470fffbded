"""``jittask disable``: sets ``enable`` to 0 in a task's e.json."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.arguments import task_argument
from jittask.cli.enabled import switch_task
from jittask.cli.options import format_option, quiet_option, tree_option


@click.command()
@task_argument
@tree_option
@format_option()
@quiet_option
def command(task: str, tree: Path | None, shape: str) -> None:
    """Set TASK's enable to 0 in its e.json; a running jittask reloads it.

    Example: jittask disable reports.WeeklyReport
    """
    switch_task(task, tree, shape, enabled=False)
