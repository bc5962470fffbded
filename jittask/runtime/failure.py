"""What follows from a run that has failed for good: ``policy.onFailure``, decided purely (R2).

Its call is a separate run, written together with the end that it follows from,
so that a crash between the two loses nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from jittask.model import Policy, Run, RunStatus, Trigger
from jittask.prelude.context import FailedRun
from jittask.store.claim_types import Ending
from jittask.store.plans import NewRun


def policy_of(trigger: Trigger, policy: Policy) -> Policy:
    """Return the policy for a run of a task: a failure handler runs once, and has no handler.

    So a failure handler that fails cannot call itself (R2).
    """
    if trigger is Trigger.ON_FAILURE:
        return Policy(timeout_seconds=policy.timeout_seconds, memory_mb=policy.memory_mb)
    return policy


def with_follow_up(end: Ending, task: str, row_key: str, policy: Policy, now: datetime) -> Ending:
    """Add the run of ``policy.onFailure`` to a failure that is final (R2)."""
    if end.status is not RunStatus.FAILED or policy.on_failure is None:
        return end
    return replace(
        end,
        follow_up=NewRun(
            task, row_key, Trigger.ON_FAILURE, (now,), now, rerun_of=end.run,
            priority=policy.priority,
        ),
    )  # fmt: skip


def failed_run(run: Run) -> FailedRun:
    """Return the argument of ``policy.onFailure``'s function."""
    return FailedRun(
        runId=run.id,
        task=run.task,
        rowKey=run.row_key,
        trigger=run.trigger.value,
        nominal=run.nominal,
        effective=run.effective,
        started=run.started,
        finished=run.finished,
        attempt=run.attempt,
        version=run.version,
        reason=run.reason.value if run.reason else "",
        detail=run.detail or "",
        error=run.error or "",
    )
