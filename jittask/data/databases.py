"""Opens a database element (rule F8)."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from jittask.data.database_urls import makes_file, sqlite_file, url_of
from jittask.data.dialects import dialect_of
from jittask.drivers import first_line, install_command, missing_driver
from jittask.environment import UnsetVariable, filled_in
from jittask.masking import Mask
from jittask.model import DatabaseInfo

KEPT_CONNECTIONS = 1
"""Connections that an engine keeps open when they are idle."""
MAX_CONNECTIONS = 4
"""The most connections of a process to one database, where it runs one body at a time."""
WAIT_SECONDS = 30
"""How long a request waits for one of them."""


class DataError(Exception):
    """A business database that cannot be used; the message is one line."""


class NoColumn(DataError):
    """A field that the table of its model has no column for."""

    def __init__(self, model: str, field: str, known: Collection[str]) -> None:
        """``known``: the fields that the table has columns for."""
        self.field = field
        near = difflib.get_close_matches(field, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"{model}: its table has no column for {field}{hint}")


def is_of_the_database(error: Exception) -> bool:
    """Whether an error says that a database or a table is locked, slow or away.

    So another statement of the same kind would fail too, whatever it asks for.
    """
    return isinstance(error, DataError) and isinstance(error.__cause__, OperationalError)


ELSEWHERE = "name a path in a folder that can be written: its setting may take ${NAME}"
"""What to do where a database is in a tree that is read only."""


class MissingDriver(DataError):
    """The driver of a database is not installed; ``command`` installs it."""

    def __init__(self, database: str, error: ImportError) -> None:
        self.words = missing_driver(error)
        self.command = install_command(error)
        super().__init__(f"{database}: {self.words}: {self.command}")


def open_database(info: DatabaseInfo, root: Path) -> Engine:
    """Return an engine that is not shared; nothing is connected yet.

    Raises DataError as ``database_url`` and ``create_engine`` do.
    """
    return create_engine(info, database_url(info, root))


def database_url(info: DatabaseInfo, root: Path) -> URL:
    """Return the URL that a database's settings make, ``${NAME}`` filled in.

    SQLite paths are relative to the tree. Raises DataError for settings that
    make no URL, and for an unset ``${NAME}``.
    """
    try:
        return url_of(info, root)
    except UnsetVariable as error:
        raise DataError(f"{info.name}: {error}") from error
    except ArgumentError as error:  # its text may have the password
        raise DataError(f"{info.name}: no database by these settings: url is no URL") from error
    except ValueError as error:
        raise DataError(f"{info.name}: no database by these settings: {error}") from error


def create_engine(info: DatabaseInfo, url: URL, limit: int = MAX_CONNECTIONS) -> Engine:
    """Return a new engine of at most ``limit`` connections; nothing is connected yet.

    Raises MissingDriver, and DataError for a folder of SQLite that cannot be made.
    """
    file = sqlite_file(url)
    try:
        if file is not None and makes_file(url):
            if not can_be_made(file):
                words = f"{file} cannot be made: its folder cannot be written"
                raise DataError(f"{info.name}: {words}: {ELSEWHERE}")
            file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{info.name}: {error}") from error
    engine = plain_engine(info, url, pool_pre_ping=True, **_pool(url, limit))
    dialect_of(engine).prepare(engine)
    return engine


def can_be_made(file: Path) -> bool:
    """Whether a file is there, or its folder, or the nearest one above, can be written."""
    if file.exists():
        return True
    folder = next(each for each in file.parents if each.exists())
    return os.access(folder, os.W_OK | os.X_OK)


def plain_engine(info: DatabaseInfo, url: URL, **options: Any) -> Engine:
    """Return SQLAlchemy's engine with these options. Raises MissingDriver, DataError."""
    try:
        return sa.create_engine(url, **options)
    except (ArgumentError, NoSuchModuleError) as error:
        raise DataError(f"{info.name}: no database by these settings: {error}") from error
    except ImportError as error:
        raise MissingDriver(info.name, error) from error


def _pool(url: URL, limit: int) -> dict[str, int]:
    if url.get_backend_name() == "sqlite" and sqlite_file(url) is None:
        return {}  # a database in memory has one connection a thread
    return {
        "pool_size": KEPT_CONNECTIONS,
        "max_overflow": limit - KEPT_CONNECTIONS,
        "pool_timeout": WAIT_SECONDS,
    }


def lacks_its_file(engine: Engine) -> bool:
    """Whether an SQLite database is not there: a connection that only reads would make it."""
    file = sqlite_file(engine.url)
    return file is not None and not file.exists()


@contextmanager
def one_line(what: str) -> Iterator[None]:
    """Turn errors of SQLAlchemy and of drivers into a DataError of one line."""
    try:
        yield
    except DBAPIError as error:
        raise DataError(f"{what}: {_masked_line(error.orig)}") from error
    except PoolTimeout as error:
        words = f"no connection is free after {WAIT_SECONDS} s: this process has all that it may"
        raise DataError(f"{what}: {words}") from error
    except SQLAlchemyError as error:
        raise DataError(f"{what}: {_masked_line(error)}") from error


def _masked_line(error: BaseException | None) -> str:
    return Mask(filled_in())(first_line(error))
