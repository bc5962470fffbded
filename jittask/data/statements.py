"""The statements of a table's scans, which are written once: each scan gives other values (D3).

To write a statement and to look for its compiled form take longer than the database
takes to answer it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

import sqlalchemy as sa

MOST_STATEMENTS = 200
"""Of one table; the one that has not been used for longest is forgotten."""
MOST_CHECKED = 20_000
"""Of one table; where there are more, all are checked again."""


class Statements:
    """Statements by what they ask; safe in threads."""

    def __init__(self) -> None:
        self._written: OrderedDict[Hashable, tuple[sa.Select[Any], object]] = OrderedDict()
        self._checked: dict[Hashable, object] = {}
        self._lock = Lock()

    def check(self, key: Hashable, keep: object, check: Callable[[], object]) -> None:
        """Call ``check`` unless it has not raised for this key before; ``keep``: see ``get``."""
        if key in self._checked:
            return
        check()
        with self._lock:
            if len(self._checked) >= MOST_CHECKED:
                self._checked.clear()
            self._checked[key] = keep

    def get(
        self, key: Hashable, keep: object, write: Callable[[], sa.Select[Any]]
    ) -> sa.Select[Any]:
        """Return the statement of a key, which is written at its first use.

        ``keep`` is kept with it: objects by whose identity the key names them.
        """
        with self._lock:
            found = self._written.get(key)
            if found is not None:
                self._written.move_to_end(key)
                return found[0]
        statement = write()
        with self._lock:
            self._written[key] = statement, keep
            if len(self._written) > MOST_STATEMENTS:
                self._written.popitem(last=False)
        return statement
