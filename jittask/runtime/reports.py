"""What executors report: outcomes are written, and what they say of a task's row is noted.

An end that was written elsewhere, by a worker of a fleet, is read from its record.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from jittask.clock import Clock
from jittask.model import Reason, Run, RunStatus, Trigger
from jittask.runtime.executors.protocol import (
    Changed,
    Completed,
    Done,
    Failed,
    Output,
    Report,
    RunKey,
    Settled,
    Unjudged,
    Withdrawn,
)
from jittask.runtime.outcomes import OutcomeWriter
from jittask.runtime.settled import settled_event
from jittask.runtime.tally import Tally
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.store import Store


class Reports:
    """Takes what an executor reports, and has it written; for one thread."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        writer: OutcomeWriter,
        tally: Tally,
        boundary: TaskBoundary,
        models_changed: Callable[[frozenset[str]], None],
    ) -> None:
        """``models_changed`` takes the models whose rows bodies have changed."""
        self._store = store
        self._clock = clock
        self._writer = writer
        self._tally = tally
        self._boundary = boundary
        self._models_changed = models_changed
        self._settled: deque[Settled] = deque()
        """Ends written elsewhere whose records have not been read."""

    @property
    def unwritten(self) -> frozenset[RunKey]:
        """The runs whose end was reported, and is not known here to be written."""
        reported = ((report.run, report.token) for report in self._settled)
        return self._writer.unwritten | frozenset(reported)

    def accept(self, reports: Sequence[Report]) -> None:
        """Take what is reported, and write nothing."""
        for report in reports:
            if isinstance(report, Changed):
                self._models_changed(report.models)
            elif isinstance(report, Settled):
                self._settled.append(report)
            else:
                self._note_row_check(report)
                self._writer.add(report)

    def clear(self) -> None:
        """Forget what has not been written: others have taken the runs over."""
        self._writer.clear()
        self._settled.clear()

    def write(self) -> bool:
        """Write what was reported; return whether a record contradicts its report.

        It says then that the attempt still executes here. Raises StoreUnavailable; what is
        not written is kept.
        """
        for outcome in self._writer.write():
            self._tally.written(outcome)
        doubtful = False
        while self._settled:
            doubtful |= self._read_settled(self._settled[0])
            self._settled.popleft()
        return doubtful

    def _read_settled(self, report: Settled) -> bool:
        """Count an end that was written elsewhere, once; return whether its record denies it."""
        if not self._writer.knows(report.run, report.token):
            return False
        record = self._store.run(report.run) if report.written else None
        self._writer.forget(report.run, report.token)
        if record is None:
            return False  # its token was stale, or the record is pruned
        now = self._clock.now()
        self._note_settled_row(record, now)
        if record.attempt < report.attempt:
            return False  # it was taken back: nothing of the attempt is kept
        event = settled_event(record, report.attempt, now)
        if event is None:
            return True
        self._tally.finished(event)
        return False

    def _note_settled_row(self, record: Run, now: datetime) -> None:
        """Block a task whose row could not be judged elsewhere; another end ends that."""
        if record.status is RunStatus.PENDING and record.reason is Reason.BLOCKED:
            self._boundary.block(record.task, Fault.ROW_CHECK, record.detail or "", now)
        elif record.status in (RunStatus.COMPLETED, RunStatus.CANCELLED):
            self._boundary.end(record.task, Fault.ROW_CHECK, now)

    def _note_row_check(self, report: Output | Done) -> None:
        """Block a task whose row could not be judged; a body that has begun ends that."""
        assignment = self._writer.assignment_of(report.run, report.token)
        if assignment is None or assignment.trigger is Trigger.ON_FAILURE:
            return
        task, now = assignment.task, self._clock.now()
        match report:
            case Done(outcome=Unjudged(detail=detail)):
                self._boundary.block(task, Fault.ROW_CHECK, detail, now)
            case Output() | Done(outcome=Completed() | Failed() | Withdrawn()):
                self._boundary.end(task, Fault.ROW_CHECK, now)
            case _:
                return  # how it ended says nothing of its row
