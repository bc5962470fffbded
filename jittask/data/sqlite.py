"""What SQLite needs of its connections (rules D9, F8)."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DisconnectionError


def prepare(engine: sa.Engine, file: Path | None) -> None:
    """Set up each new connection of an SQLite engine, and let savepoints work.

    ``file``: None for a database in memory.
    """
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "savepoint", _begin)
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


def datetime_forms(instant: datetime) -> list[str]:
    """Return the texts in which SQLite files hold a date and time: with a space or a T."""
    forms = {instant.isoformat(sep, spec) for sep in " T" for spec in ("auto", "microseconds")}
    return sorted(forms)


def text_ranges(low: datetime, high: date) -> list[tuple[str, str]]:
    """Return the ranges of texts that instants in a range have: with a space, and with a T.

    From a whole second on, whose text without a fraction comes before that with one.
    """
    assert isinstance(high, datetime)
    ends = low.replace(tzinfo=None), high.replace(tzinfo=None)
    return [
        (ends[0].isoformat(sep, "seconds"), ends[1].isoformat(sep, "microseconds")) for sep in " T"
    ]


def whole_days(least: date | None, greatest: date | None) -> tuple[date | None, date | None]:
    """Return the beginning and the end of two days; of one day, texts are in no order of time."""
    if isinstance(least, datetime):
        least = datetime.combine(least, time.min, least.tzinfo)
    if isinstance(greatest, datetime):
        greatest = datetime.combine(greatest, time.max, greatest.tzinfo)
    return least, greatest


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
