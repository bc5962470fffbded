"""``jittask rerun``: runs once more what a run was for, as a new run (rule R3)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.accepted import finish_request
from jittask.cli.arguments import run_argument, wait_options
from jittask.cli.options import format_option, quiet_option, tree_option
from jittask.cli.tree import workspace
from jittask.operations.control.rerun import rerun


@click.command()
@run_argument
@wait_options("it completes")
@tree_option
@format_option()
@quiet_option
def command(run: int, wait: bool, timeout: float | None, tree: Path | None, shape: str) -> None:
    """Run again what RUN was for: a new run of the same task, row and occurrence.

    It runs the task as it is now. RUN may have ended in any way, or still execute.

    Example: jittask rerun 42 --wait
    """
    with workspace(tree) as opened:
        accepted = rerun(opened, run)
        finish_request(opened, accepted, wait=wait, timeout=timeout, shape=shape)
