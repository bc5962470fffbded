"""The workspace of commands whose time JITTASK_NOW sets: next, plan, explain and list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.clock import clock_from_environment

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


def preview_workspace(given: Path | None) -> Workspace:
    """Open the tree that is meant, at the time that JITTASK_NOW gives, or now."""
    from jittask.operations.workspace import Workspace

    try:
        clock = clock_from_environment()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return Workspace.find(given, clock)
