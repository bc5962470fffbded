"""Counts how runs ended, and tells listeners of each (section 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from jittask.model import Reason, RunStatus
from jittask.runtime.events import Event, Finished
from jittask.runtime.outcomes import Written
from jittask.store.claim_types import Skip


class Tally:
    """``counts`` is by status, with those that were interrupted under ``interrupted``."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self.counts: Counter[str] = Counter()

    def written(self, outcome: Written) -> None:
        """Count an outcome that the store has."""
        self.finished(finished_event(outcome))

    def skipped(self, skip: Skip, now: datetime) -> None:
        """Count a run that ended without having been run."""
        run = skip.run
        self.finished(
            Finished(
                now, run.id, run.task, run.row_key, RunStatus.SKIPPED, skip.reason, skip.detail,
                None, None, None, None,
            )
        )  # fmt: skip

    def finished(self, event: Finished) -> None:
        """Count the end of an attempt."""
        self.counts[event.status] += 1
        if event.reason is Reason.INTERRUPTED:
            self.counts["interrupted"] += 1
        self._emit(event)


def finished_event(outcome: Written) -> Finished:
    """Return the event of an outcome that the store has."""
    end = outcome.ending
    return Finished(
        outcome.at, end.run, outcome.task, outcome.row_key, end.status, end.reason, end.detail,
        outcome.seconds, end.result, end.error, end.retry_at,
    )  # fmt: skip
