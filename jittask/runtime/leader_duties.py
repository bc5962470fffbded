"""What only one of the runtimes on a store does: plan, for tasks and for rows (rule R8).

A term begins with an empty memory: what the leader before has planned is in
the store.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from jittask.clock import Clock
from jittask.runtime.events import Event, Planned
from jittask.runtime.planner import Planner
from jittask.runtime.row_scan import RowScan
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.runtime.tracing.tracing import NoTracing, Tracing
from jittask.store import Store

_FINEST = timedelta(seconds=1)


class LeaderDuties:
    """The planner and the row scan of the term that this runtime has."""

    def __init__(
        self,
        store: Store,
        emit: Callable[[Event], None],
        boundary: TaskBoundary,
        clock: Clock,
        tracing: Tracing | None = None,
    ) -> None:
        self._tracing = tracing or NoTracing()
        self._planned = 0
        """How many runs the planner has written."""
        self._store = store
        self._clock = clock
        self._emit = emit
        self._boundary = boundary
        self._term: int | None = None
        self._planner: Planner
        self.row_scan: RowScan
        """Looks for rows whose date has come."""
        self._knows_blocked: bool
        self._begin()
        self.again: datetime | None = None
        """When the next task is to be planned."""

    def begin_term(self, term: int | None) -> None:
        """Begin a term, unless it is the one under way, or none."""
        if term is not None and term != self._term:
            self._term = term
            self._begin()

    def on_time(self, snapshot: Snapshot, now: datetime) -> bool:
        """Whether a task has just come due, and its due run can start before the next is planned.

        No cycle is finer than a second. So within a second no second occurrence
        of a task is due that a misfire policy would have to choose from.
        """
        if self.again is None or not self.has_planned(snapshot):
            return False
        return self.again <= now < self.again + _FINEST

    def has_planned(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot has been planned, so that what an edit ends is not due any more."""
        return self._planner.has_seen(snapshot)

    def plan(self, snapshot: Snapshot, now: datetime) -> None:
        """Plan every task that is due to be planned. Raises LeadershipLost."""
        if not self._knows_blocked:
            self._boundary.take_over(self._store.blocked(), now)
            self._knows_blocked = True
        before = self._planned
        self.again = self._planner.step(snapshot, now)
        if self._planned > before:
            self._tracing.planned(now, self._clock.now(), self._planned - before)

    def _emit_planned(self, event: Event) -> None:
        self._planned += isinstance(event, Planned)
        self._emit(event)

    def _begin(self) -> None:
        self._knows_blocked = False
        self._planner = Planner(self._store, self._emit_planned, self._boundary, self._term)
        self.row_scan = RowScan(self._store, self._emit, self._boundary, self._clock, self._term)
