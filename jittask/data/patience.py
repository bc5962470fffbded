"""How long a database may take to answer, as each allows it to be limited (rule R12)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

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

    PostgreSQL counts the time that a statement waits for a lock. SQLite and other
    databases have no such limit, and nothing is limited there.
    """
    if seconds is None:
        yield
        return
    match connection.dialect.name:
        case "postgresql":
            connection.exec_driver_sql(
                f"SET LOCAL statement_timeout = {round(seconds * 1000)}; "
                "SET LOCAL jit = off"  # compiling costs more than a statement that an index serves
            )
            yield
        case "mysql" | "mariadb":
            name, value = _variable(connection, seconds)
            connection.exec_driver_sql(f"SET SESSION {name} = {value}")
            try:
                yield
            finally:
                _reset(connection, name)
        case _:
            yield


def _variable(connection: sa.Connection, seconds: float) -> tuple[str, str]:
    """Return the variable of the session, and its value."""
    if getattr(connection.dialect, "is_mariadb", False):
        return "max_statement_time", f"{seconds:g}"
    return "max_execution_time", f"{seconds * 1000:.0f}"


def _reset(connection: sa.Connection, name: str) -> None:
    """Give the connection back as it was; one that cannot be is not used again."""
    try:
        connection.exec_driver_sql(f"SET SESSION {name} = DEFAULT")
    except DBAPIError:
        connection.invalidate()
