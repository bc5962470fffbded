"""The duty that finds rows whose date has come, or comes within the hour (rules D3, D4, D6, D8).

Each scan turns the schedule inside out: it asks the database only for rows
whose date can make the task fire in the window, in pages, and computes each
row's occurrences from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from jittask.compiler.compiled import DateFieldTask
from jittask.data.app_data import AppData
from jittask.data.databases import DataError
from jittask.data.row_keys import row_key
from jittask.data.rows import Row, Rows
from jittask.data.table_model import TableModel
from jittask.model import FieldType, Occurrence
from jittask.runtime.activation import activate, grace
from jittask.runtime.events import Event, Trouble
from jittask.runtime.planner import announce
from jittask.runtime.row_plan import plan_row
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_plan import cancel
from jittask.schedule import windows
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.windows import Column
from jittask.store import Store
from jittask.store.plans import NewRun
from jittask.store.watermarks import Watermark

AHEAD = timedelta(hours=1)
"""How far ahead rows stand as pending runs (R1)."""

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
            tasks = (one.task for one in snapshot.tasks.values())
            self._tasks = tuple(one for one in tasks if isinstance(one, DateFieldTask))
            self._seen = snapshot
        if self._marks is None and self._tasks:
            self._marks = self._store.watermarks()
        for task in self._tasks:
            try:
                self._scan(task, data, now, overlap)
            except DataError as error:
                data.forget(task.model)
                self._say(task.name, str(error), now)
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
        for page in self._pages(task, rows, start, now):
            made = self._store.plan(
                now, create=self._page(task, rows.model, page, start, now), term=self._term
            )
            announce(made, now, self._emit)
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

    def _pages(
        self, task: DateFieldTask, rows: Rows, start: datetime, now: datetime
    ) -> Iterator[list[Row]]:
        timer = task.timer
        field = rows.date_field(timer.start_field)
        column = Column(field.type is FieldType.DATETIME, *rows.bounds(field.name))
        ranges = windows.ranges(timer, start, now + AHEAD, column)
        return rows.pages(
            field.name, ranges, task.filter, now, timer.zone, timer.fields,
            self._ends(timer, rows, start),
        )  # fmt: skip

    def _ends(self, timer: RowTimer, rows: Rows, start: datetime) -> tuple[str, date] | None:
        if timer.end_field is None:
            return None
        end = rows.date_field(timer.end_field)
        least = windows.least_end(timer, start, is_datetime=end.type is FieldType.DATETIME)
        return None if least is None else (end.name, least)

    def _page(
        self,
        task: DateFieldTask,
        model: TableModel,
        page: list[Row],
        start: datetime,
        now: datetime,
    ) -> list[NewRun]:
        found: list[tuple[str, list[Occurrence]]] = []
        for row in page:
            timer = task.timer.timer_of(row)
            if timer is not None and (due := list(timer.between(start, now + AHEAD))):
                found.append((row_key(row, model), due))
        row_keys = [key for key, _ in found]
        since = min((due[0].nominal for _, due in found), default=start)
        recorded, ranges = self._store.recorded_occurrences(task.name, row_keys, since)
        return [
            run
            for key, due in found
            for run in plan_row(task, key, due, recorded, ranges.get(key, ()), now)
        ]

    def _say(self, task: str, text: str, now: datetime) -> None:
        """Tell of a failing scan once, until its words change."""
        if self._troubles.get(task) != text:
            self._troubles[task] = text
            self._emit(Trouble(now, "scan-failed", f"{task}: {text}"))
