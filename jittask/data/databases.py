"""Opens a database element (rule F8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from jittask.data.dialects import dialect_of
from jittask.drivers import first_line, install_command, missing_driver
from jittask.environment import UnsetVariable, expand, filled_in
from jittask.masking import Mask
from jittask.model import DatabaseInfo

_DRIVERS = {
    "databases.PgSqlType": ("postgresql+psycopg", 5432),
    "databases.MySQLType": ("mysql+pymysql", 3306),
}

KEPT_CONNECTIONS = 5
"""Connections that an engine keeps open when they are idle."""
MAX_CONNECTIONS = 20
"""The most connections of an engine; a further request waits for one, up to 30 s."""


class DataError(Exception):
    """A business database that cannot be used; the message is one line."""


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
        return _url(info, root)
    except UnsetVariable as error:
        raise DataError(f"{info.name}: {error}") from error
    except ArgumentError as error:  # its text may have the password
        raise DataError(f"{info.name}: no database by these settings: url is no URL") from error
    except ValueError as error:
        raise DataError(f"{info.name}: no database by these settings: {error}") from error


def create_engine(info: DatabaseInfo, url: URL) -> Engine:
    """Return a new engine with a bounded pool; nothing is connected yet.

    Raises MissingDriver, and DataError for a folder of SQLite that cannot be made.
    """
    try:
        if (file := sqlite_file(url)) is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{info.name}: {error}") from error
    engine = plain_engine(info, url, pool_pre_ping=True, **_pool(url))
    dialect_of(engine).prepare(engine)
    return engine


def plain_engine(info: DatabaseInfo, url: URL, **options: Any) -> Engine:
    """Return SQLAlchemy's engine with these options. Raises MissingDriver, DataError."""
    try:
        return sa.create_engine(url, **options)
    except (ArgumentError, NoSuchModuleError) as error:
        raise DataError(f"{info.name}: no database by these settings: {error}") from error
    except ImportError as error:
        raise MissingDriver(info.name, error) from error


def sqlite_file(url: URL) -> Path | None:
    """Return the file of an SQLite database; None for one in memory, and for a server."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(url.database or "")


def _pool(url: URL) -> dict[str, int]:
    if url.get_backend_name() == "sqlite" and sqlite_file(url) is None:
        return {}  # a database in memory has one connection a thread
    return {"pool_size": KEPT_CONNECTIONS, "max_overflow": MAX_CONNECTIONS - KEPT_CONNECTIONS}


@contextmanager
def one_line(what: str) -> Iterator[None]:
    """Turn errors of SQLAlchemy and of drivers into a DataError of one line."""
    try:
        yield
    except DBAPIError as error:
        raise DataError(f"{what}: {_masked_line(error.orig)}") from error
    except SQLAlchemyError as error:
        raise DataError(f"{what}: {_masked_line(error)}") from error


def _masked_line(error: BaseException | None) -> str:
    return Mask(filled_in())(first_line(error))


def _url(info: DatabaseInfo, root: Path) -> URL:
    settings = _flat(info.settings)
    if info.type == "databases.UrlType":
        url = make_url(expand(_text(settings, "url")))
        if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
            return url.set(database=str(root / url.database))
        return url
    if info.type == "databases.SqliteType":
        name = _text(settings, "database", "path", "dbPath", "file", "dbName", "db")
        return URL.create("sqlite", database=str(root / expand(name)))
    driver, port = _DRIVERS[info.type]
    return URL.create(
        driver,
        username=expand(_text(settings, "user", "username", default="")) or None,
        password=expand(_text(settings, "password", "passwd", default="")) or None,
        host=expand(_text(settings, "host", default="127.0.0.1")),
        port=int(expand(_text(settings, "port", default=str(port)))),
        database=expand(_text(settings, "database", "dbName", "db")),
    )


def _flat(settings: Mapping[str, object]) -> Mapping[str, object]:
    inner = settings.get("dbConfig")
    return inner if isinstance(inner, Mapping) else settings


def _text(settings: Mapping[str, object], *names: str, default: str | None = None) -> str:
    for name in names:
        if settings.get(name) not in (None, ""):
            return str(settings[name])
    if default is None:
        raise DataError(f"the database's settings lack {names[0]!r}")
    return default
