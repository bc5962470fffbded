"""The business data of one snapshot, as the runtime reads it: engines and tables, opened once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import Engine

from jittask.data.databases import DataError, open_database
from jittask.data.rows import Rows
from jittask.data.tables import create_missing
from jittask.model import DatabaseInfo, ModelInfo


class AppData:
    """Opens databases and tables on demand; closed when its snapshot's databases change."""

    def __init__(self, databases: Mapping[str, DatabaseInfo], root: Path) -> None:
        self.databases = databases
        self._root = root
        self._engines: dict[str, Engine] = {}
        self._rows: dict[ModelInfo, Rows] = {}
        self._lock = threading.Lock()

    def rows(self, model: ModelInfo) -> Rows:
        """Return the rows of a model. Raises DataError where its database cannot be reached."""
        with self._lock:
            found = self._rows.get(model)
            if found is None:
                found = self._rows[model] = Rows.open(self._engine(model), model)
            return found

    def forget(self, model: ModelInfo) -> None:
        """Look at the model's table anew when it is next asked for: it may have changed."""
        with self._lock:
            self._rows.pop(model, None)

    def create_missing(self, model: ModelInfo) -> bool:
        """Make the table of a JitAi model where it is missing; say whether it was (F9)."""
        if not model.is_described:
            return False
        with self._lock:
            return create_missing(model, self._engine(model))

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()
            self._rows.clear()

    def _engine(self, model: ModelInfo) -> Engine:
        engine = self._engines.get(model.database)
        if engine is None:
            info = self.databases.get(model.database)
            if info is None:
                raise DataError(f"{model.name}: no database {model.database}")
            engine = self._engines[model.database] = open_database(info, self._root)
        return engine
