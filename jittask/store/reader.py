"""What reads the run store and never writes to it: what a read command opens (rule V5).

It imports nothing that plans, claims or ends runs.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self

from jittask.model import AppSettings
from jittask.state_folder import state_folder
from jittask.store.facade.reading_methods import ReadingMethods
from jittask.store.facade.status_methods import StatusMethods
from jittask.store.location import made_state_folder, store_url
from jittask.store.upgrade import open_database

_MIN_IDLE_SECONDS = 1.0
"""How long a transaction may do nothing at least, however short the heartbeat is."""


class StoreReader(ReadingMethods, StatusMethods):
    """Runs, their logs, and what runtimes have reported; each call is one transaction.

    Safe to call from several threads. Every method takes the time that it
    needs as an argument.
    """

    @classmethod
    def open(cls, settings: AppSettings, root: Path, *, create: bool = False) -> Self:
        """Open the store of a tree. Raises StoreError; see ``upgrade.open_database``."""
        folder = made_state_folder(root) if create else state_folder(root)
        database = open_database(
            store_url(settings, root),
            folder,
            create=create,
            idle_seconds=max(_MIN_IDLE_SECONDS, settings.runtime.heartbeat_seconds / 2),
        )
        return cls(database, timedelta(seconds=settings.runtime.lease_seconds))

    @property
    def place(self) -> str:
        """Where the records are, for people."""
        return self._database.place

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
