"""What each database has to offer: transactions, and the SQL that databases write differently."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from jittask.store.errors import StoreError

WRITING: Mapping[str, Any] = {"jittask_write": True}
"""The execution options of an engine whose transactions write."""

Rows = Sequence[Sequence[object]]
Columns = Mapping[str, TypeEngine[Any]]


@dataclass(frozen=True, slots=True)
class StoreSize:
    """How large a store is."""

    total: int
    """Bytes of its file, or of its tables and indexes."""
    used: int | None
    """Bytes that its rows take, where that is known: what was deleted is filled again first."""


class Lock(IntEnum):
    """Work that one transaction at a time may do, where the database has several writers."""

    MIGRATE = 0x6A74736B
    CLAIM = 0x6A74636C
    ELEMENTS = 0x6A74656C
    BLOCKED = 0x6A74626C


class Database(Protocol):
    """An open database, for reading and for writing; safe to use from several threads."""

    engine: Engine
    shared: bool
    """Whether several runtimes may use it at once (R8)."""

    is_local: bool
    """Whether this machine writes its files, so that they live as long as the machine does."""

    @property
    def place(self) -> str:
        """Where the records are, for people; without a password."""

    @property
    def lock_stem(self) -> Path:
        """The path, without a suffix, of the lock files of this machine's processes."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection with a read transaction: one consistent view."""

    def writing(self, *, synced: bool = True) -> AbstractContextManager[Connection]:
        """Give a connection with a write transaction, committed at the end.

        ``synced``: the commit survives a loss of power. Without, it survives every end of
        this process, and what is synced after it takes it along; only where it ``is_local``.

        Raises StoreUnavailable where the database does not answer, refuses, or
        may not have received the commit.
        """

    def commits(self) -> Hashable | None:
        """Return what differs after each commit of anyone; None where no cheap look says it."""

    def unusable(self, error: DBAPIError) -> StoreError:
        """Return what to tell the user when the first use of the database has failed."""

    def copy_file(self, target: Path) -> bool:
        """Copy one consistent view into an empty SQLite file; False where rows are to be copied."""

    def replace_by(self, source: Path) -> bool:
        """Replace everything by what an SQLite file has; False where rows are to be copied."""

    def set_aside(self) -> Path | None:
        """Move a file that cannot be used away, and return where to; None where it is no file."""

    def close(self) -> None:
        """Close every connection."""


class Dialect(Protocol):
    """How one kind of database is addressed and opened, and the SQL that only it writes so."""

    name: str
    """SQLAlchemy's name of it."""
    address: str
    """What ``settings.store`` names, in words, for messages."""
    serial: TypeEngine[Any] | None
    """The type of a column of ascending ids, where BIGINT does not do."""
    ids_never_reused: Mapping[str, Any]
    """Table options with which the id of a deleted row is not given again."""
    stored_by_key: Mapping[str, Any]
    """Table options that store the rows in the order of the primary key."""

    def store_url(self, url: URL, root: Path) -> URL | None:
        """Return the URL to open, paths taken from the tree; None where it names no database."""

    def open(self, url: URL, folder: Path, *, create: bool, idle_seconds: float) -> Database:
        """Open the database, whatever its schema. See ``upgrade.open_database``."""

    def partial_index(self, where: sa.TextClause) -> Mapping[str, Any]:
        """Return the options with which an index holds only the rows that fulfil ``where``."""

    def batch(self, rows: Rows, columns: Columns) -> sa.FromClause:
        """Return rows of values as something to select from, under the name ``batch``."""

    def new_ids(self, connection: Connection, count: int) -> Iterable[int]:
        """Return ids that no run has had, ascending."""

    def size(self, connection: Connection) -> StoreSize:
        """Return how large the store is."""

    def last_id(self, connection: Connection, table: str) -> int:
        """Return the greatest id that the table has given; 0 where it has given none."""

    def give_ids_after(self, connection: Connection, table: str, last: int) -> None:
        """Let the ids that the table gives begin after ``last``."""

    def empty(self, connection: Connection, tables: Sequence[str]) -> None:
        """Delete every row of the tables, each of which refers to earlier ones at most."""

    def exclusive(self, connection: Connection, lock: Lock) -> None:
        """Wait for the lock, and hold it until the end of the transaction."""
