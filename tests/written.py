"""Counts what is written to databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

_VERBS = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def rows_written() -> Iterator[Counter[str]]:
    """Count the rows that statements name from here on, by verb."""
    found: Counter[str] = Counter()

    def count(_c: Any, _k: Any, statement: str, given: Any, _x: Any, _many: bool) -> None:
        verb = statement.split(maxsplit=1)[0]
        if verb in _VERBS:
            found[verb] += len(given) if isinstance(given, list) else 1

    sa.event.listen(Engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        sa.event.remove(Engine, "before_cursor_execute", count)
