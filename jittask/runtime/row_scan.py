"""The duty that plans runs for rows whose date has come, or comes within the hour (D4, D6, D8).

Which rows these are is the question of ``due_rows``; here are the watermarks,
the windows that follow one another, and what is written. In which thread a
task is scanned is the question of ``scan_threads``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from jittask.compiler.compiled import DateFieldTask
from jittask.data.app_data import AppData
from jittask.data.rows import Row, Rows
from jittask.runtime.activation import activate, grace
from jittask.runtime.due_rows import DueRow, Window, due_rows
from jittask.runtime.events import Event
from jittask.runtime.planner import announce
from jittask.runtime.reasons import reason_of
from jittask.runtime.row_plan import plan_row
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.runtime.task_plan import cancel
from jittask.store import Store
from jittask.store.plans import NewRun
from jittask.store.watermarks import Watermark

AHEAD = timedelta(hours=1)
"""How far ahead a row has a pending run (R1)."""

SWEEP_EVERY = timedelta(minutes=5)
"""How often the whole grace is looked through for rows that appeared late (D4)."""

STATEMENT_SECONDS = 30.0
"""How long a statement of a scan may take, where the database can limit it."""


class ScanAbandoned(Exception):
    """Nobody waits for this scan any more, so it must not write."""


class RowScan:
    """Plans runs for the rows of date-field tasks; each task in one thread at a time."""

    def __init__(
        self,
        store: Store,
        emit: Callable[[Event], None],
        boundary: TaskBoundary,
        term: int | None = None,
    ) -> None:
        self._store = store
        self._term = term
        self._emit = emit
        self._boundary = boundary
        self._marks: dict[str, Watermark] | None = None
        self._swept: dict[str, datetime] = {}
        self._planned: dict[str, DateFieldTask] = {}

    def by_database(self, snapshot: Snapshot) -> Mapping[str, Sequence[DateFieldTask]]:
        """Return the tasks to scan, by the database of their rows. Raises StoreUnavailable."""
        found: dict[str, list[DateFieldTask]] = {}
        for running in snapshot.tasks.values():
            if isinstance(running.task, DateFieldTask):
                found.setdefault(running.task.model.database, []).append(running.task)
        if self._marks is None and found:
            self._marks = self._store.watermarks()
        return found

    def scan(
        self,
        task: DateFieldTask,
        data: AppData,
        now: datetime,
        overlap: timedelta,
        check: Callable[[], None],
    ) -> None:
        """Scan once for a task; where that fails, it is blocked, and keeps its window.

        ``check`` is called before each write, and raises ScanAbandoned.
        """
        if not self._boundary.may_try(task.name, Fault.SCAN, now):
            return
        with self._boundary.of(task.name, Fault.SCAN, now):
            try:
                self._scan(task, data, now, overlap, check)
            except Exception:
                data.forget(task.model)  # its table may have changed
                raise

    def _scan(
        self,
        task: DateFieldTask,
        data: AppData,
        now: datetime,
        overlap: timedelta,
        check: Callable[[], None],
    ) -> None:
        assert self._marks is not None
        mark = self._marks.get(task.name)
        check()
        if self._planned.get(task.name) != task:
            mark = self._activate(task, mark, now)
        assert mark is not None
        if not task.enabled:
            return
        start = mark.planned_until - overlap
        sweeps = self._sweep_is_due(task, now)
        if sweeps:
            start = min(start, now - grace(task))
        start = max(start, mark.activated)
        rows = data.rows(task.model).within(STATEMENT_SECONDS)
        bad: list[str] = []

        def skip(row: Row, error: Exception) -> None:
            bad.append(f"{task.model.name}: {_named(row, rows)}: {reason_of(error)}")

        for due in due_rows(task, rows, Window(start, now + AHEAD), now, skip):
            check()
            runs = self._missing_runs(task, due, now)
            announce(self._store.plan(now, create=runs, term=self._term), now, self._emit)
        check()
        until = max(now, mark.planned_until)
        done = replace(mark, planned_until=until, walked_until=until)
        self._store.plan(now, watermarks=[done], term=self._term)
        self._marks[task.name] = done
        if bad:
            more = f" (and {len(bad) - 1} more rows)" if len(bad) > 1 else ""
            self._boundary.block(task.name, Fault.ROW, bad[0] + more, now)
        elif sweeps:
            self._boundary.end(task.name, Fault.ROW, now)
        if sweeps:
            self._swept[task.name] = now

    def _sweep_is_due(self, task: DateFieldTask, now: datetime) -> bool:
        """Whether the whole grace is to be looked through: also to try bad rows again."""
        swept = self._swept.get(task.name)
        if swept is None or now - swept >= SWEEP_EVERY:
            return True
        is_bad = self._boundary.next_try(task.name, Fault.ROW) is not None
        return is_bad and self._boundary.may_try(task.name, Fault.ROW, now)

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
        self._swept.pop(task.name, None)
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


def _named(row: Row, rows: Rows) -> str:
    keys = (f"{field.name}={row[field.name]!r}" for field in rows.model.key_fields)
    return f"the row {', '.join(keys)}"
