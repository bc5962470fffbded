"""The store on PostgreSQL, by psycopg 3: several runtimes may share it (rules R8, R9)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.types import TypeEngine

from jittask.drivers import connection_hint, install_command, missing_driver
from jittask.store.dialects.dialect import Columns, Lock, Rows, StoreSize
from jittask.store.dialects.refusal import answering, first_line
from jittask.store.errors import StoreError

_CONNECT_SECONDS = 5


class PostgresDatabase:
    """A database of a PostgreSQL server; the tables are in the first schema of its search path."""

    shared = True
    is_local = False

    def __init__(self, url: URL, folder: Path, idle_seconds: float) -> None:
        self._url = url
        self._folder = folder
        self.engine = sa.create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": _CONNECT_SECONDS}
        )
        idle = f"SET idle_in_transaction_session_timeout = {round(idle_seconds * 1000)}"

        @sa.event.listens_for(self.engine, "connect")
        def _prepare(connection: Any, _record: object) -> None:
            # A runtime that is stopped within a transaction holds its locks, and would keep every
            # other one from claiming and from sending its heartbeat.
            connection.execute(idle)
            connection.commit()

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
    def writing(self, *, synced: bool = True) -> Iterator[Connection]:
        """Give a connection with a write transaction, committed at the end."""
        assert synced
        with answering(self.place), self.engine.begin() as connection:
            yield connection

    def commits(self) -> Hashable | None:
        """Return None: the server has a counter of all its databases alone, which lags."""
        return None

    def unusable(self, error: DBAPIError) -> StoreError:
        """Return what to tell the user of a server that does not answer, or refuses."""
        hint = "may this user make tables in that database?"
        if isinstance(error, OperationalError):
            hint = connection_hint(error.orig)
        return StoreError(f"settings.store: {self.place}: {first_line(error)}", hint)

    def copy_file(self, target: Path) -> bool:
        """Copy nothing: a server has no file that others could read."""
        del target
        return False

    def replace_by(self, source: Path) -> bool:
        """Replace nothing: rows have to be copied."""
        del source
        return False

    def set_aside(self) -> Path | None:
        """Leave the server's tables alone."""
        return None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class PostgresDialect:
    """SQL and addresses of PostgreSQL."""

    name = "postgresql"
    address = "a PostgreSQL database"
    serial: TypeEngine[Any] | None = None
    ids_never_reused: Mapping[str, Any] = {}
    stored_by_key: Mapping[str, Any] = {}

    def store_url(self, url: URL, root: Path) -> URL | None:
        """Return the URL with the driver that we use."""
        del root
        return url.set(drivername="postgresql+psycopg")

    def open(
        self, url: URL, folder: Path, *, create: bool, idle_seconds: float
    ) -> PostgresDatabase:
        """Connect lazily. Raises StoreError where the driver is not installed."""
        del create
        try:
            return PostgresDatabase(url, folder, idle_seconds)
        except ImportError as error:
            hint = install_command(error)
            raise StoreError(f"settings.store: {missing_driver(error)}", hint) from error

    def partial_index(self, where: sa.TextClause) -> Mapping[str, Any]:
        """Return the option for an index."""
        return {"postgresql_where": where}

    def batch(self, rows: Rows, columns: Columns) -> sa.FromClause:
        """Return the rows as one array for each column."""
        values = zip(*rows, strict=True)
        arrays = [
            sa.cast(sa.bindparam(name, list(column), sa.ARRAY(kind), unique=True), sa.ARRAY(kind))
            for (name, kind), column in zip(columns.items(), values, strict=True)
        ]
        named = (sa.column(name, kind) for name, kind in columns.items())
        return sa.func.unnest(*arrays).table_valued(*named).render_derived(name="batch")

    def new_ids(self, connection: Connection, count: int) -> Iterable[int]:
        """Return the next ids of the sequence that belongs to the table."""
        sequence = sa.func.pg_get_serial_sequence("runs", "id")
        following = sa.func.nextval(sequence)
        each = sa.func.generate_series(1, count).table_valued("n").render_derived()
        return connection.execute(sa.select(following).select_from(each)).scalars()

    def size(self, connection: Connection) -> StoreSize:
        """Return the bytes of the tables; what of them is free, only the server's vacuum knows."""
        query = sa.text(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
            " WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:names)"
        )
        names = ["runs", "occurrence_keys", "attempts", "log_chunks", "task_marks", "elements"]
        return StoreSize(int(connection.execute(query, {"names": names}).scalar_one()), None)

    def last_id(self, connection: Connection, table: str) -> int:
        """Return the last value of the sequence that belongs to the table."""
        sequence = connection.execute(
            sa.select(sa.func.pg_get_serial_sequence(table, "id"))
        ).scalar_one()
        last, is_called = connection.exec_driver_sql(
            f"SELECT last_value, is_called FROM {sequence}"  # noqa: S608 - a name of the server's
        ).one()
        return int(last) if is_called else int(last) - 1

    def give_ids_after(self, connection: Connection, table: str, last: int) -> None:
        """Set the sequence that belongs to the table."""
        sequence = sa.func.pg_get_serial_sequence(table, "id")
        connection.execute(sa.select(sa.func.setval(sequence, last + 1, False)))

    def empty(self, connection: Connection, tables: Sequence[str]) -> None:
        """Truncate them together; a runtime that begins meanwhile waits for the end."""
        names = ", ".join(tables)  # ours, from the code
        connection.exec_driver_sql(f"TRUNCATE {names}")

    def exclusive(self, connection: Connection, lock: Lock) -> None:
        """Take an advisory lock, which the end of the transaction frees."""
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(lock))))
