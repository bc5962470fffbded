"""Connects to a database to look at it: read only, with bounds on every wait (rule F8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError

from jittask.data.database_urls import sqlite_file
from jittask.data.databases import (
    ELSEWHERE,
    DataError,
    MissingDriver,
    can_be_made,
    database_url,
    plain_engine,
)
from jittask.drivers import connection_hint, first_line, has_answered
from jittask.environment import UnsetVariable
from jittask.model import DatabaseInfo

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 5
"""After which a server gives up one statement, or the driver stops waiting for it."""

_EXAMPLE = "for example: postgresql+psycopg://user@host/name, or sqlite:///data/app.db"
_MYSQL_WAITS: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "read_timeout": 2 * STATEMENT_SECONDS,
    "write_timeout": CONNECT_SECONDS,
}
_WAITS: dict[str, dict[str, Any]] = {
    "psycopg": {"connect_timeout": CONNECT_SECONDS},
    "psycopg2": {"connect_timeout": CONNECT_SECONDS},
    "pymysql": _MYSQL_WAITS,
    "mysqldb": _MYSQL_WAITS,
    "pysqlite": {"timeout": float(CONNECT_SECONDS)},
}
"""What each driver calls them; other drivers are bounded by their caller alone."""


class Reason(Enum):
    """Why a database could not be opened."""

    SETTINGS = "settings"
    UNSET = "unset"
    """A variable of the environment that the settings name."""
    NO_FILE = "no-file"
    """The file of an SQLite database does not exist yet."""
    DRIVER = "driver"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """The server answered, and does not let us in."""


@dataclass(frozen=True, slots=True)
class NotOpened:
    """A database that could not be opened: one line that says why, and what to do."""

    reason: Reason
    message: str
    hint: str | None = None


def address(info: DatabaseInfo, root: Path) -> str:
    """Return where a database is, for people, without its password; its name where unknown."""
    try:
        url = database_url(info, root)
    except DataError:
        return info.name
    file = sqlite_file(url)
    if file is not None:
        return _path(file, root)
    return url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def connected(info: DatabaseInfo, root: Path) -> Iterator[Connection | NotOpened]:
    """Give a connection that cannot write, or why there is none."""
    try:
        url = database_url(info, root)
        engine = _read_only_engine(info, url)
    except MissingDriver as error:
        yield NotOpened(Reason.DRIVER, error.words, error.command)
        return
    except DataError as error:
        unset = isinstance(error.__cause__, UnsetVariable)
        words = str(error).removeprefix(f"{info.name}: ")
        yield NotOpened(Reason.UNSET if unset else Reason.SETTINGS, words, _EXAMPLE)
        return
    if (file := sqlite_file(url)) is not None and not file.exists():
        if not can_be_made(file):
            words = f"{_path(file, root)} cannot be made: its folder cannot be written"
            yield NotOpened(Reason.UNREACHABLE, words, ELSEWHERE)
            return
        yield NotOpened(Reason.NO_FILE, f"the file {_path(file, root)} does not exist")
        return
    try:
        connection = engine.connect()
    except DBAPIError as error:
        yield _refused(error, None if file is None else _path(file, root))
        return
    try:
        with connection:
            yield connection
    finally:
        engine.dispose()


def _path(file: Path, root: Path) -> str:
    """Return a path from the tree, where it is in the tree."""
    return str(file.relative_to(root) if file.is_relative_to(root) else file)


def _refused(error: DBAPIError, file: str | None) -> NotOpened:
    if file is not None:
        words = f"{file} cannot be opened: {first_line(error.orig)}"
        return NotOpened(Reason.REFUSED, words, "is it an SQLite file that this user may read?")
    reason = Reason.REFUSED if has_answered(error.orig) else Reason.UNREACHABLE
    return NotOpened(reason, first_line(error.orig), connection_hint(error.orig))


def _read_only_engine(info: DatabaseInfo, url: URL) -> sa.Engine:
    file = sqlite_file(url)
    if file is not None:
        url = url.set(
            database=f"file:{quote(str(file))}", query={**url.query, "mode": "ro", "uri": "true"}
        )
    waits = _WAITS.get(url.get_driver_name(), {})
    engine = plain_engine(info, url, poolclass=sa.NullPool, connect_args=waits)
    statements = _READ_ONLY.get(engine.dialect.name, ())

    @sa.event.listens_for(engine, "connect")
    def _bound(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    return engine


_MYSQL_BOUND = (  # MariaDB reads the first of these comments, and MySQL the second
    "SET SESSION sql_mode = @@sql_mode"
    f" /*M!100101 , SESSION max_statement_time = {STATEMENT_SECONDS} */"
    f" /*!50708 , SESSION max_execution_time = {STATEMENT_SECONDS * 1000} */"
)
_OF_MYSQL = ("SET SESSION TRANSACTION READ ONLY", _MYSQL_BOUND)
_READ_ONLY: dict[str, tuple[str, ...]] = {
    "sqlite": ("PRAGMA query_only=ON", "PRAGMA schema_version"),  # the latter reads the file
    "postgresql": (
        "SET default_transaction_read_only = on",
        f"SET statement_timeout = '{STATEMENT_SECONDS}s'",
    ),
    "mysql": _OF_MYSQL,
    "mariadb": _OF_MYSQL,
}
