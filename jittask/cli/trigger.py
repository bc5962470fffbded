"""``jittask trigger``: runs a task now, through the runtime, with a record (rule V8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jittask.cli.accepted import finish_request
from jittask.cli.arguments import args_option, task_argument, wait_options
from jittask.cli.options import format_option, quiet_option, tree_option
from jittask.cli.tree import workspace
from jittask.operations.control.trigger import trigger


@click.command()
@task_argument
@click.option("--row", metavar="KEY", help="The row, for a date-field task.")
@args_option
@wait_options("it completes")
@tree_option
@format_option()
@quiet_option
def command(
    task: str,
    row: str | None,
    args: dict[str, Any] | None,
    wait: bool,
    timeout: float | None,
    tree: Path | None,
    shape: str,
) -> None:
    """Run TASK now, whatever its timing says; the running jittask takes it.

    The keys of --args replace those of the task's own args, for this run and its
    reruns; the function reads all of them as currentTask.args.

    Example: jittask trigger reports.WeeklyReport --wait --timeout 5m
    """
    with workspace(tree) as opened:
        accepted = trigger(opened, task, row=row, args=args)
        finish_request(opened, accepted, wait=wait, timeout=timeout, shape=shape)
