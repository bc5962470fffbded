"""How an error is shown on the command line: one line and a hint, on standard error."""

from __future__ import annotations

import click

from jittask.operations.errors import InvalidArgument, OperationError

Failure = OperationError

_POSITIONAL = frozenset({"task", "run", "tree", "title", "folder"})


def show_error(error: OperationError, color: bool | None = None) -> None:
    """Write an error to standard error; ``color`` is as in ``click.echo``."""
    label = click.style("error", fg="red", bold=True)
    words = str(error)
    if isinstance(error, InvalidArgument):
        words = f"{_on_the_command_line(error.argument)}: {words}"
    click.echo(f"{label}: {words}", err=True, color=color)
    if error.hint:
        click.echo(f"  hint: {error.hint}", err=True, color=color)


def _on_the_command_line(argument: str) -> str:
    """Return the option or the argument that an operation's argument comes from."""
    if argument.startswith("-"):
        return argument
    if argument in _POSITIONAL:
        return argument.upper()
    return f"--{argument.replace('_', '-')}"
