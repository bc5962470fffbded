"""Adds what the tables of an app's own models lack, or reports it (rule F9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from jittask.compiler.compiled import DateFieldTask
from jittask.data.app_data import AppData
from jittask.data.table_changes import TableChanges
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
        """What was reported last of each model, so that it is reported once."""

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
        """Add what a model's table lacks, where the runtime may; say whether it is there.

        Where it may not, or that fails, the tasks for the model's rows are blocked
        until it does not. A missing column is only reported here: it blocks the tasks
        that name it, when they are scanned.
        """
        tasks = [
            name
            for name, running in snapshot.tasks.items()
            if isinstance(running.task, DateFieldTask) and running.task.model == model
        ]
        if not all(self._boundary.may_try(name, Fault.TABLE, now) for name in tasks):
            return False
        try:
            lacking = self._complete(model, data, now)
        except Exception as error:
            self._failed(model, tasks, reason_of(error), now)
            return False
        if lacking is not None and lacking.creates:
            self._failed(model, tasks, f"{model.name}: {_told(lacking)}", now)
            return False
        if lacking is not None:
            self._report(model, "columns-missing", f"{model.name}: {_told(lacking)}", now)
        else:
            self._troubles.pop(model.name, None)
            if data is self._data:  # else a reload has replaced it, and it may lack something again
                self._there.add(model)
        for name in tasks:
            self._boundary.end(name, Fault.TABLE, now)
        return True

    def _complete(self, model: ModelInfo, data: AppData, now: datetime) -> TableChanges | None:
        """Add what is missing, where the runtime may; return what is missing still."""
        lacking = data.missing(model)
        if lacking is None or not lacking.statements or not data.manages_tables(model):
            return lacking
        added = data.add_missing(model)
        if added is not None:
            code = "table-made" if added.creates else "columns-added"
            verb = "created" if added.creates else "added"
            text = f"{model.name}: {verb} what was missing: {added.words}"
            self._emit(Trouble(now, code, text))
        return None

    def _failed(self, model: ModelInfo, tasks: Sequence[str], reason: str, now: datetime) -> None:
        for name in tasks:
            self._boundary.block(name, Fault.TABLE, reason, now)
        if not tasks:
            self._report(model, "table-failed", reason, now)

    def _report(self, model: ModelInfo, code: str, text: str, now: datetime) -> None:
        if self._troubles.get(model.name) != text:
            self._troubles[model.name] = text
            self._emit(Trouble(now, code, text))


def _told(lacking: TableChanges) -> str:
    """Say what is missing, and who can add it."""
    hint = "jittask db sync adds it" if lacking.statements else "its owner can add it to the view"
    return f"{lacking.database} lacks {lacking.words}: {hint}"
