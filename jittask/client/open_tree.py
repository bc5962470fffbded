"""The tree that a client has opened."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Self

from jittask.clock import Clock
from jittask.operations.times import within_known_years
from jittask.operations.workspace import Workspace

PAGE_SIZE = 200
"""How many records or tasks are read at a time."""


class OpenTree:
    """One tree and its run store; the base of every part of the client."""

    def __init__(self, tree: str | Path | None = None, *, clock: Clock | None = None) -> None:
        """Open a tree: a folder with ``app.json``; None: the one around the working directory.

        ``clock`` is what "now" means; the machine's by default. Raises NotFound.
        """
        self._workspace = Workspace.find(tree, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the run store and every connection to a database."""
        self._workspace.close()

    def _fresh(self) -> Workspace:
        """Return the workspace, with the files as they are now."""
        self._workspace.refresh()
        return self._workspace

    def _instant(self, given: datetime | None) -> datetime | None:
        """Return an aware instant, within the years that schedules know."""
        if given is None:
            return None
        if given.tzinfo is None:
            given = given.replace(tzinfo=self._workspace.zone)
        return within_known_years(given)
