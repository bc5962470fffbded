"""What SQLite needs of its connections (rules D9, F8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa


def prepare(engine: sa.Engine) -> None:
    """Set up each new connection of an SQLite engine, and let savepoints work."""
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "savepoint", _begin)


def datetime_forms(instant: datetime) -> list[str]:
    """Return the texts in which SQLite files hold a date and time: with a space or a T."""
    forms = {instant.isoformat(sep, spec) for sep in " T" for spec in ("auto", "microseconds")}
    return sorted(forms)


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=10000")


def _begin(connection: sa.Connection, _name: object) -> None:
    """Begin a transaction before its first savepoint.

    Python's driver begins one only before the first write, so that reads hold no
    lock. A savepoint outside a transaction would be one by itself, and its
    release a commit. The write lock is taken at once: two transactions that have
    both read and then want to write would lock each other out.
    """
    driver_connection = connection.connection.driver_connection
    assert driver_connection is not None
    if not driver_connection.in_transaction:
        driver_connection.execute("BEGIN IMMEDIATE")
