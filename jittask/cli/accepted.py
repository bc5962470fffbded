"""How a run is shown that a command has asked for, and waited for."""

from __future__ import annotations

import sys
from typing import Any

import click

from jittask.cli.formatting import duration, one_line, to_json
from jittask.cli.options import note
from jittask.operations.control.accepted import Accepted
from jittask.operations.control.wait import wait_for_end
from jittask.operations.views.requests import accepted_view
from jittask.operations.workspace import Workspace


def finish_request(
    workspace: Workspace,
    accepted: Accepted,
    *,
    wait: bool,
    timeout: float | None,
    shape: str,
) -> None:
    """Show a run that was asked for; with ``wait`` exit 1 unless it completes."""
    if not accepted.live_runtime:
        note("no runtime is alive: it runs when jittask run is started")
    if wait:
        accepted = wait_for_end(workspace, accepted, timeout)
        note_timeout(accepted, timeout)
    if shape == "json":
        click.echo(to_json(accepted_view(accepted) | (outcome_data(accepted) if wait else {})))
    else:
        show_outcome(accepted) if wait else click.echo(
            f"run {accepted.run.id} of {accepted.run.task}: accepted"
        )
    sys.exit(0 if not wait or accepted.completed else 1)


def note_timeout(accepted: Accepted, timeout: float | None) -> None:
    """Say that the wait was over before the run ended."""
    if accepted.timed_out:
        run = accepted.run
        words = f"run {run.id} has not ended within {duration(timeout)}; it continues"
        click.echo(f"{words}: jittask log {run.id} --follow", err=True)


def outcome_data(accepted: Accepted) -> dict[str, Any]:
    """Return what a run that was waited for has come to, for programs."""
    run = accepted.run
    return {
        "status": run.status,
        "result": run.result,
        "error": run.error,
        "timedOut": accepted.timed_out,
    }


def show_outcome(accepted: Accepted) -> None:
    """Print what a run that was waited for has come to."""
    run = accepted.run
    click.echo(f"run {run.id} of {run.task}: {run.status}")
    if run.detail:
        click.echo(f"  {one_line(run.detail)}")
    if run.error:
        click.echo(run.error.rstrip())
    if run.result not in (None, "null"):
        click.echo(f"result: {run.result}")
