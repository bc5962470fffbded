"""The unique keys of occurrences: (task, row, nominal) belongs to one run (rule R3).

A run that is cancelled before its body began gives its keys back, so that the
occurrence can be planned again. Every other run keeps them until it is pruned.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import MissedRange
from jittask.store.batch import NUMBER, TEXT, batch
from jittask.store.instants import from_micros, to_micros
from jittask.store.plans import NewRun
from jittask.store.record_conditions import ENDED_STATUSES
from jittask.store.tables import ENDED, OF_ROW, OPEN, keys, runs

_CHUNK = 200  # key tuples in one SELECT, far below every database's limit


def recorded_nominals(
    connection: Connection, task: str, row_keys: Sequence[str], since: datetime
) -> set[tuple[str, datetime]]:
    """Return the (row, nominal) pairs from ``since`` on that a record of the task has."""
    found: set[tuple[str, datetime]] = set()
    for at in range(0, len(row_keys), _CHUNK):
        chunk = row_keys[at : at + _CHUNK]
        query = sa.select(keys.c.row_key, keys.c.nominal).where(
            keys.c.task == task, keys.c.row_key.in_(chunk), keys.c.nominal >= to_micros(since)
        )
        found.update((row.row_key, from_micros(row.nominal)) for row in connection.execute(query))
    return found


def missed_ranges(
    connection: Connection, task: str, row_keys: Sequence[str], since: datetime
) -> dict[str, list[MissedRange]]:
    """Return, by row, the counted ranges that reach to ``since`` or later (D8)."""
    found: dict[str, list[MissedRange]] = {}
    for at in range(0, len(row_keys), _CHUNK):
        chunk = row_keys[at : at + _CHUNK]
        query = sa.select(
            runs.c.row_key, runs.c.missed_first, runs.c.missed_last, runs.c.missed_count
        ).where(
            sa.text(OF_ROW),
            runs.c.task == task,
            runs.c.row_key.in_(chunk),
            runs.c.missed_last >= to_micros(since),
        )
        for row in connection.execute(query):
            found.setdefault(row.row_key, []).append(
                MissedRange(
                    from_micros(row.missed_first), from_micros(row.missed_last), row.missed_count
                )
            )
    return found


def ranges_of_task(connection: Connection, task: str, since: datetime) -> list[MissedRange]:
    """Return the counted ranges of a scheduled task that reach to ``since`` or later.

    A range is in the run that fired after it, so that run is effective after ``since`` too.
    """
    found = []
    for where in (OPEN, ENDED):
        query = sa.select(runs.c.missed_first, runs.c.missed_last, runs.c.missed_count).where(
            sa.text(where),
            runs.c.task == task,
            runs.c.effective >= to_micros(since),
            runs.c.missed_last >= to_micros(since),
            *([runs.c.status.in_(ENDED_STATUSES)] if where == ENDED else []),
        )
        found += [
            MissedRange(from_micros(first), from_micros(last), count)
            for first, last, count in connection.execute(query)
        ]
    return found


def taken_keys(connection: Connection, new: Sequence[NewRun]) -> set[tuple[str, str, datetime]]:
    """Return the keys of these runs that another run has already."""
    return taken(connection, [(run.task, run.row_key, n) for run in new for n in run.nominals])


def taken(
    connection: Connection, asked: Sequence[tuple[str, str, datetime]]
) -> set[tuple[str, str, datetime]]:
    """Return which of these tasks, rows and nominals a run has."""
    if not asked:
        return set()
    values = [(task, row_key, to_micros(nominal)) for task, row_key, nominal in asked]
    rows = batch(connection, values, task=TEXT, row_key=TEXT, nominal=NUMBER)
    query = sa.select(keys.c.task, keys.c.row_key, keys.c.nominal).where(
        *(keys.c[name] == rows.c[name] for name in ("task", "row_key", "nominal"))
    )
    return {
        (task, row_key, from_micros(nominal))
        for task, row_key, nominal in connection.execute(query)
    }


def give_back_keys(connection: Connection, numbers: Sequence[int]) -> None:
    """Let the occurrences of these runs be planned again."""
    if numbers:
        rows = batch(connection, [(number,) for number in numbers], id=NUMBER)
        connection.execute(sa.delete(keys).where(keys.c.run_id.in_(sa.select(rows.c.id))))
