"""Runs one body where it is called: five steps, from the row to the result (rules D5, U5)."""

from __future__ import annotations

import traceback
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from jittask.clock import Clock, SystemClock
from jittask.compiler import compile_tree
from jittask.compiler.compiled import CompiledTask, DateFieldTask
from jittask.data.rows import Row
from jittask.model import FunctionRef, Reason, Trigger
from jittask.prelude import isolated_imports
from jittask.prelude.call import call, encode_result, load_function
from jittask.prelude.context import Current, FailedRun, alone, among_others
from jittask.prelude.install import install
from jittask.prelude.isolated_imports import IsolatedTree
from jittask.prelude.rowdata import RowData
from jittask.query.match import matches
from jittask.runtime.executors.protocol import Assignment, Completed, Failed, Outcome, Withdrawn
from jittask.store.location import STATE_FOLDER

_TICK = timedelta(microseconds=1)


class Bodies:
    """The bodies of one bundle.

    This process holds it for all of its life, with others that go together with
    it; or, with ``shared``, has it beside any others until it is closed.
    """

    def __init__(
        self, code: Path, root: Path, clock: Clock | None = None, *, shared: bool = False
    ) -> None:
        self._clock = clock or SystemClock()
        self._theirs = (code, root / STATE_FOLDER)  # another bundle may have a module loaded
        compilation = compile_tree(code)
        contents = compilation.app.contents
        self._tasks = compilation.app.tasks
        self._beside = IsolatedTree(contents, code, root) if shared else None
        self._app = self._beside.app if self._beside else install(contents, code, root)
        self._stand = among_others if shared else alone

    def run(self, assignment: Assignment) -> Outcome:
        """Read the row again, judge it again, call the function, encode what it returns."""
        began = self._clock.monotonic()
        try:
            with self._stand(self._app, self._current(assignment)):
                task = self._tasks[assignment.task]
                handling = assignment.trigger is Trigger.ON_FAILURE
                wanted = _handled(task, assignment) if handling else self._own(task, assignment)
                if isinstance(wanted, Withdrawn):
                    return wanted
                reference, given = wanted
                function = load_function(reference, self._app)
                result = encode_result(call(function, reference.style, given))
            return Completed(result, self._clock.monotonic() - began)
        except BaseException as error:
            words = self._as_in_the_tree(_said(error)).splitlines()[0]
            return Failed(words, self._traceback(error), self._clock.monotonic() - began)

    def load(self, task: str) -> None:
        """Import a task's function before any run of it; raises whatever the import raises."""
        file = self._tasks[task].function.file
        self._app.module(file.removesuffix(".py").replace("/", "."))

    def close(self) -> None:
        """Take a shared bundle out of the process; no body of it may run."""
        if self._beside is not None:
            self._beside.close()

    def _own(
        self, task: CompiledTask, assignment: Assignment
    ) -> tuple[FunctionRef, RowData | None] | Withdrawn:
        row = self._fresh_row(task, assignment)
        if isinstance(row, Withdrawn):
            return row
        return task.function, None if row is None else RowData(row)

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
        lines = traceback.format_exception(
            type(error), error, _without_ours(frames) or error.__traceback__
        )
        return self._as_in_the_tree("".join(lines))

    def _is_theirs(self, file: str) -> bool:
        return any(Path(file).is_relative_to(one) for one in self._theirs)

    def _as_in_the_tree(self, text: str) -> str:
        """Return text with the modules' names that the tree gives them."""
        return text.replace(self._beside.package, "") if self._beside else text


def _handled(
    task: CompiledTask, assignment: Assignment
) -> tuple[FunctionRef, FailedRun] | Withdrawn:
    """Return what the failed run is given to (R2)."""
    if task.policy.on_failure is None:
        return Withdrawn(Reason.NOT_HANDLED, "the task has no policy.onFailure any more")
    if assignment.failed is None:
        return Withdrawn(Reason.NOT_HANDLED, "the failed run is not kept any more")
    return task.policy.on_failure, assignment.failed


def _without_ours(frames: TracebackType | None) -> TracebackType | None:
    """Leave out the frames by which a shared bundle's imports are led to its own modules."""
    kept: list[TracebackType] = []
    while frames is not None:
        if frames.tb_frame.f_code.co_filename != isolated_imports.__file__:
            kept.append(frames)
        frames = frames.tb_next
    for one, following in zip(kept, [*kept[1:], None], strict=False):
        one.tb_next = following
    return kept[0] if kept else None


def _said(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return f"{type(error).__name__}: (its own text cannot be had)"
