"""``jittask init``: makes a small tree that works."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import click

from jittask.cli.failure import Failure
from jittask.zonedata import find_zone

_TEMPLATES = Path(__file__).parent / "templates" / "init"
_LOCALTIME = Path("/etc/localtime")


@click.command()
@click.argument("folder", required=False, default="elements", type=click.Path(path_type=Path))
@click.option("--timezone", metavar="ZONE", help="IANA name; this machine's by default.")
def command(folder: Path, timezone: str | None) -> None:
    """Make a small working tree in FOLDER (elements by default), which must be empty.

    Example: jittask init shop --timezone Europe/Berlin
    """
    zone = timezone or _machine_zone()
    if find_zone(zone) is None:
        raise Failure(f"no time zone {zone!r}", "name one with --timezone, such as Europe/Berlin")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Failure(f"{folder} is not empty", "name another folder")
        shutil.copytree(
            _TEMPLATES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
        manifest = folder / "app.json"
        data = json.loads(manifest.read_text(encoding="utf-8"))
        data["settings"]["timezone"] = zone
        manifest.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise Failure(f"{folder}: {error.strerror}") from error
    click.echo(f"made {folder} with two tasks and a model, times in {zone}")
    click.echo(f"  jittask validate {folder}\n  jittask run {folder}")


def _machine_zone() -> str:
    """Return the machine's zone by name; UTC where it tells none."""
    named = os.environ.get("TZ", "").lstrip(":")
    if named and find_zone(named):
        return named
    target = str(_LOCALTIME.resolve())
    _, found, name = target.partition("zoneinfo/")
    return name if found and find_zone(name) else "UTC"
