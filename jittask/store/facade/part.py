"""What every part of ``Store`` has: the database, and for how long a heartbeat counts."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta

from jittask.store.changes import ChangeMarks
from jittask.store.dialects.dialect import Database


class StorePart:
    """The state that the parts of ``Store`` share."""

    def __init__(self, database: Database, lease: timedelta) -> None:
        self._database = database
        self._lease = lease
        self._known_marks: tuple[Hashable, ChangeMarks] | None = None
        """The marks, and after which commit they were read."""

    @property
    def shared(self) -> bool:
        """Whether several runtimes may use the store at once."""
        return self._database.shared
