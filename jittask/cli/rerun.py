"""``jittask rerun``: runs once more what a run was for, as a new run (rule R3)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.tree import compiled, find_run, find_task, open_store, tree_option
from jittask.cli.waiting import accepted
from jittask.clock import SystemClock


@click.command()
@click.argument("run", type=int)
@click.option("--wait", is_flag=True, help="Wait for its end; exit 1 unless it completes.")
@tree_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(run: int, wait: bool, tree: Path | None, shape: str) -> None:
    """Run again what RUN was for: a new run of the same task, row and occurrence.

    It runs the task as it is now. RUN may have ended in any way, or run still.

    Example: jittask rerun 42 --wait
    """
    compilation = compiled(tree)
    with open_store(compilation.app) as store:
        before = find_run(store, run)
        find_task(compilation, before.task)
        number = store.rerun(before, SystemClock().now())
        accepted(store, number, before.task, wait=wait, shape=shape)
