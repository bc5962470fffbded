"""The scheduled runs that no attempt has begun, for the planner (rule R3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import MissedRange, Trigger
from jittask.store.expected_start import is_expected_by
from jittask.store.instants import from_micros, maybe_instant, nominals_of, to_delay, to_micros
from jittask.store.plans import PendingRun
from jittask.store.tables import OPEN, runs

_CHUNK = 200  # tasks in one SELECT, far below every database's limit


def pending(connection: Connection, tasks: Sequence[str]) -> dict[str, list[PendingRun]]:
    """Return, by task, the scheduled runs that no attempt has begun, soonest first.

    They are pending. The query does not say so, because SQLite would then read the
    pending runs of all tasks instead of the open ones of these.
    """
    found: dict[str, list[PendingRun]] = {}
    for at in range(0, len(tasks), _CHUNK):
        query = (
            sa.select(
                runs.c.id, runs.c.task, runs.c.row_key, runs.c.nominal, runs.c.nominals,
                runs.c.effective, runs.c.delay,
            )
            .where(
                sa.text(OPEN),
                runs.c.task.in_(tasks[at : at + _CHUNK]),
                runs.c.trigger == Trigger.SCHEDULE,
                runs.c.attempt == 0,
            )
            .order_by(runs.c.effective, runs.c.id)
        )  # fmt: skip
        for number, task, row_key, nominal, nominals, effective, delay in connection.execute(query):
            run = PendingRun(
                number, task, row_key, nominals_of(nominal, nominals), from_micros(effective),
                delay=to_delay(delay),
            )  # fmt: skip
            found.setdefault(task, []).append(run)
    return found


def waiting_of_rows(
    connection: Connection, task: str, row_keys: Sequence[str], now: datetime
) -> dict[str, list[PendingRun]]:
    """Return, by row, the scheduled runs that no attempt has begun, though it was to (D8)."""
    found: dict[str, list[PendingRun]] = {}
    for at in range(0, len(row_keys), _CHUNK):
        query = (
            sa.select(
                runs.c.id, runs.c.row_key, runs.c.nominal, runs.c.nominals, runs.c.effective,
                runs.c.missed_first, runs.c.missed_last, runs.c.missed_count, runs.c.delay,
            )
            .where(
                sa.text(OPEN),
                runs.c.task == task,
                is_expected_by(to_micros(now)),
                runs.c.row_key.in_(row_keys[at : at + _CHUNK]),
                runs.c.trigger == Trigger.SCHEDULE,
                runs.c.attempt == 0,
            )
            .order_by(runs.c.effective, runs.c.id)
        )  # fmt: skip
        for (
            number, row_key, nominal, nominals, effective, first, last, count, delay,
        ) in connection.execute(query):  # fmt: skip
            missed = first and MissedRange(from_micros(first), from_micros(last), count)
            run = PendingRun(
                number, task, row_key, nominals_of(nominal, nominals), from_micros(effective),
                missed or None, to_delay(delay),
            )  # fmt: skip
            found.setdefault(row_key, []).append(run)
    return found


def due_tasks(connection: Connection, now: datetime) -> frozenset[str]:
    """Return the tasks with a scheduled run that no attempt has begun, though it was to."""
    query = sa.select(runs.c.task).where(
        sa.text(OPEN),
        is_expected_by(to_micros(now)),
        runs.c.trigger == Trigger.SCHEDULE,
        runs.c.attempt == 0,
    )
    return frozenset(connection.execute(query).scalars())


def last_backfilled(connection: Connection, task: str) -> datetime | None:
    """Return when the last run of a backfill that waits may be claimed; None where none waits."""
    query = sa.select(sa.func.max(runs.c.due)).where(
        sa.text(OPEN), runs.c.task == task, runs.c.trigger == Trigger.BACKFILL
    )
    return maybe_instant(connection.execute(query).scalar())
