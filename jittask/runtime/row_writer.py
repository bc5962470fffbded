"""Writes what is decided for the rows that a scan has found (rules R3, D8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from jittask.compiler.compiled import DateFieldTask
from jittask.model import Misfire
from jittask.runtime.due_rows import DueRow
from jittask.runtime.events import Event
from jittask.runtime.planner import announce
from jittask.runtime.row_decision import RowPlan, RowRecords, decide_row
from jittask.store import AlreadyClaimed, Store

_TRIES = 5


class RowWriter:
    """Decides on a page of rows with what the store has of them, and writes it."""

    def __init__(self, store: Store, emit: Callable[[Event], None], term: int | None) -> None:
        self._store = store
        self._emit = emit
        self._term = term

    def write(
        self, task: DateFieldTask, due: Sequence[DueRow], now: datetime, until: datetime
    ) -> None:
        """Write what the rows lack; decide again where a run of theirs is claimed meanwhile.

        Every occurrence up to ``until`` gets a run. Raises LeadershipLost,
        StoreUnavailable, and AlreadyClaimed where that happens again and again.
        """
        for tries_left in reversed(range(_TRIES)):
            plans = self._decide(task, due, now, until)
            create = [run for plan in plans for run in plan.create]
            close = [closing for plan in plans for closing in plan.close]
            count = [counting for plan in plans for counting in plan.count]
            if not (create or close or count):
                return
            try:
                made = self._store.plan(
                    now, create=create, close=close, count=count, term=self._term, exact=True
                )
            except AlreadyClaimed:
                if not tries_left:
                    raise
            else:
                announce(made, now, self._emit)
                return

    def _decide(
        self, task: DateFieldTask, due: Sequence[DueRow], now: datetime, until: datetime
    ) -> list[RowPlan]:
        since = min(row.occurrences[0].nominal for row in due)
        keys = [row.key for row in due]
        recorded, ranges = self._store.recorded_occurrences(task.name, keys, since)
        past = [row.key for row in due if row.occurrences[0].effective <= now]
        waiting = {}
        if past and (task.timer.repeats or task.policy.misfire is Misfire.SKIP):
            waiting = self._store.waiting_of_rows(task.name, past, now)
        return [
            decide_row(
                task,
                row,
                RowRecords(recorded, ranges.get(row.key, ()), waiting.get(row.key, ())),
                now,
                until,
            )
            for row in due
        ]
