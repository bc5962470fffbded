"""What becomes of a run: it begins, ends, is tried again, or is not run (rules R1, R2, D5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from jittask.clock import Clock
from jittask.compiler.compiled import CompiledTask, DateFieldTask
from jittask.model import Reason, RunStatus, Trigger
from jittask.operations.naming import shown_row_key
from jittask.operations.simulate.agenda import Agenda, PlannedRun
from jittask.operations.simulate.result import SimulatedRun, SimulatedStatus
from jittask.operations.simulate.row_looks import relative_values
from jittask.prelude.context import FailedRun
from jittask.runtime.executors.protocol import Assignment, Done, Outcome
from jittask.runtime.failure import policy_of
from jittask.runtime.outcomes import decide
from jittask.store.claim_types import Claim, Ending, Skip
from jittask.store.plans import Closing

if TYPE_CHECKING:
    from jittask.operations.simulate.functions import Functions

_ENDS = {
    RunStatus.COMPLETED: SimulatedStatus.COMPLETED,
    RunStatus.FAILED: SimulatedStatus.FAILED,
    RunStatus.CANCELLED: SimulatedStatus.CANCELLED,
    RunStatus.SKIPPED: SimulatedStatus.SKIPPED,
    RunStatus.PENDING: SimulatedStatus.WAITING,
}
_FIRST_TOKEN = 1


class RunSteps:
    """Begins and ends runs, and keeps what became of them."""

    def __init__(
        self,
        tasks: Mapping[str, CompiledTask],
        agenda: Agenda,
        functions: Functions,
        clock: Clock,
        report: Callable[[str, str], None],
    ) -> None:
        self._tasks = tasks
        self._agenda = agenda
        self._functions = functions
        self._clock = clock
        self._report = report
        self._ended: list[tuple[datetime, int, SimulatedRun]] = []
        self.last_task = ""
        """The task whose run began last."""

    def in_order(self) -> tuple[SimulatedRun, ...]:
        """Return the runs by when they began, those that wait for another attempt too."""
        waiting = [
            (run.began or run.due, run.number, self._ending_view(run, SimulatedStatus.WAITING))
            for run in self._agenda.left()
        ]
        return tuple(view for *_, view in sorted(self._ended + waiting, key=lambda end: end[:2]))

    def close(self, closing: Closing, now: datetime) -> None:
        """End a pending run as its task's plan says."""
        cancelled = closing.status is RunStatus.CANCELLED
        run = self._agenda.end(closing.run, frees_keys=cancelled)
        if run.new.effective <= now:  # one of the future is no part of what happened
            self._end(run, _ENDS[closing.status], now, closing.reason, closing.detail)

    def not_run(self, run: PlannedRun, now: datetime) -> None:
        """End a run that was planned as skipped."""
        self._agenda.end(run.number)
        self._end(run, _ENDS[run.new.status], now, run.new.reason, run.new.detail)

    def skip(self, skip: Skip, now: datetime) -> None:
        """End a due run without running it."""
        run = self._agenda.end(skip.run.id)
        self._end(run, SimulatedStatus.SKIPPED, now, skip.reason, skip.detail)

    def begin(self, claim: Claim, now: datetime) -> None:
        """Begin a run, and decide by its outcome what becomes of it."""
        run = self._agenda[claim.run.id]
        task = self._tasks[run.new.task]
        self.last_task = task.name
        run.began = run.began or now
        run.attempts += 1
        assignment = _assignment(run, claim.version, task)
        outcome = self._functions.begin(task, run, assignment)
        if outcome is None:
            self._agenda.end(run.number)
            self._end(run, SimulatedStatus.FIRES, now)
        else:
            self._decide(task, run, outcome, now)

    def _decide(self, task: CompiledTask, run: PlannedRun, outcome: Outcome, now: datetime) -> None:
        policy = policy_of(run.new.trigger, task.policy)
        done = Done(run.number, _FIRST_TOKEN, run.attempts, outcome)
        ending = decide(done, task.name, run.new.row_key, policy, now, jitter=0.0)
        if ending.takes_back:  # its row cannot be judged: the runtime blocks the task until it can
            self._report(task.name, ending.detail or "its row cannot be read")
        elif ending.status is RunStatus.PENDING:
            self._agenda.put_off(run.number, ending.retry_at or now)
            return
        self._agenda.end(run.number, frees_keys=ending.frees_keys)
        if _passed_by(task, ending):
            return
        self._end(
            run, _ENDS[ending.status], now, ending.reason, ending.detail, ending.result,
            ending.error,
        )  # fmt: skip
        if ending.follow_up is not None:
            self._agenda.add([ending.follow_up], _failed_run(run, ending, now))

    def _end(
        self,
        run: PlannedRun,
        status: SimulatedStatus,
        now: datetime,
        reason: Reason | None = None,
        detail: str | None = None,
        result: str | None = None,
        error: str | None = None,
    ) -> None:
        run.began = run.began or now
        view = self._ending_view(run, status, reason, detail, result, error)
        self._ended.append((run.began, run.number, view))

    def _ending_view(
        self,
        run: PlannedRun,
        status: SimulatedStatus,
        reason: Reason | None = None,
        detail: str | None = None,
        result: str | None = None,
        error: str | None = None,
    ) -> SimulatedRun:
        new, began = run.new, run.began or run.due
        return SimulatedRun(
            at=began,
            task=new.task,
            row=shown_row_key(new.row_key) if new.row_key else None,
            trigger=new.trigger,
            nominals=new.nominals,
            effective=new.effective,
            zone=self._tasks[new.task].timer.zone,
            status=status,
            reason=reason.value if reason else None,
            detail=detail,
            attempts=run.attempts,
            late=new.late or new.is_late(began),
            missed=new.missed,
            result=result,
            error=error,
            output="".join(run.output),
        )


def _passed_by(task: CompiledTask, ending: Ending) -> bool:
    """Whether a row did not pass a filter with TODAY() or NOW(), which was tested at its instant.

    The runtime plans no run for it.
    """
    unmatched = ending.reason is Reason.ROW_UNMATCHED
    return unmatched and isinstance(task, DateFieldTask) and bool(relative_values(task))


def _assignment(run: PlannedRun, version: str, task: CompiledTask) -> Assignment:
    new = run.new
    return Assignment(
        run=run.number,
        token=_FIRST_TOKEN,
        attempt=run.attempts,
        task=new.task,
        row_key=new.row_key,
        trigger=new.trigger,
        nominals=new.nominals,
        effective=new.effective,
        version=version,
        timeout_seconds=task.policy.timeout_seconds,
        failed=run.failed if new.trigger is Trigger.ON_FAILURE else None,
    )


def _failed_run(run: PlannedRun, ending: Ending, now: datetime) -> FailedRun:
    """Return what ``policy.onFailure`` is called with."""
    new = run.new
    return FailedRun(
        runId=run.number,
        task=new.task,
        rowKey=new.row_key,
        trigger=new.trigger.value,
        nominal=new.nominals[0],
        effective=new.effective,
        started=run.began,
        finished=now,
        attempt=run.attempts,
        version=None,
        reason=ending.reason.value if ending.reason else "",
        detail=ending.detail or "",
        error=ending.error or "",
    )
