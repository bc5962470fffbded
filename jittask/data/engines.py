"""One engine for each database in a process, counted by its users (rules D9, F8).

Models of one database, and database elements that name the same one, must share
an engine: a transaction over them is one transaction, on one connection.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import URL, Engine
from sqlalchemy.pool import QueuePool

from jittask.data.database_urls import sqlite_file
from jittask.data.databases import MAX_CONNECTIONS, create_engine, database_url
from jittask.data.patience import give_up_silent_servers
from jittask.model import DatabaseInfo


@dataclass(slots=True)
class _SharedEngine:
    engine: Engine
    users: int
    used: bool = False
    """Whether it has given a connection since ``close_unused`` has looked last."""

    def note_use(self, *_: object) -> None:
        """Be called when a connection is taken."""
        self.used = True


class EngineRegistry:
    """Engines by what their database resolves to; safe in threads and after a fork."""

    def __init__(self) -> None:
        self._shared: dict[URL, _SharedEngine] = {}
        self._lock = threading.Lock()
        self._limit = MAX_CONNECTIONS

    def allow(self, bodies: int) -> None:
        """Let each later engine have the connections for so many bodies at a time.

        A process that runs one body at a time need not call it.
        """
        self._limit = max(self._limit, MAX_CONNECTIONS + bodies - 1)

    def acquire(self, info: DatabaseInfo, root: Path) -> Engine:
        """Return the database's engine, for one more user; nothing is connected yet.

        Each call needs its ``release``. Raises DataError as ``database_url`` and
        ``create_engine`` do.
        """
        url = database_url(info, root)
        key = _key(url)
        with self._lock:
            shared = self._shared.get(key)
            if shared is None:
                engine = create_engine(info, url, self._limit)
                give_up_silent_servers(engine)
                shared = self._shared[key] = _SharedEngine(engine, users=0)
                event.listen(engine, "checkout", shared.note_use)
            shared.users += 1
            return shared.engine

    def release(self, engine: Engine) -> None:
        """Count one user less; the last one closes the engine's connections.

        Raises LookupError for an engine that has no users.
        """
        with self._lock:
            keys = [key for key, shared in self._shared.items() if shared.engine is engine]
            if not keys:
                raise LookupError("this engine has no users")
            shared = self._shared[keys[0]]
            shared.users -= 1
            if shared.users:
                return
            del self._shared[keys[0]]
        engine.dispose()

    def close_unused(self) -> None:
        """Close the connections of engines that nobody has used since the last call.

        Called every minute or so, it closes what is idle; the engines stay. A database
        in memory would lose its content, and is left.
        """
        with self._lock:
            for shared in self._shared.values():
                pool = shared.engine.pool
                if not shared.used and isinstance(pool, QueuePool) and not pool.checkedout():
                    shared.engine.dispose()
                shared.used = False

    def users(self, engine: Engine) -> int:
        """Return how many users an engine has."""
        with self._lock:
            return sum(shared.users for shared in self._shared.values() if shared.engine is engine)

    def after_fork(self) -> None:
        """Give a forked child pools of its own: it must not use its parent's connections."""
        self._lock = threading.Lock()  # a thread of the parent may have held it
        for shared in self._shared.values():
            shared.engine.dispose(close=False)


def _key(url: URL) -> URL:
    """Return a URL that is the same for each path of one SQLite file, opened in one way."""
    file = sqlite_file(url)
    return url if file is None else url.set(database=str(file.resolve()))


ENGINES = EngineRegistry()
"""The engines of this process."""
os.register_at_fork(after_in_child=ENGINES.after_fork)
