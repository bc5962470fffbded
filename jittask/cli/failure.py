"""A user's mistake on the command line: one line and a hint, exit code 1."""

from __future__ import annotations

import click


class Failure(Exception):
    """What was not found, or cannot be done, and how to go on."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def show(self) -> None:
        """Write it to standard error."""
        click.echo(f"{click.style('error', fg='red', bold=True)}: {self}", err=True)
        if self.hint:
            click.echo(f"  hint: {self.hint}", err=True)


class NothingYet(Failure):
    """There is no run store: nothing has run."""
