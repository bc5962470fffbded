"""Runs one body where it is called: five steps, from the row to the result (rules D5, U5)."""

from __future__ import annotations

import copy
import decimal
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from jittask.clock import Clock, SystemClock
from jittask.compiler import compile_tree
from jittask.compiler.compiled import Compilation, CompiledTask, DateFieldTask
from jittask.compiler.environment_settings import secret_names
from jittask.data.row_keys import BadKey
from jittask.data.rows import Row
from jittask.masking import NO_SECRETS, Mask
from jittask.model import FunctionRef, Reason, Trigger
from jittask.prelude.call import call, load_function
from jittask.prelude.context import Current, FailedRun, alone, among_others
from jittask.prelude.install import install
from jittask.prelude.isolated_imports import IsolatedTree
from jittask.prelude.results import capped, encode_result
from jittask.prelude.rowdata import RowData
from jittask.runtime.error_text import message_of, traceback_of
from jittask.runtime.executors.protocol import (
    Assignment,
    Completed,
    Failed,
    Outcome,
    Unjudged,
    Withdrawn,
)
from jittask.runtime.reasons import reason_of
from jittask.runtime.tracing.body_context import trace_context
from jittask.state_folder import state_folder
from jittask.storable import storable

_TICK = timedelta(microseconds=1)
_ROW_SECONDS = 10.0  # for reading one row by its key, where the database can limit it


class Bodies:
    """The bodies of one bundle.

    The process holds it until its end, with others that go together with it; or,
    with ``shared``, beside any others until it is closed. What they leave is
    masked by ``secrets`` and by what the bundle takes from the environment.
    ``compilation``: the bundle, compiled already.
    """

    def __init__(
        self,
        bundle: Path,
        root: Path,
        clock: Clock | None = None,
        *,
        shared: bool = False,
        secrets: Mask = NO_SECRETS,
        compilation: Compilation | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        # another bundle may have a module loaded
        self.element_folders = (bundle, state_folder(root))
        compilation = compilation or compile_tree(bundle)
        self.mask = secrets | Mask.of_environment(
            secret_names(compilation.reusable.environment), os.environ
        )
        contents = compilation.app.contents
        self._tasks = compilation.app.tasks
        self._isolated = IsolatedTree(contents, bundle, root) if shared else None
        self._app = self._isolated.app if self._isolated else install(contents, bundle, root)
        self._app.clock = self._clock
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
                if isinstance(found, Withdrawn | Unjudged):
                    return found
                reference, argument = found
                function = load_function(reference, self._app)
                with around(), trace_context(assignment.traceparent):
                    value = copy_context().run(_call, function, reference, argument)
                result = encode_result(value)
            return Completed(
                storable(capped(self.mask.json(result))), self._clock.monotonic() - began
            )
        except BaseException as error:
            message = self._recorded(message_of(error))
            text = self._recorded(traceback_of(error, self.is_of_element))
            return Failed(message, text, self._clock.monotonic() - began)

    def has(self, task: str) -> bool:
        """Whether the task loads from here; it does, unless files could not be read."""
        return task in self._tasks

    def judge(self, assignment: Assignment) -> Withdrawn | Unjudged | None:
        """Return why a run's body would not begin; None where it would (D5)."""
        row = self._fresh_row(self._tasks[assignment.task], assignment)
        return row if isinstance(row, Withdrawn | Unjudged) else None

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
    ) -> tuple[FunctionRef, RowData | None] | Withdrawn | Unjudged:
        row = self._fresh_row(task, assignment)
        if isinstance(row, Withdrawn | Unjudged):
            return row
        if row is None:
            return task.function, None
        assert isinstance(task, DateFieldTask)
        return task.function, RowData(row, partial(self._app.model_access, task.model.name))

    def _failure_call(
        self, task: CompiledTask, assignment: Assignment
    ) -> tuple[FunctionRef, FailedRun] | Withdrawn:
        """Return the function of ``policy.onFailure``, and the failed run (R2)."""
        if task.policy.on_failure is None:
            return Withdrawn(Reason.NOT_HANDLED, "the task has no policy.onFailure any more")
        if assignment.failed is None:
            return Withdrawn(Reason.NOT_HANDLED, "the failed run is not kept any more")
        return task.policy.on_failure, assignment.failed

    def _fresh_row(
        self, task: CompiledTask, assignment: Assignment
    ) -> Row | Withdrawn | Unjudged | None:
        """Return the row as it is now, or why it is not to fire any more (D5).

        Unjudged where it cannot be read, or not be judged as it is (R12).
        """
        if not isinstance(task, DateFieldTask):
            return None
        try:
            return self._judge(task, assignment)
        except BadKey:
            raise
        except Exception as error:
            return Unjudged(reason_of(error))

    def _judge(self, task: DateFieldTask, assignment: Assignment) -> Row | Withdrawn:
        rows = self._app.rows(task.model).within(_ROW_SECONDS)
        is_judged = assignment.trigger in (Trigger.SCHEDULE, Trigger.BACKFILL)
        condition = task.filter if is_judged else None
        zone = task.timer.zone
        judged = rows.judged(assignment.row_key, condition, self._clock.now(), zone)
        if judged is None:
            return Withdrawn(Reason.ROW_GONE, "the row is gone")
        row, passes = judged
        if not is_judged:
            return row
        if not passes:
            return Withdrawn(Reason.ROW_UNMATCHED, "the row no longer passes the filter")
        timer = task.timer.timer_of(row, rows.zone)
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
            args=self._args(assignment),
        )

    def _args(self, assignment: Assignment) -> dict[str, Any]:
        """Return the task's args as a copy of this run's own, with those given for it (F3)."""
        task = self._tasks.get(assignment.task)
        own = {} if task is None else copy.deepcopy(dict(task.args))
        return own if assignment.args is None else {**own, **json.loads(assignment.args)}

    def is_of_element(self, file: str) -> bool:
        """Whether a file has code of the tree."""
        return any(Path(file).is_relative_to(folder) for folder in self.element_folders)

    def _recorded(self, text: str) -> str:
        """Return text with the modules' names that the tree gives them, and no secrets."""
        text = text.replace(self._isolated.package, "") if self._isolated else text
        return storable(self.mask(text))


def _call(
    function: Callable[..., Any], reference: FunctionRef, argument: RowData | FailedRun | None
) -> Any:
    """Call a function in a context of its own: the next one sees neither its variables nor digits.

    ``decimal`` keeps its precision in a variable, whose value can be changed in place.
    ``sys.exit()`` and ``sys.exit(0)`` in the function return None.
    """
    decimal.setcontext(decimal.getcontext().copy())
    try:
        return call(function, reference.style, argument)
    except SystemExit as exit_call:
        if exit_call.code is None or exit_call.code == 0:
            return None
        raise
