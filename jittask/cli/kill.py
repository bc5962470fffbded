"""``jittask kill``: ends a run that executes, or that was asked for and waits."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from jittask.cli.failure import Failure
from jittask.cli.formatting import to_json
from jittask.cli.tree import compiled, find_run, open_store, tree_option
from jittask.cli.waiting import ended, wait_for_end
from jittask.clock import SystemClock
from jittask.model import Reason, Run, RunStatus
from jittask.operations.views.instants import iso


@click.command()
@click.argument("run", type=int)
@click.option("--note", metavar="TEXT", help="Why; it is kept with the run.")
@click.option("--wait", is_flag=True, help="Wait for its end; exit 1 unless it was killed.")
@tree_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(run: int, note: str | None, wait: bool, tree: Path | None, shape: str) -> None:
    """Kill RUN where it executes; cancel it where it was asked for by hand, or waits for a retry.

    The runtime that executes it kills the process within a second. Work that
    the function has done stays done.

    Example: jittask kill 42 --note "wrong month" --wait
    """
    with open_store(compiled(tree).app) as store:
        found = find_run(store, run)
        if not store.cancel(run, note, SystemClock().now()) and not store.request_kill(
            run, note, SystemClock().now()
        ):
            raise _cannot(find_run(store, run))
        alive = store.runtime_alive(SystemClock().now())
        now = wait_for_end(store, run) if wait else store.run(run)
    assert now is not None
    if not ended(now) and not alive:
        click.echo(
            "no runtime is alive: jittask run records it as interrupted when it starts", err=True
        )
    if shape == "json":
        data = {"run": run, "accepted": True, "liveRuntime": alive, "status": now.status}
        click.echo(to_json(data))
    elif ended(now):
        click.echo(f"run {run} of {found.task}: {now.status}")
        click.echo(f"  {now.detail}")
    else:
        click.echo(f"run {run} of {found.task}: asked to be killed")
    sys.exit(1 if wait and now.reason is not Reason.KILLED else 0)


def _cannot(run: Run) -> Failure:
    if run.status is RunStatus.PENDING:
        return Failure(
            f"run {run.id} of {run.task} has not begun; it is planned for {iso(run.effective)}",
            f"jittask pause {run.task} keeps the task from running",
        )
    return Failure(
        f"run {run.id} of {run.task} has ended already: {run.status}",
        f"jittask log {run.id} shows it",
    )
