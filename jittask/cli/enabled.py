"""How ``jittask enable`` and ``disable`` show what they have changed."""

from __future__ import annotations

from pathlib import Path

import click

from jittask.cli.formatting import to_json
from jittask.cli.tree import workspace
from jittask.operations.edit.enabled import set_enabled
from jittask.operations.views.requests import switched_view


def switch_task(task: str, tree: Path | None, shape: str, *, enabled: bool) -> None:
    """Set a task's ``enable``, and print what has changed."""
    with workspace(tree) as opened:
        switched = set_enabled(opened, task, enabled=enabled)
    if shape == "json":
        click.echo(to_json(switched_view(switched)))
        return
    word = "enabled" if switched.enabled else "disabled"
    click.echo(f"{switched.task} {'is now' if switched.changed else 'was already'} {word}")
