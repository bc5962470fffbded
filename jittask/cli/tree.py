"""Opens the tree that a command is about (rule V5)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


def workspace(given: Path | None) -> Workspace:
    """Open the tree that is meant, for the operation of one command."""
    from jittask.operations.workspace import Workspace

    return Workspace.find(given)
