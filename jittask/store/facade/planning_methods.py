"""What the planner asks of the store: new runs, how far tasks are planned, the retention."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jittask.model import MissedRange, Retention, Run, Trigger
from jittask.store import (
    members,
    model_changes,
    occurrence_keys,
    pending_runs,
    plan_writing,
    pruning,
)
from jittask.store.facade.part import StorePart
from jittask.store.plans import Closing, Counting, Delaying, NewRun, PendingRun
from jittask.store.watermarks import Watermark


class PlanningMethods(StorePart):
    """Plans, watermarks, the runs that are planned, and the end of old ones."""

    def plan(
        self,
        now: datetime,
        create: Sequence[NewRun] = (),
        close: Sequence[Closing] = (),
        watermarks: Sequence[Watermark] = (),
        term: int | None = None,
        count: Sequence[Counting] = (),
        delay: Sequence[Delaying] = (),
        *,
        exact: bool = False,
    ) -> list[tuple[int, NewRun]]:
        """Write a whole plan; return the new runs with their ids.

        With the ``term`` of a lease on planning, only while it lasts: raises
        LeadershipLost after it. ``exact``: raises AlreadyClaimed, and writes
        nothing, where a run to be closed or to count others is not pending.
        """
        with self._database.writing() as connection:
            if term is not None:
                members.check_term(connection, term)
            return plan_writing.plan(
                connection, now=now, create=create, close=close, watermarks=watermarks,
                count=count, delay=delay, exact=exact,
            )  # fmt: skip

    def pending(self, tasks: Sequence[str]) -> dict[str, list[PendingRun]]:
        """Return, by task, the scheduled runs that no attempt has begun, soonest first."""
        with self._database.reading() as connection:
            return pending_runs.pending(connection, tasks)

    def waiting_of_rows(
        self, task: str, row_keys: Sequence[str], now: datetime
    ) -> dict[str, list[PendingRun]]:
        """Return, by row, the scheduled runs that are due, and that no attempt has begun."""
        with self._database.reading() as connection:
            return pending_runs.waiting_of_rows(connection, task, row_keys, now)

    def note_model_changes(self, models: Sequence[str], now: datetime) -> None:
        """Tell the runtime that plans that rows of these models have changed."""
        with self._database.writing() as connection:
            model_changes.note(connection, models, now)

    def model_changes(self) -> dict[str, int]:
        """Return how often the rows of each model have changed, as the runtimes have noted."""
        with self._database.reading() as connection:
            return model_changes.counts(connection)

    def end_abandoned(self, since: datetime, now: datetime) -> int:
        """Cancel what waits for tasks that vanished at ``since`` or before."""
        with self._database.writing() as connection:
            return plan_writing.end_abandoned(connection, since, now)

    def due_tasks(self, now: datetime) -> frozenset[str]:
        """Return the tasks with a scheduled run that is due, and that no attempt has begun."""
        with self._database.reading() as connection:
            return pending_runs.due_tasks(connection, now)

    def recorded_occurrences(
        self, task: str, row_keys: Sequence[str], since: datetime
    ) -> tuple[set[tuple[str, datetime]], dict[str, list[MissedRange]]]:
        """Return the rows' recorded nominals and counted ranges from ``since`` on."""
        with self._database.reading() as connection:
            return (
                occurrence_keys.recorded_nominals(connection, task, row_keys, since),
                occurrence_keys.missed_ranges(connection, task, row_keys, since),
            )

    def recorded(
        self, task: str, occurrences: Sequence[tuple[str, datetime]]
    ) -> set[tuple[str, datetime]]:
        """Return which of these rows and nominals of a task have a run."""
        with self._database.reading() as connection:
            asked = [(task, row_key, nominal) for row_key, nominal in occurrences]
            return {pair[1:] for pair in occurrence_keys.taken(connection, asked)}

    def missed_ranges(
        self, task: str, row_keys: Sequence[str], since: datetime
    ) -> dict[str, list[MissedRange]]:
        """Return, by row, the counted ranges from ``since`` on; ``['']`` is a scheduled task."""
        with self._database.reading() as connection:
            if list(row_keys) == [""]:
                return {"": occurrence_keys.ranges_of_task(connection, task, since)}
            return occurrence_keys.missed_ranges(connection, task, row_keys, since)

    def last_backfilled(self, task: str) -> datetime | None:
        """Return when the last backfilled run of a task that waits may begin."""
        with self._database.reading() as connection:
            return pending_runs.last_backfilled(connection, task)

    def enqueue(
        self, task: str, row_key: str, trigger: Trigger, now: datetime, args: str | None = None
    ) -> int:
        """Add a run that is due now and repeats freely, with its ``args``; return its id."""
        new = NewRun(task, row_key, trigger, (now,), now, args=args)
        [(number, _)] = self.plan(now, create=[new])
        return number

    def rerun(self, run: Run, now: datetime) -> int:
        """Add a run, due now, of the same occurrence as ``run``; return its id."""
        new = NewRun(
            run.task, run.row_key, Trigger.RERUN, run.nominals, now,
            priority=run.priority, rerun_of=run.id, args=run.args,
        )  # fmt: skip
        [(number, _)] = self.plan(now, create=[new])
        return number

    def prune(self, now: datetime, retention: Retention, limit: int = 200) -> int:
        """Delete finished runs older than the retention, at most ``limit``; return how many."""
        with self._database.writing() as connection:
            return pruning.prune(connection, now, retention, limit)

    def prune_oldest(self, before: datetime, limit: int = 200) -> int:
        """Delete the oldest runs that ended before a time, at most ``limit``; return how many."""
        with self._database.writing() as connection:
            return pruning.prune_oldest(connection, before, limit)
