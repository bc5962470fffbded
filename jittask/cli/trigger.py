"""``jittask trigger``: runs a task now, through the runtime, with a record (rule V8)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.tree import compiled, find_task, open_store, tree_option
from jittask.cli.waiting import accepted
from jittask.clock import SystemClock
from jittask.compiler.compiled import DateFieldTask
from jittask.model import Trigger


@click.command()
@click.argument("task")
@click.option("--row", metavar="KEY", help="The row, for a date-field task.")
@click.option("--wait", is_flag=True, help="Wait for its end; exit 1 unless it completes.")
@tree_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(task: str, row: str | None, wait: bool, tree: Path | None, shape: str) -> None:
    """Run TASK now, whatever its timing says; the running jittask takes it.

    Example: jittask trigger reports.WeeklyReport --wait
    """
    compilation = compiled(tree)
    found = find_task(compilation, task)
    if isinstance(found, DateFieldTask) and row is None:
        raise click.UsageError(f"{found.name} fires for rows: name one with --row KEY")
    if not isinstance(found, DateFieldTask) and row is not None:
        raise click.UsageError(f"{found.name} is a scheduled task, so it has no rows")
    with open_store(compilation.app, create=True) as store:
        number = store.enqueue(found.name, row or "", Trigger.MANUAL, SystemClock().now())
        accepted(store, number, found.name, wait=wait, shape=shape)
