"""How an error is shown on the command line: one line and a hint, on standard error."""

from __future__ import annotations

import click

from jittask.operations.errors import InvalidArgument, OperationError

Failure = OperationError

_POSITIONAL = frozenset({"task", "run", "tree", "title", "folder"})


class WrongUse(click.UsageError):
    """A command line that cannot be understood, with what may be meant."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def show_wrong_use(error: click.ClickException, color: bool | None = None) -> None:
    """Write an error of the command line to standard error, in the form of our own errors."""
    words = " ".join(error.format_message().split()).removesuffix(".")
    hint = None
    if isinstance(error, WrongUse):
        hint = error.hint
    elif isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"see {error.ctx.command_path} --help"
    if words[1:2].islower():  # a sentence of click's, not the name of a variable
        words = words[:1].lower() + words[1:]
    _show(words, hint, color)


def show_error(error: OperationError, color: bool | None = None) -> None:
    """Write an error to standard error; ``color`` is as in ``click.echo``."""
    words = str(error)
    if isinstance(error, InvalidArgument):
        words = f"{_on_the_command_line(error.argument)}: {words}"
    _show(words, error.hint, color)


def show_warning(words: str, hint: str | None = None) -> None:
    """Write what was done, but hardly as it was meant, to standard error."""
    _show(words, hint, None, click.style("warning", fg="yellow", bold=True))


def _show(words: str, hint: str | None, color: bool | None, label: str | None = None) -> None:
    label = label or click.style("error", fg="red", bold=True)
    click.echo(f"{label}: {words}", err=True, color=color)
    if hint:
        click.echo(f"  hint: {hint}", err=True, color=color)


def _on_the_command_line(argument: str) -> str:
    """Return the option or the argument that an operation's argument comes from."""
    if argument.startswith("-"):
        return argument
    if argument in _POSITIONAL:
        return argument.upper()
    return f"--{argument.replace('_', '-')}"
