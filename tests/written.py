"""Counts what is written to databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

_VERBS = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def rows_written() -> Iterator[Counter[str]]:
    """Count the rows that statements change from here on, by verb."""
    found: Counter[str] = Counter()

    def count(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        verb = statement.split(maxsplit=1)[0]
        if verb not in _VERBS:
            return
        if connection.dialect.name == "sqlite":
            connection.info["verb"] = verb  # it has not counted what is returned before the end
        elif cursor.rowcount > 0:
            found[verb] += cursor.rowcount

    def settle(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            total = connection.connection.total_changes  # type: ignore[attr-defined]
            changed = total - connection.info.setdefault("total", total)
            if changed and (verb := connection.info.get("verb")):
                found[verb] += changed
            connection.info["total"] = total
            connection.info["verb"] = None

    listeners = (
        ("before_cursor_execute", lambda connection, *_: settle(connection)),
        ("after_cursor_execute", count),
        ("commit", settle),
    )
    for name, listener in listeners:
        sa.event.listen(Engine, name, listener)
    try:
        yield found
    finally:
        for name, listener in listeners:
            sa.event.remove(Engine, name, listener)
