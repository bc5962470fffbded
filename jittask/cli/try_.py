"""``jittask try``: runs a function here and now, recording nothing (rule V5)."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from jittask.cli.arguments import task_argument
from jittask.cli.formatting import duration
from jittask.cli.options import note, quiet_option, tree_option
from jittask.cli.tree import workspace
from jittask.operations.trial import try_task


@click.command()
@task_argument
@click.option("--row", metavar="KEY", help="The row, for a date-field task.")
@click.option("--commit", is_flag=True, help="Keep changes to data; else they are rolled back.")
@tree_option
@quiet_option
def command(task: str, row: str | None, commit: bool, tree: Path | None) -> None:
    """Run TASK's function in this terminal, with its output; nothing is recorded.

    Changes that it makes through models are rolled back, unless --commit is
    given; other effects (files, messages) are real.

    Example: jittask try billing.OverdueNotice --row 1
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    with workspace(tree) as opened:
        outcome = try_task(opened, task, row, commit=commit)
    took = duration(outcome.seconds)
    if outcome.error is not None:
        click.echo(outcome.error.rstrip(), err=True)
        click.echo(f"failed after {took}", err=True)
        sys.exit(1)
    data = "changes kept" if outcome.committed else "changes to data rolled back"
    note(f"completed in {took}, result {outcome.result} ({data})")
