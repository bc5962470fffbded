"""Whether anyone has committed to an SQLite file since the last look, by its own counter."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable
from pathlib import Path
from threading import Lock


class CommitCounter:
    """Asks ``PRAGMA data_version`` over a connection that does nothing else; safe in threads.

    That number differs where another connection has committed, of whatever process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._connections = 0
        """How many there have been: each counts for itself."""

    def number(self) -> Hashable | None:
        """Return what differs after each commit; None where the file does not say it."""
        with self._lock:
            try:
                status = self._path.stat()
                file = status.st_dev, status.st_ino
                if self._connection is None or file != self._file:
                    self._end()
                    address = f"{self._path.absolute().as_uri()}?mode=ro"
                    self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
                    self._file = file
                    self._connections += 1
                [version] = self._connection.execute("PRAGMA data_version").fetchone()
            except (OSError, sqlite3.Error):
                self._end()
                return None
            return self._connections, version

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._file = None
