"""Creates the missing tables of an app's own models (rule F9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from jittask.data.app_data import AppData
from jittask.data.databases import DataError
from jittask.runtime.events import Event, Trouble
from jittask.runtime.snapshot import Snapshot


def create_missing_tables(
    data: AppData, snapshot: Snapshot, now: datetime, emit: Callable[[Event], None]
) -> None:
    """Create the tables that JitAi models lack, and report each, or why it failed."""
    for model in snapshot.app.models.values():
        try:
            if data.create_missing(model):
                text = f"{model.name}: created the missing table {model.table}"
                emit(Trouble(now, "table-made", text))
        except DataError as error:
            emit(Trouble(now, "table-failed", f"{model.name}: {error}"))
