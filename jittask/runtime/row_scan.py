"""The duty that plans runs for rows whose date has come, or comes within the hour (D4, D6, D8).

Which rows these are is the question of ``due_rows``; here are the watermarks,
the windows that follow one another, and what is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from jittask.compiler.compiled import DateFieldTask
from jittask.data.app_data import AppData
from jittask.data.databases import DataError
from jittask.runtime.activation import activate, grace
from jittask.runtime.due_rows import DueRow, Window, due_rows
from jittask.runtime.events import Event, Trouble
from jittask.runtime.planner import announce
from jittask.runtime.row_plan import plan_row
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_plan import cancel
from jittask.store import Store
from jittask.store.plans import NewRun
from jittask.store.watermarks import Watermark

AHEAD = timedelta(hours=1)
"""How far ahead a row has a pending run (R1)."""

SWEEP_EVERY = timedelta(minutes=5)
"""How often the whole grace is looked through for rows that appeared late (D4)."""


class RowScan:
    """Plans runs for the rows of date-field tasks; one scan a ``step``."""

    def __init__(
        self, store: Store, emit: Callable[[Event], None], term: int | None = None
    ) -> None:
        self._store = store
        self._term = term
        self._emit = emit
        self._marks: dict[str, Watermark] | None = None
        self._seen: Snapshot | None = None
        self._tasks: tuple[DateFieldTask, ...] = ()
        self._swept: dict[str, datetime] = {}
        self._planned: dict[str, DateFieldTask] = {}
        self._troubles: dict[str, str] = {}

    def step(self, snapshot: Snapshot, data: AppData, now: datetime, overlap: timedelta) -> None:
        """Scan once for every task; a task whose database fails keeps its window for the next."""
        if snapshot is not self._seen:
            tasks = (entry.task for entry in snapshot.tasks.values())
            self._tasks = tuple(task for task in tasks if isinstance(task, DateFieldTask))
            self._seen = snapshot
        if self._marks is None and self._tasks:
            self._marks = self._store.watermarks()
        for task in self._tasks:
            try:
                self._scan(task, data, now, overlap)
            except DataError as error:
                data.forget(task.model)
                self._report(task.name, str(error), now)
            else:
                self._troubles.pop(task.name, None)

    def _scan(self, task: DateFieldTask, data: AppData, now: datetime, overlap: timedelta) -> None:
        assert self._marks is not None
        fresh = self._planned.get(task.name) != task
        mark = self._marks.get(task.name)
        if fresh:
            mark = self._activate(task, mark, now)
        assert mark is not None
        if not task.enabled:
            return
        start = mark.planned_until - overlap
        if fresh or now - self._swept[task.name] >= SWEEP_EVERY:
            start = min(start, now - grace(task))
            self._swept[task.name] = now
        start = max(start, mark.activated)
        rows = data.rows(task.model)
        for due in due_rows(task, rows, Window(start, now + AHEAD), now):
            runs = self._missing_runs(task, due, now)
            announce(self._store.plan(now, create=runs, term=self._term), now, self._emit)
        until = max(now, mark.planned_until)
        done = replace(mark, planned_until=until, walked_until=until)
        self._store.plan(now, watermarks=[done], term=self._term)
        self._marks[task.name] = done

    def _activate(self, task: DateFieldTask, mark: Watermark | None, now: datetime) -> Watermark:
        activation = activate(task, mark, now)
        close = []
        if activation.void is not None:
            close = [
                cancel(run, activation.void)
                for run in self._store.pending([task.name]).get(task.name, ())
            ]
        self._store.plan(now, close=close, watermarks=[activation.mark], term=self._term)
        self._planned[task.name] = task
        self._swept[task.name] = now
        assert self._marks is not None
        self._marks[task.name] = activation.mark
        return activation.mark

    def _missing_runs(self, task: DateFieldTask, due: list[DueRow], now: datetime) -> list[NewRun]:
        """Return the runs of a page that no record holds yet."""
        since = min(due_row.occurrences[0].nominal for due_row in due)
        keys = [due_row.key for due_row in due]
        recorded, ranges = self._store.recorded_occurrences(task.name, keys, since)
        return [
            run
            for due_row in due
            for run in plan_row(
                task,
                due_row.key,
                due_row.occurrences,
                recorded,
                ranges.get(due_row.key, ()),
                now,
            )
        ]

    def _report(self, task: str, text: str, now: datetime) -> None:
        """Report a failing scan once, until its text changes."""
        if self._troubles.get(task) != text:
            self._troubles[task] = text
            self._emit(Trouble(now, "scan-failed", f"{task}: {text}"))
