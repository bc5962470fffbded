"""Reads the end of an attempt that another place has written (rules R4, R10)."""

from __future__ import annotations

from datetime import datetime

from jittask.model import Attempt, Reason, Run, RunStatus
from jittask.runtime.events import Finished


def settled_event(run: Run, number: int, now: datetime) -> Finished | None:
    """Return the event of an attempt that has ended; None where the record says it has not."""
    attempt = next((attempt for attempt in run.attempts if attempt.number == number), None)
    if attempt is None or attempt.finished is None:
        return None
    seconds = (attempt.finished - attempt.started).total_seconds()
    if number == run.attempt and run.status is not RunStatus.PENDING:
        return Finished(
            now, run.id, run.task, run.row_key, run.status, run.reason, run.detail, seconds,
            run.result, run.error, None,
        )  # fmt: skip
    last = number == run.attempt  # else it has begun again already
    return Finished(
        now, run.id, run.task, run.row_key, RunStatus.PENDING, _reason(attempt),
        run.detail if last else None, seconds, None, attempt.error, run.due if last else None,
    )  # fmt: skip


def _reason(attempt: Attempt) -> Reason | None:
    return Reason(attempt.outcome) if attempt.outcome in list(Reason) else None
