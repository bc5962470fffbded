"""Creates the missing tables of an app's own models (rule F9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from jittask.compiler.compiled import DateFieldTask
from jittask.data.app_data import AppData
from jittask.model import ModelInfo
from jittask.runtime.events import Event, Trouble
from jittask.runtime.reasons import reason_of
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_boundary import Fault, TaskBoundary


class ModelTables:
    """Which tables are known to be there; each model in one thread at a time."""

    def __init__(self, emit: Callable[[Event], None], boundary: TaskBoundary) -> None:
        self._emit = emit
        self._boundary = boundary
        self._data: AppData | None = None
        self._there: set[ModelInfo] = set()
        self._troubles: dict[str, str] = {}

    def by_database(self, snapshot: Snapshot, data: AppData) -> Mapping[str, Sequence[ModelInfo]]:
        """Return the models whose tables are to be looked for, by their database."""
        if data is not self._data:
            self._data, self._there = data, set()
        found: dict[str, list[ModelInfo]] = {}
        for model in snapshot.app.models.values():
            if model.is_described and model not in self._there:
                found.setdefault(model.database, []).append(model)
        return found

    def make(self, model: ModelInfo, snapshot: Snapshot, data: AppData, now: datetime) -> bool:
        """Create a model's table where it is missing, and report it; say whether it is there.

        Where that fails, the tasks for the model's rows are blocked until it does not.
        """
        tasks = [
            name
            for name, running in snapshot.tasks.items()
            if isinstance(running.task, DateFieldTask) and running.task.model == model
        ]
        if not all(self._boundary.may_try(name, Fault.TABLE, now) for name in tasks):
            return False
        try:
            made = data.create_missing(model)
        except Exception as error:
            self._failed(model, tasks, reason_of(error), now)
            return False
        if made:
            text = f"{model.name}: created the missing table {model.table}"
            self._emit(Trouble(now, "table-made", text))
        self._there.add(model)
        self._troubles.pop(model.name, None)
        for name in tasks:
            self._boundary.end(name, Fault.TABLE, now)
        return True

    def _failed(self, model: ModelInfo, tasks: Sequence[str], reason: str, now: datetime) -> None:
        for name in tasks:
            self._boundary.block(name, Fault.TABLE, reason, now)
        text = f"{model.name}: {reason}"
        if not tasks and self._troubles.get(model.name) != text:
            self._troubles[model.name] = text
            self._emit(Trouble(now, "table-failed", text))
