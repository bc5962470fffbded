"""Database servers that tests need: missing ones are loud skips, and failures in CI."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from jittask.model import AppSettings

URLS = {
    "sqlite": "sqlite:///data.db",
    "postgresql": os.environ.get(
        "JITTASK_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test"
    ),
    "mysql": os.environ.get("JITTASK_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/test"),
}


def url_of(name: str) -> str:
    """Return the URL of a service that answers."""
    url = URLS[name]
    if name != "sqlite":
        try:
            sa.create_engine(url, connect_args={"connect_timeout": 5}).connect().close()
        except OperationalError as error:
            words = f"{name} does not answer at {url}: {error.orig}"
            if os.environ.get("CI"):
                pytest.fail(words)
            pytest.skip(words)
    return url


@contextmanager
def store_settings(kind: str) -> Iterator[AppSettings]:
    """Give app settings with a run store of that kind, empty: an own schema on a server."""
    if kind == "sqlite":
        yield AppSettings()
        return
    schema = f"jittask_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    url = url_of(kind)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
        try:
            yield AppSettings(store=f"{url}?options=-csearch_path%3D{schema}")
        finally:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()
