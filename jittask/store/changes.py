"""What shows that something in the store has changed since the last look (rules R5, C3).

Databases share no cheap counter of changes that a reader can rely on. So each
part of the store has a mark, which a few indexed sums give; it differs after any
change that people can see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.tables import (
    EXECUTING,
    PENDING,
    blocked_tasks,
    elements,
    kills,
    log_chunks,
    pauses,
    runs,
    runtimes,
)

Mark = tuple[Any, ...]
_PRIME = 999_999_937
"""Instants are summed by their rest of it: whole ones would overflow the sum."""


@dataclass(frozen=True, slots=True)
class ChangeMarks:
    """The mark of each part; two that are equal mean that nothing has changed there."""

    runs: Mark = ()
    logs: Mark = ()
    elements: Mark = ()
    runtimes: Mark = ()
    """Without their heartbeats."""
    pauses: Mark = ()
    blocked: Mark = ()
    """Without the tries."""


def change_marks(connection: Connection) -> ChangeMarks:
    """Return the marks as they are now.

    A run changes only while it is pending or executing, so these two sets and the
    newest run say whether any has.
    """
    return ChangeMarks(
        runs=tuple(row for query in _OF_RUNS for row in _rows(connection, query)),
        logs=_rows(connection, _OF_LOGS),
        elements=_rows(connection, _OF_ELEMENTS),
        runtimes=_rows(connection, _OF_RUNTIMES),
        pauses=_rows(connection, _OF_PAUSES),
        blocked=_rows(connection, _OF_BLOCKED),
    )


def _set_of(where: str, other: sa.ColumnElement[int]) -> sa.Select[*tuple[Any, ...]]:
    """Return the query whose answer differs when the runs of a partial index do."""
    return sa.select(sa.func.count(), sa.func.sum(runs.c.id), sa.func.sum(other)).where(
        sa.text(where)
    )


# written once: a console asks them twice a second
_OF_RUNS: tuple[sa.Select[*tuple[Any, ...]], ...] = (
    sa.select(sa.func.max(runs.c.id)),
    _set_of(PENDING, runs.c.due % _PRIME),
    _set_of(EXECUTING, runs.c.token),
    sa.select(sa.func.count()).select_from(kills),
)
_OF_LOGS = sa.select(sa.func.max(log_chunks.c.id))
_OF_ELEMENTS = (
    sa.select(
        elements.c.state,
        sa.func.count(),
        sa.func.max(elements.c.since),
        sa.func.sum(sa.func.length(elements.c.diagnostics)),
    )
    .group_by(elements.c.state)
    .order_by(elements.c.state)
)
_OF_RUNTIMES = sa.select(
    runtimes.c.id, runtimes.c.stopped, runtimes.c.last_reload, runtimes.c.last_reload_ok
).order_by(runtimes.c.id)
_OF_PAUSES = sa.select(pauses).order_by(pauses.c.task)
_OF_BLOCKED = sa.select(blocked_tasks.c.task, blocked_tasks.c.code, blocked_tasks.c.since).order_by(
    blocked_tasks.c.task, blocked_tasks.c.code
)


def _rows(connection: Connection, query: sa.Select[Any]) -> Mark:
    return tuple(tuple(row) for row in connection.execute(query))
