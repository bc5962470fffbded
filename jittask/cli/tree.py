"""The tree that a command is about, opened (rule V5)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.clock import clock_from_environment

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


def workspace(given: Path | None) -> Workspace:
    """Open the tree that is meant, for the operation of one command."""
    from jittask.operations.workspace import Workspace

    return Workspace.find(given)


def preview_workspace(given: Path | None) -> Workspace:
    """Open the tree that is meant, at the time that JITTASK_NOW gives, or now.

    For the commands that look ahead: next, plan, explain and list.
    """
    from jittask.operations.workspace import Workspace

    try:
        clock = clock_from_environment()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return Workspace.find(given, clock)
