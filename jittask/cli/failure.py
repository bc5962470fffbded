"""How an error is shown on the command line: one line and a hint, on standard error."""

from __future__ import annotations

import click

from jittask.operations.errors import NoRecords, OperationError

Failure = OperationError
NothingYet = NoRecords


def show_error(error: OperationError) -> None:
    """Write an error to standard error."""
    click.echo(f"{click.style('error', fg='red', bold=True)}: {error}", err=True)
    if error.hint:
        click.echo(f"  hint: {error.hint}", err=True)
