"""Hands a claimed run to the executor (rule R6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from jittask.model import Policy, Trigger
from jittask.prelude.context import FailedRun
from jittask.runtime.events import Event, Started
from jittask.runtime.executors.protocol import Assignment, Executor
from jittask.runtime.failure import failed_run, policy_of
from jittask.runtime.outcomes import OutcomeWriter
from jittask.runtime.tracing.tracing import Tracing
from jittask.store import Store
from jittask.store.claim_types import Claimed


class Dispatcher:
    """Turns a claim into an assignment, and lets the writer accept its reports.

    Of the runtime that claims, and of a worker that has taken a run over.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        writer: OutcomeWriter,
        emit: Callable[[Event], None],
        tracing: Tracing,
    ) -> None:
        self._tracing = tracing
        self._store = store
        self._executor = executor
        self._writer = writer
        self._emit = emit

    def dispatch(
        self,
        claimed: Claimed,
        policy: Policy,
        now: datetime,
        queue: str | None = None,
        parent: str | None = None,
    ) -> None:
        """Submit a run of a task with this policy; ``parent`` is the trace that it belongs to.

        Raises StoreUnavailable; the run has not been submitted then.
        """
        run = claimed.run
        policy = policy_of(run.trigger, policy)
        assignment = Assignment(
            run=run.id,
            token=claimed.token,
            attempt=claimed.attempt,
            task=run.task,
            row_key=run.row_key,
            trigger=run.trigger,
            nominals=run.nominals,
            effective=run.effective,
            version=claimed.version,
            timeout_seconds=policy.timeout_seconds,
            memory_mb=policy.memory_mb,
            failed=self._failed(run.id) if run.trigger is Trigger.ON_FAILURE else None,
            args=claimed.args,
            queue=queue,
            traceparent=self._tracing.begin(
                run.id,
                run.task,
                {
                    "jittask.attempt": claimed.attempt,
                    "jittask.trigger": run.trigger.value,
                    "jittask.version": claimed.version,
                    "jittask.effective": run.effective.isoformat(),
                },
                parent,
            ),
        )
        self._writer.begin(assignment, policy)
        self._executor.submit(assignment)
        self._emit(
            Started(
                now, run.id, run.task, run.row_key, run.trigger, claimed.attempt, claimed.version,
                run.effective, run.delay.total_seconds(),
            )
        )  # fmt: skip

    def _failed(self, run: int) -> FailedRun | None:
        """Return the run whose failure has triggered this one; None where it is not kept."""
        record = self._store.run(run)
        failed = self._store.run(record.rerun_of) if record and record.rerun_of else None
        return None if failed is None else failed_run(failed)
