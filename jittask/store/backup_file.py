"""One file that holds a whole run store: an SQLite database, whatever the store is (rule R9).

It has the tables of the store, so that any SQLite tool reads it, and one more that
says what it is. It becomes visible only when it is complete, checked and on the disk.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jittask.store.errors import StoreError
from jittask.store.instants import from_micros, to_micros

_TABLE = "jittask_backup"
_MODE = 0o600  # results, rows and logs are in it


@dataclass(frozen=True, slots=True)
class BackupNote:
    """What a backup says of itself."""

    taken: datetime
    """Every record of before is in it, and none of after."""
    place: str
    """The store that it was taken of, without a password."""
    schema: str
    runs: int


@contextmanager
def new_file(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a file to fill, beside ``target``; without an error it then becomes ``target``.

    Raises StoreError where ``target`` is there already, unless ``overwrite``.
    """
    refuse_existing(target, overwrite=overwrite)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE))
        yield part
        _sync(part)
        refuse_existing(target, overwrite=overwrite)
        part.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise StoreError(
            f"{target}: cannot be written: {error.strerror}", "name a file on a disk with room"
        ) from error
    finally:
        delete(part)


def delete(path: Path) -> None:
    """Delete an SQLite file and what belongs to it, as far as they are there."""
    for end in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def refuse_existing(target: Path, *, overwrite: bool) -> None:
    """Raise StoreError for a backup that would be overwritten, and for a folder that is missing."""
    if not target.parent.is_dir():
        raise StoreError(f"{target.parent}: no such folder", "make it, or name another one")
    if target.is_dir() or (target.exists() and not overwrite):
        raise StoreError(f"{target}: is there already", "name another file, or add --force")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_note(path: Path, taken: datetime, place: str) -> BackupNote:
    """Say in a file what it is, and check it. Raises StoreError where it is damaged."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode=DELETE")
        file.execute(f"DROP TABLE IF EXISTS {_TABLE}")
        file.execute(f"CREATE TABLE {_TABLE} (taken INTEGER NOT NULL, place TEXT NOT NULL)")
        file.execute(f"INSERT INTO {_TABLE} VALUES (?, ?)", (to_micros(taken), place))  # noqa: S608
    return read_note(path)


def remove_note(path: Path) -> None:
    """Make a store of a backup: leave out what says that it is one."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode=DELETE")
        file.execute(f"DROP TABLE IF EXISTS {_TABLE}")


def read_note(path: Path) -> BackupNote:
    """Check a backup, and return what it says. Raises StoreError where it is none, or damaged."""
    if not path.is_file():
        raise StoreError(f"{path}: no such file", "name a file that jittask db backup has made")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            [[verdict], *_] = file.execute("PRAGMA integrity_check(1)").fetchall()
            if verdict != "ok":
                raise StoreError(f"{path}: is damaged: {verdict}", "use another backup")
            [(taken, place)] = file.execute(f"SELECT taken, place FROM {_TABLE}")  # noqa: S608
            [(schema,)] = file.execute("SELECT version_num FROM alembic_version")
            [(runs,)] = file.execute("SELECT count(*) FROM runs")
    except (sqlite3.Error, ValueError) as error:
        raise StoreError(
            f"{path}: is no backup of a run store: {error}",
            "name a file that jittask db backup has made",
        ) from error
    return BackupNote(from_micros(taken), place, schema, runs)
