"""The store on SQLite: the default that needs no service (rule R9)."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from jittask.store.dialects.dialect import WRITING, Columns, Lock, Rows, StoreSize
from jittask.store.dialects.refusal import answering
from jittask.store.dialects.sqlite_commits import CommitCounter
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
    is_local = True

    def __init__(self, url: URL, *, create: bool) -> None:
        assert url.database is not None
        self._path = Path(url.database)
        self.engine = _engine(url, create=create, synchronous=SYNCHRONOUS)
        self._url = url
        self._writer = threading.Lock()
        self._commits = CommitCounter(self._path)

    @property
    def place(self) -> str:
        """Return the file's path."""
        return str(self._path)

    @property
    def lock_stem(self) -> Path:
        """Return the file's path without its suffix."""
        return self._path.with_suffix("")

    @cached_property
    def _unsynced(self) -> Engine:
        """Its commits wait for no disk, and leave to others what takes as long."""
        return _engine(self._url, create=False, synchronous="NORMAL", wal_autocheckpoint=0)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection with a read transaction: one consistent view."""
        with answering(self.place), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, synced: bool = True) -> Iterator[Connection]:
        """Give a connection with a write transaction, committed at the end."""
        engine = self.engine if synced else self._unsynced
        writable = engine.execution_options(**WRITING)
        with answering(self.place), self._writer, writable.begin() as connection:
            yield connection

    def commits(self) -> Hashable | None:
        """Return what the file's own counter says."""
        return self._commits.number()

    def unusable(self, error: DBAPIError) -> StoreError:
        """Return what to tell the user of a file that is no store, or that cannot be written."""
        hint = "move the file away, or set settings.store to another"
        if not all(os.access(path, os.W_OK) for path in (self._path, self._path.parent)):
            hint = "it cannot be written: make it writable, or name another folder with --state-dir"
        return StoreError(f"{self._path}: cannot be used as the run store: {error.orig}", hint=hint)

    def copy_file(self, target: Path) -> bool:
        """Copy what a reader sees now; writers are not held up, and free pages are left out."""
        with closing(self.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(target),))
        return True

    def replace_by(self, source: Path) -> bool:
        """Write the pages of a file over those of this one, in one transaction."""
        with (
            closing(sqlite3.connect(source)) as file,
            self._writer,
            closing(self.engine.raw_connection()) as connection,
        ):
            assert isinstance(connection.driver_connection, sqlite3.Connection)
            file.backup(connection.driver_connection)
        self.engine.dispose()
        return True

    def set_aside(self) -> Path | None:
        """Move the file away with its journal, under a name that is free."""
        self.close()
        number = 1
        while (away := self._path.with_name(f"{self._path.name}.unusable-{number}")).exists():
            number += 1
        for end in ("-wal", "-shm", ""):
            part = self._path.with_name(self._path.name + end)
            if part.exists():
                part.replace(away.with_name(away.name + end))
        return away

    def close(self) -> None:
        """Close every connection."""
        self._commits.close()
        self.engine.dispose()
        if "_unsynced" in vars(self):
            self._unsynced.dispose()


class SqliteDialect:
    """SQL and addresses of SQLite. It has one writer, so no lock is needed."""

    name = "sqlite"
    address = "an SQLite file"
    serial: TypeEngine[Any] | None = sa.Integer()
    ids_never_reused: Mapping[str, Any] = {"sqlite_autoincrement": True}
    stored_by_key: Mapping[str, Any] = {"sqlite_with_rowid": False}

    def store_url(self, url: URL, root: Path) -> URL | None:
        """Return the URL of the file; a database in memory is no store."""
        if not url.database or url.database == ":memory:":
            return None
        return url.set(drivername=self.name, database=str(root / url.database))

    def open(self, url: URL, folder: Path, *, create: bool, idle_seconds: float) -> SqliteDatabase:
        """Open the file. Raises StoreError on a network drive, too."""
        del idle_seconds
        assert url.database is not None
        path = Path(url.database)
        if not path.parent.is_dir() and path.parent != folder:
            raise StoreError(
                f"{path.parent}: no such folder", hint="make it, or change settings.store"
            )
        if not path.exists() and not create:
            raise NoRecords(
                f"no records yet: {path} does not exist", hint="start the tasks with jittask run"
            )
        _refuse_network_drive(path.parent)
        return SqliteDatabase(url, create=create)

    def partial_index(self, where: sa.TextClause) -> Mapping[str, Any]:
        """Return the option for an index."""
        return {"sqlite_where": where}

    def batch(self, rows: Rows, columns: Columns) -> sa.FromClause:
        """Return the rows as one JSON text that SQLite takes apart."""
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        each = sa.func.json_each(sa.bindparam("rows", text, sa.Text(), unique=True))
        row = each.table_valued("value", name="row")
        return sa.select(
            *(
                sa.func.json_extract(
                    row.c.value, sa.literal_column(f"'$[{index}]'"), type_=kind
                ).label(name)
                for index, (name, kind) in enumerate(columns.items())
            )
        ).subquery("batch")

    def new_ids(self, connection: Connection, count: int) -> Iterable[int]:
        """Return the ids after the last one given: nobody else writes meanwhile."""
        query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'runs'")
        last: int = connection.execute(query).scalar() or 0
        return range(last + 1, last + 1 + count)

    def size(self, connection: Connection) -> StoreSize:
        """Return the bytes of the file, and of the pages that are not free."""
        pages, free, page = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("page_count", "freelist_count", "page_size")
        )
        return StoreSize(pages * page, (pages - free) * page)

    def last_id(self, connection: Connection, table: str) -> int:
        """Return the greatest id that was given, where ids are never given again; else the last."""
        query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        last: int | None = connection.execute(query, {"name": table}).scalar()
        column = sa.column("id", sa.Integer)
        greatest = sa.select(sa.func.max(column)).select_from(sa.table(table))
        return max(last or 0, connection.execute(greatest).scalar() or 0)

    def give_ids_after(self, connection: Connection, table: str, last: int) -> None:
        """Note the id, where ids are never given again: others follow the greatest anyway."""
        values = {"name": table, "last": last}
        query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
        if "AUTOINCREMENT" not in str(connection.execute(query, values).scalar()).upper():
            return
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        insert = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)")
        connection.execute(insert, values)

    def empty(self, connection: Connection, tables: Sequence[str]) -> None:
        """Delete the rows, the last table's first."""
        for name in reversed(tables):
            connection.execute(sa.delete(sa.table(name)))

    def exclusive(self, connection: Connection, lock: Lock) -> None:
        """Do nothing: a write transaction is alone already."""


def _engine(url: URL, *, create: bool, **settings: object) -> Engine:
    """Return the engine; a file that is only opened keeps its journal mode, which it holds."""
    pragmas = [f"{name}={value}" for name, value in settings.items()] + ["foreign_keys=ON"]
    if create:
        pragmas.insert(0, "journal_mode=WAL")
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the begin event below sends BEGIN
        for pragma in pragmas:
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
