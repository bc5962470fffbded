"""When runs of each task have last completed, and last failed: for metrics (rule R13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus
from jittask.store.instants import from_micros, maybe_instant, to_micros
from jittask.store.tables import ENDED, OPEN, elements, runs, watermarks


@dataclass(frozen=True, slots=True)
class TaskEnds:
    """How the newest runs of a task have ended, by the instants that they were for."""

    task: str
    completed: datetime | None
    """When its newest completed run has ended; None where none is kept."""
    failed: datetime | None
    """When its newest failed run has ended; None where none is kept."""

    @property
    def is_failing(self) -> bool:
        """Whether it has failed for good since it completed last."""
        if self.failed is None:
            return False
        return self.completed is None or self.failed > self.completed


def task_ends(connection: Connection, most: int) -> tuple[TaskEnds, ...]:
    """Return the first ``most`` tasks that a runtime has planned, by name: two seeks for each."""
    planned = (
        sa.select(watermarks.c.task)
        .join(elements, elements.c.name == watermarks.c.task)
        .order_by(watermarks.c.task)
        .limit(most)
        .subquery("planned")
    )
    query = sa.select(
        planned.c.task,
        _newest(planned.c.task, RunStatus.COMPLETED).label("completed"),
        _newest(planned.c.task, RunStatus.FAILED).label("failed"),
    ).order_by(planned.c.task)
    return tuple(
        TaskEnds(row.task, maybe_instant(row.completed), maybe_instant(row.failed))
        for row in connection.execute(query)
    )


def due_runs(connection: Connection, now: datetime) -> int:
    """Return how many pending runs are due, overdue ones too."""
    query = sa.select(sa.func.count()).where(
        sa.text(OPEN), runs.c.status == RunStatus.PENDING, runs.c.due <= to_micros(now)
    )
    return int(connection.execute(query).scalar_one())


def last_completed(
    connection: Connection, tasks: tuple[str, ...]
) -> Iterator[tuple[str, datetime]]:
    """Yield when each of these tasks has last completed a run, where it has."""
    for task in tasks:
        found = connection.execute(sa.select(_newest(sa.literal(task), RunStatus.COMPLETED)))
        micros = found.scalar()
        if micros is not None:
            yield task, from_micros(micros)


def _newest(task: sa.ColumnElement[str], status: RunStatus) -> sa.ScalarSelect[int]:
    """Return when the newest ended run of a task and status has ended."""
    ended = runs.alias("ended")
    return (
        sa.select(ended.c.finished)
        .where(sa.text(f"ended.{ENDED}"), ended.c.task == task, ended.c.status == status)
        .order_by(ended.c.effective.desc(), ended.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
