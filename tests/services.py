"""Database servers that tests need: missing ones are loud skips, and failures in CI."""

from __future__ import annotations

import os

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

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
