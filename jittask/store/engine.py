"""The database that the store is on: transactions, and what every kind of it has to offer (R9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from jittask.store.errors import StoreUnavailable


class Database(Protocol):
    """One door for reading and one for writing; safe to use from several threads."""

    engine: Engine
    shared: bool
    """Whether several runtimes may use it at once (R8)."""

    @property
    def place(self) -> str:
        """Where the records are, for people; without a password."""

    @property
    def lock_stem(self) -> Path:
        """The path, without a suffix, of the lock files of this machine's processes."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection with a read transaction: one consistent view."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Give a connection with a write transaction, committed at the end.

        Raises StoreUnavailable where the database does not answer, refuses, or
        may not have heard the commit.
        """

    def close(self) -> None:
        """Close every connection."""


def open_database(url: URL, folder: Path, *, create: bool, idle_seconds: float) -> Database:
    """Open the database, made and brought to the newest schema where ``create`` is set.

    ``folder`` is the tree's state folder; ``idle_seconds`` is for how long a
    transaction may do nothing before a server takes its locks away. Raises
    StoreError where the database is missing (without ``create``), cannot be
    used, or was written by a newer JitTask.
    """
    if url.get_backend_name() == "sqlite":
        from jittask.store.sqlite import SqliteDatabase

        return SqliteDatabase.open(url, create=create)
    from jittask.store.postgres import PostgresDatabase

    return PostgresDatabase.open(url, folder, create=create, idle_seconds=idle_seconds)


class Lock(IntEnum):
    """What one transaction at a time does, where the database has many writers."""

    MIGRATE = 0x6A74736B
    CLAIM = 0x6A74636C
    ELEMENTS = 0x6A74656C


def alone(connection: Connection, lock: Lock) -> None:
    """Wait until no other transaction does that, and keep others from it until this one ends."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(lock))))


@contextmanager
def answering(place: str) -> Iterator[None]:
    """Turn what a database says when it cannot serve into StoreUnavailable."""
    try:
        yield
    except DBAPIError as error:
        if not is_refusal(error):
            raise
        words = str(error.orig).strip().splitlines()
        raise StoreUnavailable(f"{place}: {words[0] if words else 'no answer'}") from error


def is_refusal(error: DBAPIError) -> bool:
    """Whether an error comes from the state of the database, and not from a mistake of ours."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
