"""When runs of each task have last completed, and last failed: for metrics (rule R13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus
from jittask.store.instants import maybe_instant, to_micros
from jittask.store.tables import ENDED, OPEN, elements, runs, watermarks


@dataclass(frozen=True, slots=True)
class TaskEnds:
    """How the newest runs of a task have ended, by the instants that they were for."""

    task: str
    completed: datetime | None
    """When its newest completed run has ended; None where none is kept."""
    failed: datetime | None
    """When its newest failed run has ended; None where none is kept."""
    failed_run: int | None = None
    """The number of that run."""

    @property
    def is_failing(self) -> bool:
        """Whether it has failed for good since it completed last."""
        if self.failed is None:
            return False
        return self.completed is None or self.failed > self.completed


def task_ends(connection: Connection, most: int | None) -> tuple[TaskEnds, ...]:
    """Return the first ``most`` tasks that a runtime has planned, by name: three seeks for each."""
    planned = (
        sa.select(watermarks.c.task)
        .join(elements, elements.c.name == watermarks.c.task)
        .order_by(watermarks.c.task)
        .limit(most)
        .subquery("planned")
    )
    query = sa.select(
        planned.c.task,
        _newest(planned.c.task, RunStatus.COMPLETED, "finished").label("completed"),
        _newest(planned.c.task, RunStatus.FAILED, "finished").label("failed"),
        _newest(planned.c.task, RunStatus.FAILED, "id").label("failed_run"),
    ).order_by(planned.c.task)
    return tuple(
        TaskEnds(row.task, maybe_instant(row.completed), maybe_instant(row.failed), row.failed_run)
        for row in connection.execute(query)
    )


def due_runs(connection: Connection, now: datetime) -> int:
    """Return how many pending runs are due, overdue ones too."""
    query = sa.select(sa.func.count()).where(
        sa.text(OPEN), runs.c.status == RunStatus.PENDING, runs.c.due <= to_micros(now)
    )
    return int(connection.execute(query).scalar_one())


def _newest(task: sa.ColumnElement[str], status: RunStatus, column: str) -> sa.ScalarSelect[int]:
    """Return a column of the newest ended run of a task and status."""
    ended = runs.alias("ended")
    return (
        sa.select(ended.c[column])
        .where(sa.text(f"ended.{ENDED}"), ended.c.task == task, ended.c.status == status)
        .order_by(ended.c.effective.desc(), ended.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
