"""``jittask resume``: ends a pause (rule V5)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.failure import NothingYet
from jittask.cli.formatting import to_json
from jittask.cli.tree import compiled, full_name, no_task, open_store, task_names, tree_option
from jittask.clock import SystemClock


@click.command()
@click.argument("task")
@tree_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(task: str, tree: Path | None, shape: str) -> None:
    """Let TASK fire again; what came due while it was paused stays skipped.

    Example: jittask resume billing.OverdueNotice
    """
    compilation = compiled(tree)
    name = full_name(task)
    known = name in compilation.app.tasks or name in compilation.broken
    was = False
    try:
        with open_store(compilation.app) as store:
            pause = store.pauses().get(name)
            was = pause is not None and pause.is_active(SystemClock().now())
            known = store.end_pause(name) or known
    except NothingYet:
        pass
    if not known:
        raise no_task(task, task_names(compilation.app))
    if shape == "json":
        click.echo(to_json({"task": name, "paused": False, "changed": was}))
    else:
        click.echo(f"{name} {'goes on' if was else 'was not paused'}")
