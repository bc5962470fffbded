"""Opens a database element (rule F8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from jittask.environment import UnsetVariable, expand
from jittask.model import DatabaseInfo

_DRIVERS = {
    "databases.PgSqlType": ("postgresql+psycopg", 5432, "postgres"),
    "databases.MySQLType": ("mysql+pymysql", 3306, "mysql"),
}


class DataError(Exception):
    """A business database that cannot be used: one line of why."""


def open_database(info: DatabaseInfo, root: Path) -> Engine:
    """Return an engine; nothing is connected yet.

    SQLite paths are relative to the tree. Raises DataError for settings that
    make no URL, an unset ``${NAME}``, and a driver that is not installed.
    """
    try:
        url = _url(info, root)
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, pool_pre_ping=True)
    except UnsetVariable as error:
        raise DataError(f"{info.name}: {error}") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise DataError(f"{info.name}: no database by these settings: {error}") from error
    except ModuleNotFoundError as error:
        extra = next((extra for _, _, extra in _DRIVERS.values()), "postgres")
        raise DataError(
            f"{info.name}: the driver {error.name} is not installed: pip install 'jittask[{extra}]'"
        ) from error
    except OSError as error:
        raise DataError(f"{info.name}: {error}") from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


@contextmanager
def one_line(what: str) -> Iterator[None]:
    """Turn what a database says into a DataError of one line."""
    try:
        yield
    except DBAPIError as error:
        raise DataError(f"{what}: {_first_line(error.orig)}") from error
    except SQLAlchemyError as error:
        raise DataError(f"{what}: {_first_line(error)}") from error


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0]


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
    driver, port, _ = _DRIVERS[info.type]
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


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=10000")
