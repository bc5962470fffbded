"""Runs one body in a worker process: five steps, from the row to the result (rules D5, U5)."""

from __future__ import annotations

import traceback
from datetime import timedelta
from pathlib import Path

from jittask.clock import Clock, SystemClock
from jittask.compiler import compile_tree
from jittask.compiler.compiled import CompiledTask, DateFieldTask
from jittask.data.rows import Row
from jittask.model import Reason, Trigger
from jittask.prelude.call import call, encode_result, load_function
from jittask.prelude.context import Current, place
from jittask.prelude.install import install
from jittask.prelude.rowdata import RowData
from jittask.query.match import matches
from jittask.runtime.executors.protocol import Assignment, Completed, Failed, Outcome, Withdrawn

_TICK = timedelta(microseconds=1)


class Bodies:
    """The bodies of one bundle, which this process holds for all of its life."""

    def __init__(self, code: Path, root: Path, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._code = code
        compilation = compile_tree(code)
        self._tasks = compilation.app.tasks
        self._app = install(compilation.app.contents, code, root)

    def run(self, assignment: Assignment) -> Outcome:
        """Read the row again, judge it again, call the function, encode what it returns."""
        began = self._clock.monotonic()
        try:
            task = self._tasks[assignment.task]
            row = self._fresh_row(task, assignment)
            if isinstance(row, Withdrawn):
                return row
            place.current = self._current(assignment)
            function = load_function(task.function, self._app)
            given = None if row is None else RowData(row)
            result = encode_result(call(function, task.function.style, given))
            return Completed(result, self._clock.monotonic() - began)
        except BaseException as error:
            words = f"{type(error).__name__}: {error}".splitlines()[0]
            return Failed(words, self._traceback(error), self._clock.monotonic() - began)
        finally:
            place.current = None

    def _fresh_row(self, task: CompiledTask, assignment: Assignment) -> Row | Withdrawn | None:
        """Return the row as it is now, or why it is not to fire any more (D5)."""
        if not isinstance(task, DateFieldTask):
            return None
        rows = self._app.rows(task.model)
        row = rows.get(assignment.row_key)
        if row is None:
            return Withdrawn(Reason.ROW_GONE, "the row is gone")
        if assignment.trigger is not Trigger.SCHEDULE:
            return row
        now = self._clock.now()
        zone = task.timer.zone
        if task.filter is not None and not matches(task.filter, row, rows.model, now, zone):
            return Withdrawn(Reason.ROW_UNMATCHED, "the row no longer passes the filter")
        timer = task.timer.timer_of(row)
        found = None if timer is None else timer.after(assignment.effective - _TICK)
        if found is None or found.effective != assignment.effective:
            return Withdrawn(Reason.ROW_MOVED, "the row's date has moved")
        return row

    def _current(self, assignment: Assignment) -> Current:
        return Current(
            runId=assignment.run,
            task=assignment.task,
            rowKey=assignment.row_key,
            nominal=assignment.nominals[0],
            effective=assignment.effective,
            attempt=assignment.attempt,
        )

    def _traceback(self, error: BaseException) -> str:
        """Return the traceback from the element's code on: ours says nothing to its author."""
        frames = error.__traceback__
        while frames is not None and not self._is_theirs(frames.tb_frame.f_code.co_filename):
            frames = frames.tb_next
        return "".join(
            traceback.format_exception(type(error), error, frames or error.__traceback__)
        )

    def _is_theirs(self, file: str) -> bool:
        return Path(file).is_relative_to(self._code)
