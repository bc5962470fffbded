"""``jittask try``: runs a function here and now, recording nothing (rule V5)."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from jittask.cli.arguments import args_option, task_argument
from jittask.cli.exit_codes import ExitCode
from jittask.cli.formatting import duration
from jittask.cli.options import note, quiet_option, tree_option
from jittask.cli.tree import workspace
from jittask.operations.trial import try_task


@click.command()
@task_argument
@click.option("--row", metavar="KEY", help="The row, for a date-field task.")
@args_option
@click.option("--commit", is_flag=True, help="Keep changes to data; else they are rolled back.")
@tree_option
@quiet_option
def command(
    task: str, row: str | None, args: dict[str, Any] | None, commit: bool, tree: Path | None
) -> None:
    """Run TASK's function in this terminal, with its output; nothing is recorded.

    Changes that it makes through models are rolled back, unless --commit is
    given; other effects (files, messages) are real.

    Example: jittask try billing.OverdueNotice --row 1
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    with workspace(tree) as opened, _interruption() as interrupted:
        outcome = try_task(opened, task, row, args=args, commit=commit)
    took = duration(outcome.seconds)
    if outcome.error is not None and interrupted.is_set():
        click.echo(f"interrupted after {took}", err=True)
        sys.exit(ExitCode.INTERRUPTED)
    if outcome.error is not None:
        click.echo(outcome.error.rstrip(), err=True)
        click.echo(f"failed after {took}", err=True)
        sys.exit(1)
    data = "changes kept" if outcome.committed else "changes to data rolled back"
    note(f"completed in {took}, result {outcome.result} ({data})")


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C sets, besides what it raises: the body's end hides that."""
    interrupted = threading.Event()
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield interrupted  # such as in the background, where Ctrl-C is ignored
        return

    def interrupt(*_: object) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
