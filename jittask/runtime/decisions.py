"""Decides purely: which due runs start, and what an outcome makes of a run (R2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from jittask.compiler.compiled import CompiledTask
from jittask.model import OnInterrupted, Overlap, Policy, Reason, RunStatus, Trigger
from jittask.runtime.executors.protocol import (
    Completed,
    Done,
    Failed,
    Interrupted,
    Killed,
    Outcome,
    TimedOut,
    Unbegun,
    Unjudged,
    Withdrawn,
)
from jittask.runtime.queues import Queues
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_boundary import FIRST_PAUSE
from jittask.store.claim_types import Choice, Claim, DueRun, Ending, Executing, Skip
from jittask.store.control import Pause

JUDGED_WITHIN = timedelta(seconds=10)
"""How long after its claim a run of a row may still be judged, and be cancelled."""


def choose(
    due: Sequence[DueRun],
    snapshot: Snapshot,
    executing: Sequence[Executing],
    free: int,
    now: datetime,
    paused: Mapping[str, Pause] = MappingProxyType({}),
    queues: Queues | None = None,
) -> Choice:
    """Decide which due runs start now, by pause, overlap and concurrency (R2).

    A run that has to wait is left as it is. A scheduled run waits for a backfill of its
    task and row, and is not skipped (V5). It waits too for a run of its row that
    may still be judged, and may so never begin (D5). A run whose task is not in the
    snapshot waits: the task may come back, and upkeep ends it if not. Where there are
    ``queues``, a run waits while the workers of its queue take no more (R10).
    """
    rooms = _Rooms(free, queues)
    busy = {(run.task, run.row_key) for run in executing}
    waited_for = {
        (run.task, run.row_key)
        for run in executing
        if run.is_backfill or (run.row_key and now - run.since < JUDGED_WITHIN)
    }
    per_task = _by_task(executing)
    claims: list[Claim] = []
    skips: list[Skip] = []
    for run in due:
        running = snapshot.tasks.get(run.task)
        if running is None:
            continue
        if run.task in paused and run.trigger is Trigger.SCHEDULE:
            skips.append(Skip(run, Reason.PAUSED, _paused(paused[run.task])))
            continue
        if run.trigger is Trigger.ON_FAILURE:
            if rooms.take(running.task):
                claims.append(Claim(run, running.task.version))
            continue
        policy = running.task.policy
        key = (run.task, run.row_key)
        if key in busy and policy.overlap is not Overlap.ALLOW:
            skips_overlap = policy.overlap is Overlap.SKIP and run.trigger is Trigger.SCHEDULE
            if skips_overlap and key not in waited_for:
                skips.append(Skip(run, Reason.OVERLAP, "the run before it was still executing"))
            continue
        number = per_task.get(run.task, 0)
        capped = policy.max_concurrent is not None and number >= policy.max_concurrent
        if capped or not rooms.take(running.task):
            continue
        claims.append(Claim(run, running.task.version))
        busy.add(key)
        if run.row_key:
            waited_for.add(key)
        per_task[run.task] = number + 1
    return Choice(tuple(claims), tuple(skips))


class _Rooms:
    """Counts what may still begin, in all and by queue."""

    def __init__(self, free: int, queues: Queues | None) -> None:
        self._free = free
        self._queues = queues
        self._taken: Counter[str] = Counter()

    def take(self, task: CompiledTask) -> bool:
        """Count a run of a task; False where it may not begin."""
        if self._free <= 0:
            return False
        if self._queues is not None:
            queue = self._queues.queue_of(task)
            if self._taken[queue] >= self._queues.room(queue):
                return False
            self._taken[queue] += 1
        self._free -= 1
        return True


def _by_task(executing: Sequence[Executing]) -> dict[str, int]:
    return dict(Counter(run.task for run in executing)) if executing else {}


def _paused(pause: Pause) -> str:
    return "the task was paused" + (f": {pause.note}" if pause.note else "")


def ending(done: Done, policy: Policy, now: datetime, jitter: float) -> Ending:
    """Decide what an outcome makes of its run; ``jitter`` is between 0 and 1.

    An attempt without a body is taken back and so not counted: where a body has begun
    before, the attempt has a number above 1, and the run keeps its keys (R1).
    """
    status, reason, detail, result, error = _meaning(done.outcome)
    retry_at = None
    if _runs_again(done, policy):
        status, retry_at = RunStatus.PENDING, now + _delay(policy, done.attempt, jitter)
    if isinstance(done.outcome, Interrupted | Unbegun) and status is RunStatus.PENDING:
        retry_at = now
    if isinstance(done.outcome, Unjudged):
        retry_at = now + timedelta(seconds=FIRST_PAUSE)
    return Ending(
        run=done.run,
        token=done.token,
        attempt=done.attempt,
        status=status,
        reason=reason,
        detail=detail,
        result=result,
        error=error,
        retry_at=retry_at,
        frees_keys=isinstance(done.outcome, Withdrawn) and done.attempt == 1,
        takes_back=isinstance(done.outcome, Unbegun | Unjudged),
        peak_kb=done.outcome.peak_kb if isinstance(done.outcome, Completed | Failed) else None,
    )


def _meaning(
    outcome: Outcome,
) -> tuple[RunStatus, Reason | None, str | None, str | None, str | None]:
    match outcome:
        case Completed(result=result):
            return RunStatus.COMPLETED, None, None, result, None
        case Failed(message=message, error=error):
            return RunStatus.FAILED, Reason.ERROR, message, None, error
        case TimedOut(detail=detail):
            return RunStatus.FAILED, Reason.TIMEOUT, detail, None, detail
        case Interrupted(detail=detail):
            return RunStatus.FAILED, Reason.INTERRUPTED, detail, None, detail
        case Killed(detail=detail):
            return RunStatus.FAILED, Reason.KILLED, detail, None, detail
        case Unbegun():
            return RunStatus.PENDING, None, None, None, None
        case Unjudged(detail=detail):
            return RunStatus.PENDING, Reason.BLOCKED, detail, None, None
        case Withdrawn(reason=reason, detail=detail):
            return RunStatus.CANCELLED, reason, detail, None, None


def _runs_again(done: Done, policy: Policy) -> bool:
    match done.outcome:
        case Failed() | TimedOut():
            return done.attempt <= policy.retry.max
        case Interrupted():
            return policy.on_interrupted is OnInterrupted.RERUN
        case _:
            return False


def _delay(policy: Policy, attempt: int, jitter: float) -> timedelta:
    retry = policy.retry
    try:
        seconds = retry.delay_seconds * retry.backoff ** (attempt - 1)
    except OverflowError:
        seconds = retry.max_delay_seconds
    return timedelta(seconds=min(seconds, retry.max_delay_seconds) * (1 + 0.1 * jitter))
