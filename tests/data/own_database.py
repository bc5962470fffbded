"""A database of a test's own on each server; ``sqlite:///data.db`` for SQLite."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from tests.services import url_of


@contextmanager
def own_database(kind: str) -> Iterator[str]:
    """Give the URL of an empty database, which is dropped at the end."""
    url = url_of(kind)
    if kind == "sqlite":
        yield url
        return
    name = f"jittask_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield server.url.set(database=name).render_as_string(hide_password=False)
    finally:
        force = " WITH (FORCE)" if kind == "postgresql" else ""
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}{force}")
