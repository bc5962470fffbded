"""The databases that the store runs on, and the one place that asks which of them it is."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, Connection

from jittask.store.dialects.dialect import Dialect
from jittask.store.dialects.postgres import PostgresDialect
from jittask.store.dialects.sqlite import SqliteDialect

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect for dialect in (SqliteDialect(), PostgresDialect())
}


def dialect_of(source: Connection | URL) -> Dialect:
    """Return the dialect of a connection, or of a URL that ``store_url`` has returned."""
    if isinstance(source, URL):
        return DIALECTS[source.get_backend_name()]
    return DIALECTS[source.dialect.name]


def default_url(file: Path) -> URL:
    """Return the URL of the store that needs no settings, kept in ``file``."""
    return URL.create(SqliteDialect.name, database=str(file))


def supported_url(url: URL, root: Path) -> URL | None:
    """Return the URL to open for one that a user gave; None where no dialect supports it."""
    dialect = DIALECTS.get(url.get_backend_name())
    return None if dialect is None else dialect.store_url(url, root)


def addresses() -> str:
    """Return in words what ``settings.store`` may name."""
    return " or ".join(dialect.address for dialect in DIALECTS.values())
