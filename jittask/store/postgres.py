"""The store on PostgreSQL, by psycopg 3: several runtimes may share it (rules R8, R9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError

from jittask.store import upgrade
from jittask.store.engine import answering
from jittask.store.errors import StoreError

_CONNECT_SECONDS = 5


class PostgresDatabase:
    """A database of a PostgreSQL server; the tables stand where its search path says first."""

    shared = True

    def __init__(self, url: URL, folder: Path, idle_seconds: float) -> None:
        self._url = url
        self._folder = folder
        self.engine = sa.create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": _CONNECT_SECONDS}
        )
        idle = f"SET idle_in_transaction_session_timeout = {round(idle_seconds * 1000)}"

        @sa.event.listens_for(self.engine, "connect")
        def _prepare(connection: Any, _record: object) -> None:
            # A runtime that is stopped in the midst of a transaction holds its locks, and would
            # keep every other one from claiming, from beating and from finding out.
            connection.execute(idle)
            connection.commit()

    @classmethod
    def open(cls, url: URL, folder: Path, *, create: bool, idle_seconds: float) -> PostgresDatabase:
        """Connect; see ``open_database``."""
        try:
            database = cls(url, folder, idle_seconds)
        except ModuleNotFoundError as error:
            raise StoreError(
                f"settings.store: {error.name} is not installed",
                hint="pip install 'jittask[postgres]'",
            ) from error
        try:
            upgrade.bring_up_to_date(database.engine, write=create)
        except StoreError:
            database.close()
            raise
        except DBAPIError as error:
            database.close()
            words = str(error.orig).strip().splitlines()
            raise StoreError(
                f"settings.store: {database.place}: {words[0] if words else 'no answer'}",
                hint="is the server up, and may this user make tables in that database?",
            ) from error
        return database

    @property
    def place(self) -> str:
        """Return the URL without its password."""
        return self._url.set(query={}).render_as_string(hide_password=True)

    @property
    def lock_stem(self) -> Path:
        """Return a path in the tree's state folder."""
        return self._folder / "store"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection with a read transaction: one consistent view."""
        consistent = self.engine.execution_options(isolation_level="REPEATABLE READ")
        with answering(self.place), consistent.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection with a write transaction, committed at the end."""
        with answering(self.place), self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
