"""``jittask db``: the run store's schema (rule R9)."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.failure import NothingYet
from jittask.cli.tree import compiled, open_store, tree_argument


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
    from jittask.cli.failure import Failure
    from jittask.store import OldSchema
    from jittask.store.upgrade import HEAD

    app = compiled(tree).app
    words = f"is up to date (schema {HEAD})"
    try:
        with open_store(app) as store:
            place = store.place
    except NothingYet:
        words = f"has been made (schema {HEAD})"
    except Failure as failure:
        if not isinstance(failure.__cause__, OldSchema):
            raise
        words = f"has been brought to schema {HEAD}"
    with open_store(app, create=True) as store:
        place = store.place
    click.echo(f"the run store {place} {words}")
