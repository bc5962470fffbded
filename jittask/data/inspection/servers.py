"""What a server says of itself: product, session zone, connections (rules D1, F8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One server, as a session of the app sees it."""

    product: str
    """Name and version, for people."""
    zone: str | None = None
    """The time zone of the session, as the server names it; None for SQLite."""
    connections: int | None = None
    """How many are open, ours too; None where the database has no such number."""
    connections_allowed: int | None = None
    """The most for users who are no administrators."""
    read_only: bool = False
    """Whether it refuses all writes, as a standby does."""


def server_facts(connection: Connection) -> ServerFacts:
    """Ask the server. Raises DBAPIError."""
    ask = _ASK.get(connection.dialect.name)
    if ask is not None:
        return ask(connection)
    version = ".".join(map(str, connection.dialect.server_version_info or ()))
    return ServerFacts(f"{connection.dialect.name} {version}".strip())


def _sqlite(connection: Connection) -> ServerFacts:
    return ServerFacts(f"SQLite {_value(connection, 'SELECT sqlite_version()')}")


def _postgresql(connection: Connection) -> ServerFacts:
    reserved = int(_value(connection, "SHOW superuser_reserved_connections"))
    return ServerFacts(
        product=f"PostgreSQL {str(_value(connection, 'SHOW server_version')).split()[0]}",
        zone=str(_value(connection, "SHOW TimeZone")),
        # of pg_stat_activity a user sees only what is his own
        connections=int(_value(connection, "SELECT sum(numbackends) FROM pg_stat_database")),
        connections_allowed=int(_value(connection, "SHOW max_connections")) - reserved,
        read_only=bool(_value(connection, "SELECT pg_is_in_recovery()")),
    )


def _mysql(connection: Connection) -> ServerFacts:
    version = str(_value(connection, "SELECT version()"))
    name = "MariaDB" if "mariadb" in version.lower() else "MySQL"
    zone = str(_value(connection, "SELECT @@session.time_zone"))
    if zone == "SYSTEM":
        zone = str(_value(connection, "SELECT @@system_time_zone"))
    threads = connection.execute(sa.text("SHOW STATUS LIKE 'Threads_connected'")).one()
    return ServerFacts(
        product=f"{name} {version.partition('-')[0]}",
        zone=zone,
        connections=int(threads[1]),
        connections_allowed=int(_value(connection, "SELECT @@max_connections")),
        read_only=bool(_value(connection, "SELECT @@global.read_only")),
    )


def _value(connection: Connection, statement: str) -> Any:
    return connection.execute(sa.text(statement)).scalar()


_ASK: Mapping[str, Callable[[Connection], ServerFacts]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
}
