"""``jittask trigger``: runs a task now, through the runtime, with a record (rule V8)."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import click

from jittask.cli.failure import Failure
from jittask.cli.shown import to_json
from jittask.cli.tree import compiled, find_task, open_store, tree_option
from jittask.clock import SystemClock
from jittask.compiler.compiled import DateFieldTask
from jittask.model import TRANSITIONS, Run, RunState, Trigger
from jittask.store import Store, StoreError, state_folder


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
    try:
        state_folder(compilation.app.root)
    except StoreError as error:
        raise Failure(str(error), error.hint) from error
    with open_store(compilation.app, create=True) as store:
        number = store.enqueue(found.name, row or "", Trigger.MANUAL, SystemClock().now())
        alive = store.runtime_alive(SystemClock().now())
        if not alive:
            click.echo("no runtime is alive: it runs when jittask run is started", err=True)
        ended = _wait(store, number) if wait and alive else None
    if shape == "json":
        data = {"run": number, "accepted": True, "liveRuntime": alive}
        click.echo(to_json(data | ({"status": ended.state} if ended else {})))
    else:
        click.echo(f"run {number} of {found.name}: {ended.state if ended else 'accepted'}")
        if ended is not None and ended.detail:
            click.echo(f"  {ended.detail}")
    sys.exit(0 if not wait or (ended and ended.state is RunState.COMPLETED) else 1)


def _wait(store: Store, number: int) -> Run | None:
    clock, never = SystemClock(), threading.Event()
    while store.runtime_alive(clock.now()):
        run = store.run(number)
        if run is None or not TRANSITIONS[run.state]:
            return run
        clock.wait(never, 0.1)
    return store.run(number)
