"""What SQLite needs of its connections: pragmas, savepoints, functions on dates (rules D9, F8)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError

from jittask import zonedata
from jittask.data.database_urls import sqlite_file
from jittask.data.dialects import sqlite_dates
from jittask.data.dialects.sqlite_dates import NoDate

_refused = threading.local()
"""The value that a function of ours has refused last, in this thread."""


def prepare(engine: sa.Engine) -> None:
    """Set up each new connection of an SQLite engine, and let savepoints work."""
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "connect", _add_functions)
    sa.event.listen(engine, "handle_error", _name_the_value, retval=True)
    sa.event.listen(engine, "savepoint", _begin)
    file = sqlite_file(engine.url)
    if file is not None:
        _follow_the_file(engine, file)


def _follow_the_file(engine: sa.Engine, file: Path) -> None:
    """Let no connection outlive its file: it would keep reading what was deleted or replaced."""

    def connected(_connection: Any, record: Any) -> None:
        record.info["file"] = _identity(file)

    def checked_out(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get("file") != _identity(file):
            raise DisconnectionError(f"{file} has been replaced")

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "checkout", checked_out)


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _add_functions(connection: Any, _record: object) -> None:
    """Add the functions by which filters compare dates, whatever their form."""
    zone = zonedata.zone

    def wall(value: object, name: str) -> str:
        return sqlite_dates.wall_text(value, zone(name))

    def part(value: object, part: str, name: str, shown_in: str) -> int:
        return sqlite_dates.part_of(value, part, zone(name), zone(shown_in))

    for name, arguments, function in (
        ("jittask_wall", 2, wall),
        ("jittask_date", 1, sqlite_dates.date_text),
        ("jittask_part", 4, part),
        ("jittask_date_part", 2, sqlite_dates.date_part_of),
    ):
        connection.create_function(name, arguments, _strict(function), deterministic=True)


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is NULL for NULL, and keeps the value that it refuses."""

    def called(value: object, *arguments: Any) -> Any:
        if value is None:
            return None
        try:
            return function(value, *arguments)
        except NoDate as error:
            _refused.error = error
            raise

    return called


def _name_the_value(context: ExceptionContext) -> BaseException | None:
    """Return an error that names the refused value: that of the driver does not."""
    error: NoDate | None = getattr(_refused, "error", None)
    if error is None or "user-defined function" not in str(context.original_exception):
        return None
    _refused.error = None
    return sa.exc.OperationalError(context.statement, context.parameters, error)


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
