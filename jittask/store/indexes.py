"""The indexes of the run store, beside its tables: which queries stay quick, whatever the history.

Only migrations and tests import this file. A query needs no index to be
defined, and the options of partial indexes make SQLAlchemy import every dialect,
which a command that reads should not wait for (V5).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, literal_column

from jittask.store.dialects import ddl
from jittask.store.tables import (
    BY_HAND,
    ENDED,
    EXECUTING,
    HAS_BEGUN,
    HAS_VERSION,
    LATE,
    OF_ROW,
    OPEN,
    PENDING,
    ROLLED,
    VERSION_HEAD,
    keys,
    log_chunks,
    metadata,
    runs,
)

__all__ = ["metadata"]


def _partial(name: str, *columns: Any, where: str) -> None:
    """Define an index of ``runs`` that holds only the rows that fulfil ``where``."""
    named = (runs.c[column] if isinstance(column, str) else column for column in columns)
    Index(name, *named, **ddl.partial_index(where))


_partial("runs_to_claim", "priority", "due", "id", where=PENDING)
_partial("runs_executing", "runtime", "id", where=EXECUTING)
_partial("runs_open", "task", "effective", "id", where=OPEN)
_partial("runs_ended", "status", "effective", "id", where=ENDED)
_partial("runs_ended_by_task", "task", "status", "effective", "id", where=ENDED)
_partial(
    "runs_ended_by_version", literal_column(VERSION_HEAD), "status", "effective", "id",
    where=f"{ENDED} AND {HAS_VERSION}",
)  # fmt: skip
_partial("runs_ended_by_start", "status", "started", "id", where=f"{ENDED} AND {HAS_BEGUN}")
_partial("runs_by_row", "row_key", "task", "effective", "id", where=OF_ROW)
_partial("runs_by_hand", "trigger", "effective", "id", "status", where=BY_HAND)
_partial("runs_late", "effective", "id", "status", where=LATE)
_partial("runs_rolled", "nominal", "id", "task", where=ROLLED)

Index("occurrence_keys_by_run", keys.c.run_id)
Index("log_chunks_by_run", log_chunks.c.run_id, log_chunks.c.id)
