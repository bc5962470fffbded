"""``jittask try``: runs a function here and now, recording nothing (rule V5)."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from jittask.cli.failure import Failure
from jittask.cli.formatting import duration
from jittask.cli.tree import compiled, find_task, tree_option
from jittask.clock import SystemClock
from jittask.compiler.compiled import DateFieldTask
from jittask.data.databases import DataError
from jittask.model import Trigger
from jittask.prelude.session import transaction
from jittask.runtime.body import Bodies
from jittask.runtime.executors.protocol import Assignment, Completed, Failed, Withdrawn


@click.command()
@click.argument("task")
@click.option("--row", metavar="KEY", help="The row, for a date-field task.")
@click.option("--commit", is_flag=True, help="Keep changes to data; else they are rolled back.")
@tree_option
def command(task: str, row: str | None, commit: bool, tree: Path | None) -> None:
    """Run TASK's function in this terminal, with its output; nothing is recorded.

    Changes that it makes through models are rolled back, unless --commit is
    given; other effects (files, messages) are real.

    Example: jittask try billing.OverdueNotice --row 1
    """
    compilation = compiled(tree)
    found = find_task(compilation, task)
    if isinstance(found, DateFieldTask) and row is None:
        raise click.UsageError(f"{found.name} fires for rows: name one with --row KEY")
    root, now = compilation.app.root, SystemClock().now()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    assignment = Assignment(
        run=0, token=0, attempt=1, task=found.name, row_key=row or "", trigger=Trigger.MANUAL,
        nominals=(now,), effective=now, bundle=root, root=root,
        timeout_seconds=found.policy.timeout_seconds,
    )  # fmt: skip
    try:
        with transaction(keep=commit):
            outcome = Bodies(root, root).run(assignment)
    except DataError as trouble:
        raise Failure(str(trouble)) from trouble
    match outcome:
        case Completed(result=result, seconds=seconds):
            kept = "changes kept" if commit else "changes to data rolled back"
            click.echo(f"completed in {duration(seconds)}, result {result} ({kept})", err=True)
        case Failed(error=error, seconds=seconds):
            click.echo(error.rstrip(), err=True)
            click.echo(f"failed after {duration(seconds)}", err=True)
            sys.exit(1)
        case Withdrawn(detail=detail):
            raise Failure(detail)
        case _:
            raise AssertionError(outcome)
