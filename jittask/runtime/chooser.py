"""Chooses among the due runs, task by task where one of them cannot be judged (rules R2, R12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from jittask.runtime.decisions import choose
from jittask.runtime.queues import Queues
from jittask.runtime.reasons import reason_of
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.store.claim_types import Choice, DueRun, Executing
from jittask.store.control import Pause


class Chooser:
    """Decides as ``decisions.choose`` does; a task that fails there is blocked, and waits."""

    def __init__(self, boundary: TaskBoundary, queues: Queues | None = None) -> None:
        self._boundary = boundary
        self._queues = queues

    def choose(
        self,
        snapshot: Snapshot,
        free: int,
        now: datetime,
        due: Sequence[DueRun],
        executing: Sequence[Executing],
        pauses: Mapping[str, Pause],
    ) -> Choice:
        """Choose; a task whose runs cannot be judged waits, and the others are chosen from."""
        paused = {name: pause for name, pause in pauses.items() if pause.is_active(now)}

        def judge(some: Sequence[DueRun]) -> Choice:
            return choose(some, snapshot, executing, free, now, paused, self._queues)

        try:
            return judge(due)
        except Exception:
            return judge(self._without_the_bad(judge, due, now))

    def _without_the_bad(
        self, judge: Callable[[Sequence[DueRun]], Choice], due: Sequence[DueRun], now: datetime
    ) -> list[DueRun]:
        bad: set[str] = set()
        for task in dict.fromkeys(run.task for run in due):
            try:
                judge([run for run in due if run.task == task])
            except Exception as error:
                self._boundary.block(task, Fault.CLAIM, reason_of(error), now)
                bad.add(task)
        return [run for run in due if run.task not in bad]
