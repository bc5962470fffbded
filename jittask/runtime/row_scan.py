"""The duty that plans runs for rows whose date has come, or comes soon (D4, D6, D8).

A pass over a database has two parts. The fast scan asks each table once, for
all tasks that read the same date field of it, what comes due before the next
scans. Sweeps then look through the grace and the coming hour, page by page and
task after task, for as long as a pass may take; the next pass continues with what is left.
In which thread a database is scanned is the question of ``scan_threads``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from jittask.clock import Clock
from jittask.compiler.compiled import DateFieldTask
from jittask.data.app_data import AppData
from jittask.data.databases import is_of_the_database
from jittask.data.rows import Row, Rows
from jittask.runtime.activation import activate, grace
from jittask.runtime.decided_rows import DecidedRows
from jittask.runtime.events import Event
from jittask.runtime.field_places import placed_reason
from jittask.runtime.reasons import reason_of
from jittask.runtime.row_writer import RowWriter
from jittask.runtime.scan_windows import (
    FEW_ROWS,
    SWEEP_EVERY,
    fast_window,
    is_behind,
    ordinary_start,
    soon,
    sweep_window,
)
from jittask.runtime.shared_scan import Asked, DateColumns, shared_due_rows
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.sweep import Sweep
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.runtime.task_plan import cancel
from jittask.store import Store, StoreError
from jittask.store.watermarks import Watermark

STATEMENT_SECONDS = 30.0
"""How long a statement of a scan may take, where the database can limit it."""

Check = Callable[[], None]
"""Called before each write; raises ScanAbandoned."""


class ScanAbandoned(BaseException):
    """Nobody waits for this scan any more, so it must not write; no failure of its task."""


class Pass:
    """One pass over one database: its instant, and what may end it."""

    def __init__(
        self, data: AppData, now: datetime, overlap: timedelta, check: Check, seconds: float
    ) -> None:
        """``seconds`` is how long the sweeps of the pass may take."""
        self.data = data
        self.now = now
        self.overlap = overlap
        self.check = check
        self.seconds = seconds
        self.failed: set[str] = set()
        """The tasks that this pass has blocked."""
        self.marks: dict[str, Watermark] = {}
        """To be written at its end, by task: those of the tasks that are scanned."""


class RowScan:
    """Plans runs for the rows of date-field tasks; each database in one thread at a time."""

    def __init__(
        self,
        store: Store,
        emit: Callable[[Event], None],
        boundary: TaskBoundary,
        clock: Clock,
        term: int | None = None,
    ) -> None:
        self._store = store
        self._term = term
        self._boundary = boundary
        self._clock = clock
        self._emit = emit
        self._writer = RowWriter(store, emit, term)
        self._columns = DateColumns()
        self._marks: dict[str, Watermark] | None = None
        self._planned: dict[str, DateFieldTask] = {}
        self._gone: Set[str] = frozenset()
        """The tasks that were planned and are in the tree no more."""
        self._swept: dict[str, datetime] = {}
        self._sweeps: dict[str, Sweep] = {}
        self._sweep_failed: set[str] = set()
        self._few: set[str] = set()
        """The tasks whose grace holds few rows."""
        self._decided: dict[str, DecidedRows] = {}
        self._bad: dict[str, list[str]] = {}

    def by_database(self, snapshot: Snapshot) -> Mapping[str, Sequence[DateFieldTask]]:
        """Return the tasks to scan, by the database of their rows. Raises StoreUnavailable."""
        found: dict[str, list[DateFieldTask]] = {}
        for running in snapshot.tasks.values():
            if isinstance(running.task, DateFieldTask):
                found.setdefault(running.task.model.database, []).append(running.task)
        if self._marks is None and found:
            self._marks = self._store.watermarks()
        self._take_over({task.name for tasks in found.values() for task in tasks})
        return found

    def _take_over(self, names: Set[str]) -> None:
        """Forget tasks that are gone, and read how far they were where they have come back."""
        back = self._gone & names
        if back:
            assert self._marks is not None
            stored = self._store.watermarks()
            self._marks |= {name: stored[name] for name in back if name in stored}
        self._gone = (self._gone | self._planned.keys()) - names
        for name in self._gone:
            self._planned.pop(name, None)

    def scan(self, tasks: Sequence[DateFieldTask], scan: Pass, *, sweeping: bool = True) -> bool:
        """Scan a database once for its tasks; return whether sweeps are left for the next pass.

        A task whose scan fails is blocked, and keeps its window; the others are
        scanned. Raises LeadershipLost, StoreUnavailable, ScanAbandoned.
        """
        due = [task for task in tasks if self._boundary.may_try(task.name, Fault.SCAN, scan.now)]
        self._activate(due, scan)
        ready = [task for task in due if task.name in self._planned and task.enabled]
        fast = [task for task in ready if not is_behind(self._mark(task), scan.now)]
        try:
            self._scan_fast(fast, scan)
            return sweeping and self._sweep(
                [task for task in ready if task.name not in scan.failed], scan
            )
        finally:
            self._write_marks(scan)

    # --- the fast scan

    def _scan_fast(self, tasks: Sequence[DateFieldTask], scan: Pass) -> None:
        """Scan the tasks of each table, date field, zone and window together.

        Each by itself where that fails. A statement reads the rows of all its tasks'
        windows, so a task that reads its grace shares none with one that does not.
        """
        groups: dict[tuple[object, ...], list[DateFieldTask]] = {}
        for task in tasks:
            reach = grace(task) if task.name in self._few else None
            alike = (task.model.name, task.timer.start_field, task.timer.zone.key, reach)
            groups.setdefault(alike, []).append(task)
        for group in groups.values():
            step = partial(self._scan_group, group, scan)
            if len(group) > 1:
                try:
                    step()
                except StoreError:
                    raise
                except Exception as error:
                    scan.check()
                    if is_of_the_database(error):  # each by itself would wait as long
                        for task in group:
                            self._block(task, scan, error)
                        continue
                else:
                    continue
            for task in group:
                self._guarded(task, scan, partial(self._scan_group, [task], scan))

    def _scan_group(self, tasks: Sequence[DateFieldTask], scan: Pass) -> None:
        scan.check()
        rows = scan.data.rows(tasks[0].model).within(STATEMENT_SECONDS)
        asked = [
            Asked(
                task,
                fast_window(
                    task, self._mark(task), scan.now, scan.overlap, few=task.name in self._few
                ),
            )
            for task in tasks
        ]

        def bad_row(task: DateFieldTask, row: Row, error: Exception) -> None:
            self._note_bad(task, rows, row, error, scan.now)

        until = soon(scan.now, scan.overlap)
        with rows.connected() as connection:
            for task, due in shared_due_rows(
                asked, rows, self._columns, connection, scan.now, bad_row
            ):
                scan.check()
                begin = ordinary_start(self._mark(task), scan.now, scan.overlap)
                undecided = self._decided[task.name].others(due, begin)
                if undecided:
                    self._writer.write(task, undecided, scan.now, until)
        for task in tasks:
            if not self._decided[task.name].are_few:
                self._few.discard(task.name)
            self._decided[task.name].end_scan()
            if task.name not in self._sweep_failed:  # only a sweep ends what a sweep has found
                self._boundary.end(task.name, Fault.SCAN, self._clock.now())
            self._scanned(task, scan.now, scan)

    # --- sweeps

    def _sweep(self, tasks: Sequence[DateFieldTask], scan: Pass) -> bool:
        """Sweep the tasks whose turn it is, a page of each in turn; return whether any is left."""
        under_way = deque(task for task in tasks if self._sweep_is_due(task, scan.now))
        end = self._clock.monotonic() + scan.seconds
        while under_way and self._clock.monotonic() <= end:
            task = under_way.popleft()
            if self._guarded(task, scan, lambda task=task: self._sweep_page(task, scan)):  # type: ignore[misc]
                under_way.append(task)
            elif task.name in scan.failed:
                self._sweep_failed.add(task.name)
        return bool(under_way)

    def _sweep_is_due(self, task: DateFieldTask, now: datetime) -> bool:
        """Whether a sweep is under way, or its turn has come: also to try bad rows again."""
        swept = self._swept.get(task.name)
        if task.name in self._sweeps or swept is None:
            return True
        if not timedelta(0) <= now - swept < SWEEP_EVERY:  # the clock may have been set back
            return True
        is_bad = self._boundary.next_try(task.name, Fault.ROW) is not None
        return is_bad and self._boundary.may_try(task.name, Fault.ROW, now)

    def _sweep_page(self, task: DateFieldTask, scan: Pass) -> bool:
        """Plan a page of a task's sweep; return whether there are more."""
        scan.check()
        rows = scan.data.rows(task.model)
        sweep = self._sweeps.get(task.name)
        if sweep is None or sweep.task is not task or not sweep.reads_as(rows):
            sweep = self._sweeps[task.name] = self._begin_sweep(task, rows, scan)
        page = sweep.next_page()
        scan.check()
        if page is None:
            self._end_sweep(sweep, scan)
            return False
        self._writer.write(task, page, sweep.now, soon(sweep.now, scan.overlap))
        progress = sweep.progress(self._clock.now())
        if progress is not None:
            self._emit(progress)
        return True

    def _begin_sweep(self, task: DateFieldTask, rows: Rows, scan: Pass) -> Sweep:
        mark = self._mark(task)
        window = sweep_window(task, mark, scan.now, scan.overlap)
        self._bad.pop(task.name, None)

        def bad_row(row: Row, error: Exception) -> None:
            self._note_bad(task, rows, row, error, scan.now)

        return Sweep(task, rows, rows.within(STATEMENT_SECONDS), window, scan.now, bad_row)

    def _end_sweep(self, sweep: Sweep, scan: Pass) -> None:
        task = sweep.task
        del self._sweeps[task.name]
        self._sweep_failed.discard(task.name)
        self._swept[task.name] = sweep.now
        if task.name not in self._bad:
            self._boundary.end(task.name, Fault.ROW, self._clock.now())
        if sweep.of_the_past <= FEW_ROWS:
            self._few.add(task.name)
        else:
            self._few.discard(task.name)
        self._boundary.end(task.name, Fault.SCAN, self._clock.now())
        self._scanned(task, sweep.now, scan)

    # --- what both need

    def _guarded(self, task: DateFieldTask, scan: Pass, step: Callable[[], object]) -> bool:
        """Return whether a step says that there is more; block its task where it fails."""
        try:
            return bool(step())
        except StoreError:
            raise
        except Exception as error:
            scan.check()  # what an abandoned scan fails with says nothing of the task
            self._block(task, scan, error)
            return False

    def _block(self, task: DateFieldTask, scan: Pass, error: Exception) -> None:
        self._sweeps.pop(task.name, None)
        self._columns.forget(task.model.name)
        scan.data.forget(task.model)  # its table may have changed
        reason = placed_reason(error, task, scan.data.root)
        self._boundary.block(task.name, Fault.SCAN, reason, self._clock.now())
        scan.failed.add(task.name)

    def _activate(self, tasks: Sequence[DateFieldTask], scan: Pass) -> None:
        """Activate what is new or has changed, in one transaction; a task alone where that fails.

        One whose activation fails is blocked, and is as it was.
        """
        new = [task for task in tasks if self._planned.get(task.name) != task]
        try:
            self._activate_together(new, scan)
        except StoreError:
            raise
        except Exception:
            scan.check()
            for task in new:
                self._guarded(task, scan, partial(self._activate_together, [task], scan))

    def _activate_together(self, tasks: Sequence[DateFieldTask], scan: Pass) -> None:
        assert self._marks is not None
        activations = {
            task.name: activate(task, self._marks.get(task.name), scan.now) for task in tasks
        }
        void = {name: each.void for name, each in activations.items() if each.void is not None}
        pending = self._store.pending(list(void)) if void else {}
        close = [cancel(run, void[name]) for name, runs in pending.items() for run in runs]
        marks = [
            each.mark for name, each in activations.items() if each.mark != self._marks.get(name)
        ]
        if close or marks:
            scan.check()
            self._store.plan(scan.now, close=close, watermarks=marks, term=self._term)
        for task in tasks:
            self._planned[task.name] = task
            self._marks[task.name] = activations[task.name].mark
            self._swept.pop(task.name, None)
            self._sweeps.pop(task.name, None)
            self._few.discard(task.name)
            self._decided[task.name] = DecidedRows()

    def _mark(self, task: DateFieldTask) -> Watermark:
        assert self._marks is not None
        return self._marks[task.name]

    def _scanned(self, task: DateFieldTask, now: datetime, scan: Pass) -> None:
        """Note that every occurrence up to an instant has been decided on."""
        mark = scan.marks.get(task.name, self._mark(task))
        if now > mark.planned_until:
            scan.marks[task.name] = replace(mark, planned_until=now, walked_until=now)

    def _write_marks(self, scan: Pass) -> None:
        """Write how far the tasks have been scanned, all in one transaction."""
        if not scan.marks:
            return
        scan.check()
        self._store.plan(scan.now, watermarks=list(scan.marks.values()), term=self._term)
        assert self._marks is not None
        self._marks |= scan.marks

    def _note_bad(
        self, task: DateFieldTask, rows: Rows, row: Row, error: Exception, now: datetime
    ) -> None:
        """Block the task for a row whose occurrences cannot be computed; the others fire."""
        bad = self._bad.setdefault(task.name, [])
        text = f"{task.model.name}: {_named(row, rows)}: {reason_of(error)}"
        if text in bad:
            return
        bad.append(text)
        more = f" (and {len(bad) - 1} more rows)" if len(bad) > 1 else ""
        self._boundary.block(task.name, Fault.ROW, bad[0] + more, now)


def _named(row: Row, rows: Rows) -> str:
    keys = (f"{field.name}={row[field.name]!r}" for field in rows.model.key_fields)
    return f"the row {', '.join(keys)}"
