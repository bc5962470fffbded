"""The store on SQLite: the default that needs no service (rule R9)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DatabaseError

from jittask.store import upgrade
from jittask.store.engine import answering
from jittask.store.errors import NoRecords, StoreError

_NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs"}
)
_BUSY_SECONDS = 10.0
SYNCHRONOUS = "FULL"
"""How durable a commit is: FULL survives power loss (R9)."""


class SqliteDatabase:
    """An SQLite file. Writing transactions begin IMMEDIATE and one at a time.

    So none is refused in its middle.
    """

    shared = False

    def __init__(self, url: URL) -> None:
        assert url.database is not None
        self._path = Path(url.database)
        self.engine = _engine(url)
        self._writer = threading.Lock()

    @classmethod
    def open(cls, url: URL, *, create: bool) -> SqliteDatabase:
        """Open the file; see ``open_database``. Raises StoreError on a network drive, too."""
        assert url.database is not None
        path = Path(url.database)
        if not path.exists() and not create:
            raise NoRecords(
                f"no records yet: {path} does not exist", hint="start the tasks with jittask run"
            )
        if not path.parent.is_dir():
            raise StoreError(
                f"{path.parent}: no such folder", hint="make it, or change settings.store"
            )
        _refuse_network_drive(path.parent)
        database = cls(url)
        try:
            upgrade.bring_up_to_date(database.engine, write=create)
        except StoreError:
            database.close()
            raise
        except DatabaseError as error:
            database.close()
            raise StoreError(
                f"{path}: cannot be used as the run store: {error.orig}",
                hint="move the file away, or set settings.store to another",
            ) from error
        return database

    @property
    def place(self) -> str:
        """Return the file's path."""
        return str(self._path)

    @property
    def lock_stem(self) -> Path:
        """Return the file's path without its suffix."""
        return self._path.with_suffix("")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection with a read transaction: one consistent view."""
        with answering(self.place), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection with a write transaction, committed at the end."""
        writable = self.engine.execution_options(jittask_write=True)
        with answering(self.place), self._writer, writable.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(url: URL) -> Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the begin event below says BEGIN
        for pragma in ("journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("jittask_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _refuse_network_drive(folder: Path) -> None:
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():  # macOS: no cheap way to know
        return
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, file_system, *_ = line.split(" ")
        if folder.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, file_system
    if kind in _NETWORK_FILE_SYSTEMS:
        raise StoreError(
            f"{folder} is on a network drive ({kind}), where SQLite can lose records",
            hint="set settings.store to a file on a local disk",
        )
