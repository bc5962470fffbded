"""``jittask init``: makes a small tree that works."""

from __future__ import annotations

import os
from pathlib import Path

import click

from jittask.operations.edit.new_tree import make_tree
from jittask.zonedata import find_zone

_LOCALTIME = Path("/etc/localtime")


@click.command()
@click.argument("folder", required=False, default="elements", type=click.Path(path_type=Path))
@click.option("--timezone", metavar="ZONE", help="IANA name; this machine's by default.")
def command(folder: Path, timezone: str | None) -> None:
    """Make a small working tree in FOLDER (elements by default), which must be empty.

    A .gitignore keeps out of git what runs leave; one that is there gets the
    lines that it lacks.

    Example: jittask init shop --timezone Europe/Berlin
    """
    zone = timezone or _machine_zone()
    added = make_tree(folder, zone)
    click.echo(f"made {folder} with two tasks and a model, times in {zone}")
    if added:
        click.echo(f"added to .gitignore: {', '.join(added)}")
    click.echo(f"  jittask validate {folder}\n  jittask run {folder}")


def _machine_zone() -> str:
    """Return the machine's zone by name; UTC where it names none."""
    named = os.environ.get("TZ", "").lstrip(":")
    if named and find_zone(named):
        return named
    target = str(_LOCALTIME.resolve())
    _, found, name = target.partition("zoneinfo/")
    return name if found and find_zone(name) else "UTC"
