"""``jittask db``: the run store's schema (rule R9)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.options import tree_argument
from jittask.cli.tree import workspace
from jittask.operations.store_upgrade import Upgrade, upgrade_store

_WORDS = {
    Upgrade.NONE: "is up to date (schema {})",
    Upgrade.CREATED: "has been made (schema {})",
    Upgrade.UPGRADED: "has been brought to schema {}",
}


@click.group()
def command() -> None:
    """Care for the run store.

    Example: jittask db upgrade elements
    """


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
