"""``jittask kill``: ends a run that executes, or that was asked for and waits."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from jittask.cli.accepted import note_timeout
from jittask.cli.arguments import run_argument, wait_options
from jittask.cli.formatting import one_line, to_json
from jittask.cli.options import format_option, note, quiet_option, tree_option
from jittask.cli.tree import workspace
from jittask.model import Reason
from jittask.operations.control.accepted import Accepted
from jittask.operations.control.end import end
from jittask.operations.control.wait import wait_for_end
from jittask.operations.views.requests import accepted_view


@click.command()
@run_argument
@click.option("--note", "reason", metavar="TEXT", help="Why; it is kept with the run.")
@wait_options("it was killed")
@tree_option
@format_option()
@quiet_option
def command(
    run: int,
    reason: str | None,
    wait: bool,
    timeout: float | None,
    tree: Path | None,
    shape: str,
) -> None:
    """Kill RUN where it executes; cancel it where it was asked for by hand, or waits for a retry.

    The runtime that executes it kills the process within a second. Work that
    the function has done stays done.

    Example: jittask kill 42 --note "wrong month" --wait
    """
    with workspace(tree) as opened:
        accepted = end(opened, run, note=reason)
        if wait:
            accepted = wait_for_end(opened, accepted, timeout)
    if not accepted.ended and not accepted.live_runtime:
        note("no runtime is alive: jittask run records it as interrupted when it starts")
    note_timeout(accepted, timeout)
    if shape == "json":
        timed_out = {"timedOut": accepted.timed_out} if wait else {}
        click.echo(to_json(accepted_view(accepted) | {"status": accepted.run.status} | timed_out))
    else:
        _show(accepted)
    sys.exit(1 if wait and accepted.run.reason is not Reason.KILLED else 0)


def _show(accepted: Accepted) -> None:
    run = accepted.run
    if accepted.ended:
        click.echo(f"run {run.id} of {run.task}: {run.status}")
        if run.detail:
            click.echo(f"  {one_line(run.detail)}")
    else:
        click.echo(f"run {run.id} of {run.task}: asked to be killed")
