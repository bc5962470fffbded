"""Records as a runtime would make them, at once and without one."""

from __future__ import annotations

from dataclasses import replace

from jittask.model import Reason, RunStatus, Trigger
from jittask.run_log import LogPiece
from jittask.runtime.bundles import Bundles
from jittask.state_folder import state_folder
from jittask.store.claim_types import Choice, Claim, Ending
from jittask.store.run_logs import AttemptPiece
from tests.web.conftest import Served

INNER = "def customFunc():\n    total = 0\n    return 1 / total\n"
TASK = "tasks.billing.Monthly"


class Runs:
    """Makes records as a runtime would."""

    def __init__(self, console: Served) -> None:
        self.workspace = console.server.workspace

    def ask(self, task: str = TASK, row: str = "") -> int:
        """A run that waits."""
        with self.workspace.store(create=True) as store:
            return store.enqueue(task, row, Trigger.MANUAL, self.workspace.now())

    def begin(self, task: str = TASK) -> int:
        """A run that executes, by the code as it is now."""
        self.workspace.refresh()
        compiled = self.workspace.app.tasks[task]
        Bundles(state_folder(self.workspace.root)).lay_out(compiled, self.workspace.root)
        number = self.ask(task)
        with self.workspace.store() as store:
            chosen = lambda due, _: Choice(tuple(Claim(run, compiled.version) for run in due), ())  # noqa: E731
            store.take(chosen, "w", self.workspace.now(), 10)
        return number

    def write(self, run: int, text: str, stream: str = "stdout", level: str = "info") -> None:
        """Lines of a run that executes."""
        piece = LogPiece(self.workspace.now(), stream, level, text)
        with self.workspace.store() as store:
            store.finish([], self.workspace.now(), [AttemptPiece(run, 1, 1, piece)])

    def end(self, run: int, status: RunStatus = RunStatus.COMPLETED, **more: str) -> None:
        """A run that executed, ended."""
        ending = Ending(run, 1, 1, status, **more)  # type: ignore[arg-type]
        if status is RunStatus.FAILED:
            ending = replace(ending, reason=Reason.ERROR)
        with self.workspace.store() as store:
            store.finish([ending], self.workspace.now())

    def fail(self) -> int:
        """A run that failed at line 3 of its code."""
        run = self.begin()
        path = Bundles(state_folder(self.workspace.root)).path(
            self.workspace.app.tasks[TASK].version
        )
        self.end(run, RunStatus.FAILED, error=(
            f'Traceback (most recent call last):\n  File "{path}/tasks/billing/Monthly/inner.py", '
            "line 3, in customFunc\nZeroDivisionError: division by zero\n"
        ))  # fmt: skip
        return run
