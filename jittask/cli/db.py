"""``jittask db``: the run store's schema, and the tables of the app's models (rules R9, F9)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.db_backup import backup, restore
from jittask.cli.exit_codes import ExitCode
from jittask.cli.failure import WrongUse
from jittask.cli.formatting import to_json
from jittask.cli.options import format_option, tree_argument
from jittask.cli.tree import workspace
from jittask.operations.store_upgrade import Upgrade, upgrade_store
from jittask.operations.table_sync import NotSynced, add_missing_tables, missing_tables

if TYPE_CHECKING:
    from jittask.data.table_changes import TableChanges

_WORDS = {
    Upgrade.NONE: "is up to date (schema {})",
    Upgrade.CREATED: "has been made (schema {})",
    Upgrade.UPGRADED: "has been brought to schema {}",
}


@click.group()
def command() -> None:
    """Care for the run store, and for the tables of the app's models.

    Example: jittask db upgrade elements
    """


command.add_command(backup)
command.add_command(restore)


@command.command()
@tree_argument
def upgrade(tree: Path | None) -> None:
    """Bring the run store of TREE to this version's schema; jittask run does so too.

    Stop every runtime of an older version first.

    Example: jittask db upgrade elements
    """
    with workspace(tree) as opened:
        done = upgrade_store(opened)
    click.echo(f"the run store {done.place} {_WORDS[done.upgrade].format(done.schema)}")


@command.command()
@tree_argument
@click.option("--yes", is_flag=True, help="Add it without a question.")
@format_option()
def sync(tree: Path | None, *, yes: bool, shape: str) -> None:
    """Add the tables and columns that the models of TREE describe and their databases lack.

    The statements are shown first, and a question is asked. Nothing is dropped or
    changed. With --format json and without --yes the statements are only shown.

    Example: jittask db sync elements
    """
    with workspace(tree) as opened:
        found = missing_tables(opened)
        if shape == "text":
            _show(found)
        changes = [step for step in found if not isinstance(step, NotSynced)]
        applies = bool(changes) and (yes or (shape == "text" and _agreed()))
        done = add_missing_tables(opened, changes) if applies else []
    failed = [step for step in (*found, *done) if isinstance(step, NotSynced)]
    if shape == "json":
        shown = done if applies else found
        added = [asdict(step) for step in shown if not isinstance(step, NotSynced)]
        problems = [asdict(step) for step in failed]
        click.echo(to_json({"applied": applies, "changes": added, "problems": problems}))
    else:
        _show_done(done)
    if failed:
        sys.exit(ExitCode.PROBLEMS)


def _show(found: Sequence[TableChanges | NotSynced]) -> None:
    if not found:
        click.echo("nothing is missing")
    for step in found:
        if isinstance(step, NotSynced):
            click.echo(f"jittask: {step.model}: {step.reason}", err=True)
            continue
        click.echo(f"-- {step.model}: {step.database} lacks {step.words}")
        for statement in step.statements:
            click.echo(f"{statement};")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise WrongUse("nobody can be asked here", "add --yes, or read with --format json")
    click.confirm("Add this?", abort=True)
    return True


def _show_done(done: Sequence[TableChanges | NotSynced]) -> None:
    for step in done:
        if isinstance(step, NotSynced):
            click.echo(f"jittask: {step.model}: {step.reason}", err=True)
        else:
            click.echo(f"{step.model}: added {step.words}")
