"""Runs one body where it is called: five steps, from the row to the result (rules D5, U5)."""

from __future__ import annotations

import decimal
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from jittask.clock import Clock, SystemClock
from jittask.compiler import compile_tree
from jittask.compiler.compiled import CompiledTask, DateFieldTask
from jittask.data.rows import Row
from jittask.model import CallStyle, FunctionRef, Reason, Trigger
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

    The process holds it until its end, with others that go together with it; or,
    with ``shared``, beside any others until it is closed.
    """

    def __init__(
        self, bundle: Path, root: Path, clock: Clock | None = None, *, shared: bool = False
    ) -> None:
        self._clock = clock or SystemClock()
        self._element_folders = (
            bundle,
            root / STATE_FOLDER,
        )  # another bundle may have a module loaded
        compilation = compile_tree(bundle)
        contents = compilation.app.contents
        self._tasks = compilation.app.tasks
        self._isolated = IsolatedTree(contents, bundle, root) if shared else None
        self._app = self._isolated.app if self._isolated else install(contents, bundle, root)
        self._entered = among_others if shared else alone

    def run(
        self,
        assignment: Assignment,
        around: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> Outcome:
        """Read the row again, check it again, call the function, encode what it returns.

        ``around`` is entered when the code is imported, and left when the function ends.
        """
        began = self._clock.monotonic()
        try:
            with self._entered(self._app, self._current(assignment)):
                task = self._tasks[assignment.task]
                handling = assignment.trigger is Trigger.ON_FAILURE
                find = self._failure_call if handling else self._own_call
                found = find(task, assignment)
                if isinstance(found, Withdrawn):
                    return found
                reference, argument = found
                function = load_function(reference, self._app)
                with around():
                    value = copy_context().run(_call_apart, function, reference.style, argument)
                result = encode_result(value)
            return Completed(result, self._clock.monotonic() - began)
        except BaseException as error:
            message = self._as_in_the_tree(_text_of(error)).splitlines()[0]
            return Failed(message, self._traceback(error), self._clock.monotonic() - began)

    def load(self, task: str) -> None:
        """Import a task's function before any run of it; raises what the import raises."""
        file = self._tasks[task].function.file
        self._app.module(file.removesuffix(".py").replace("/", "."))

    def close(self) -> None:
        """Take a shared bundle out of the process; no body of it may run."""
        if self._isolated is not None:
            self._isolated.close()

    def _own_call(
        self, task: CompiledTask, assignment: Assignment
    ) -> tuple[FunctionRef, RowData | None] | Withdrawn:
        row = self._fresh_row(task, assignment)
        if isinstance(row, Withdrawn):
            return row
        return task.function, None if row is None else RowData(row)

    def _failure_call(
        self, task: CompiledTask, assignment: Assignment
    ) -> tuple[FunctionRef, FailedRun] | Withdrawn:
        """Return the function of ``policy.onFailure``, and the failed run (R2)."""
        if task.policy.on_failure is None:
            return Withdrawn(Reason.NOT_HANDLED, "the task has no policy.onFailure any more")
        if assignment.failed is None:
            return Withdrawn(Reason.NOT_HANDLED, "the failed run is not kept any more")
        return task.policy.on_failure, assignment.failed

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
        """Return the traceback from the element's code on: our frames do not help its author."""
        frames = error.__traceback__
        while frames is not None and not self._is_of_element(frames.tb_frame.f_code.co_filename):
            frames = frames.tb_next
        lines = traceback.format_exception(
            type(error), error, _without_import_frames(frames) or error.__traceback__
        )
        return self._as_in_the_tree("".join(lines))

    def _is_of_element(self, file: str) -> bool:
        return any(Path(file).is_relative_to(folder) for folder in self._element_folders)

    def _as_in_the_tree(self, text: str) -> str:
        """Return text with the modules' names that the tree gives them."""
        return text.replace(self._isolated.package, "") if self._isolated else text


def _call_apart(
    function: Callable[..., Any], style: CallStyle, given: RowData | FailedRun | None
) -> Any:
    """Call a function in a context of its own: the next one sees neither its variables nor digits.

    ``decimal`` keeps its precision in a variable, whose value can be changed in place.
    """
    decimal.setcontext(decimal.getcontext().copy())
    return call(function, style, given)


def _without_import_frames(frames: TracebackType | None) -> TracebackType | None:
    """Leave out the frames by which a shared bundle's imports are led to its own modules."""
    element_frames: list[TracebackType] = []
    while frames is not None:
        if frames.tb_frame.f_code.co_filename != isolated_imports.__file__:
            element_frames.append(frames)
        frames = frames.tb_next
    for frame, following in zip(element_frames, [*element_frames[1:], None], strict=False):
        frame.tb_next = following
    return element_frames[0] if element_frames else None


def _text_of(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return f"{type(error).__name__}: (its own text cannot be had)"
