"""The business data of one app: its databases and tables, each opened at its first use."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Engine

from jittask import zonedata
from jittask.data.databases import DataError, one_line
from jittask.data.engines import ENGINES
from jittask.data.rows import Rows
from jittask.data.table_changes import TableChanges, add_missing, manages_tables, missing
from jittask.model import DatabaseInfo, ModelInfo


class AppData:
    """Gives the rows of models; ``close`` releases the engines that it has used.

    Threads may share it. After ``close`` it opens again what it is asked for.
    """

    def __init__(self, databases: Mapping[str, DatabaseInfo], root: Path) -> None:
        self.databases = databases
        self.root = root
        self._engines: dict[str, Engine] = {}
        self._rows: dict[ModelInfo, Rows] = {}
        self._lock = threading.Lock()

    def rows(self, model: ModelInfo) -> Rows:
        """Return the rows of a model. Raises DataError where its database cannot be reached."""
        with self._lock:
            rows = self._rows.get(model)
            engine = self._engine(model)
        if rows is None:
            # without the lock: its database may not answer
            rows = Rows.open(engine, model, self._zone(model))
            with self._lock:
                if self._engines.get(model.database) is engine and _is_whole(model, rows):
                    self._rows[model] = rows
        return rows

    def forget(self, model: ModelInfo) -> None:
        """Read the model's table again when it is next asked for: it may have changed."""
        with self._lock:
            self._rows.pop(model, None)

    @contextmanager
    def connected(self, model: ModelInfo) -> Iterator[Connection]:
        """Give a connection to the database of a model, for a look at what it has.

        Raises DataError where it cannot be reached.
        """
        with self._lock:
            engine = self._engine(model)
        with one_line(model.database), engine.connect() as connection:
            yield connection

    def missing(self, model: ModelInfo) -> TableChanges | None:
        """Return what a described model's table lacks (F9). Raises DataError."""
        with self._lock:
            engine = self._engine(model)
        return missing(model, engine)

    def add_missing(self, model: ModelInfo) -> TableChanges | None:
        """Add what a described model's table lacks; return what was added. Raises DataError."""
        with self._lock:
            engine = self._engine(model)
        added = add_missing(model, engine)
        self.forget(model)
        return added

    def manages_tables(self, model: ModelInfo) -> bool:
        """Whether a runtime adds what the tables of a model's database lack."""
        with self._lock:
            engine = self._engine(model)
        return manages_tables(self.databases[model.database], engine.url, self.root)

    def close(self) -> None:
        """Release the engines; the last user of one closes its connections."""
        with self._lock:
            for engine in self._engines.values():
                ENGINES.release(engine)
            self._engines.clear()
            self._rows.clear()

    def _zone(self, model: ModelInfo) -> ZoneInfo | None:
        """Return the zone of the database's columns without one, where it has its own (F8)."""
        name = self.databases[model.database].timezone
        return None if name is None else zonedata.zone(name)

    def _engine(self, model: ModelInfo) -> Engine:
        engine = self._engines.get(model.database)
        if engine is None:
            info = self.databases.get(model.database)
            if info is None:
                raise DataError(f"{model.name}: no database {model.database}")
            engine = self._engines[model.database] = ENGINES.acquire(info, self.root)
        return engine


def _is_whole(model: ModelInfo, rows: Rows) -> bool:
    """Whether a table has all that its model describes: else it is looked at each time."""
    return not model.is_described or len(rows.model.fields) == len(model.fields)
