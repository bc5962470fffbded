"""How long a database may take to answer, as each allows it to be limited (rule R12)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from jittask.data.dialects import dialect_of

_LIBPQ = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 40_000,
}
"""Seconds, and milliseconds, after which libpq gives up a server that has gone silent."""


def give_up_silent_servers(engine: sa.Engine) -> None:
    """Let connections end whose server does not answer any more; what the URL says wins.

    PyMySQL waits 10 s for a connection by default, and SQLite has no server.
    """
    if engine.dialect.driver in ("psycopg", "psycopg2"):
        sa.event.listen(engine, "do_connect", _set_libpq)


def _set_libpq(_dialect: Any, _record: Any, _arguments: Any, settings: dict[str, Any]) -> None:
    for name, value in _LIBPQ.items():
        settings.setdefault(name, value)


@contextmanager
def limited(connection: sa.Connection, seconds: float | None) -> Iterator[None]:
    """Let the database end a statement of the block that takes longer; then it raises DBAPIError.

    Databases without such a limit, as SQLite, limit nothing.
    """
    if seconds is None:
        yield
        return
    with dialect_of(connection).limited(connection, seconds):
        yield
