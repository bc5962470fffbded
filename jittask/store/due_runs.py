"""The runs that may be claimed, in order, and what executes beside them (rule R4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import Trigger
from jittask.store.batch import TEXT, batch
from jittask.store.claim_types import ComingRun, DueRun, Executing
from jittask.store.instants import from_micros, nominals_of, to_delay, to_micros
from jittask.store.tables import EXECUTING, PENDING, runs


def due(
    connection: Connection,
    now: datetime,
    limit: int,
    offset: int = 0,
    held: Collection[str] = (),
    crowded: Collection[str] = (),
) -> list[DueRun]:
    """Return the runs that are due, by priority, then by how long they have been due.

    Those of tasks in ``held`` are left out, but for the runs that handle a failure;
    those of tasks in ``crowded`` without exception.
    """
    found: list[DueRun] = []
    for priority in _priorities(connection):
        conditions = runs.c.due <= to_micros(now), *_without(connection, held, crowded)
        page = _page(connection, priority, limit + offset - len(found), *conditions)
        found += [run.run for run in page]
        if len(found) == limit + offset:
            break
    return found[offset:]


def coming(
    connection: Connection,
    now: datetime,
    until: datetime,
    limit: int,
    held: Collection[str] = (),
) -> list[ComingRun]:
    """Return the runs that may be claimed after now and until then, by priority, then in order.

    Those of tasks in ``held`` are left out, but for the runs that handle a failure.
    """
    found: list[ComingRun] = []
    for priority in _priorities(connection):
        conditions = (
            runs.c.due > to_micros(now),
            runs.c.due <= to_micros(until),
            *_without(connection, held),
        )
        found += _page(connection, priority, limit - len(found), *conditions)
        if len(found) == limit:
            break
    return found


def _page(
    connection: Connection, priority: int, limit: int, *conditions: sa.ColumnElement[bool]
) -> list[ComingRun]:
    query = _PAGE.where(*conditions).limit(limit)
    return [
        ComingRun(
            from_micros(due),
            DueRun(
                number, task, row_key, _TRIGGERS[trigger], nominals_of(nominal, nominals),
                from_micros(effective), attempt, to_delay(delay),
            ),
        )
        for due, number, task, row_key, trigger, nominal, nominals, effective, attempt,
        delay in connection.execute(query, {"of_priority": priority}).all()
    ]  # fmt: skip


_TRIGGERS = {trigger.value: trigger for trigger in Trigger}


def next_due(
    connection: Connection, held: Collection[str] = (), crowded: Collection[str] = ()
) -> datetime | None:
    """Return when the next pending run may be claimed, but for those that ``due`` leaves out."""
    without = _without(connection, held, crowded)
    query = _SOONEST.where(*without) if without else _SOONEST
    soonest = [
        connection.execute(query, {"of_priority": priority}).scalar()
        for priority in _priorities(connection)
    ]
    return min((from_micros(instant) for instant in soonest if instant is not None), default=None)


def _priorities(connection: Connection) -> Iterator[int]:
    """Yield the priorities of pending runs, highest first; each costs one look into the index."""
    found = connection.execute(_HIGHEST).scalar()
    while found is not None:
        yield found
        found = connection.execute(_NEXT_LOWER, {"of_priority": found}).scalar()


# written once, because they are asked again and again beside what is due
_PRIORITY = sa.bindparam("of_priority", type_=sa.Integer())
_HIGHEST = sa.select(sa.func.max(runs.c.priority)).where(sa.text(PENDING))
_NEXT_LOWER = _HIGHEST.where(runs.c.priority < _PRIORITY)
_SOONEST = sa.select(sa.func.min(runs.c.due)).where(sa.text(PENDING), runs.c.priority == _PRIORITY)
_PAGE = (
    sa.select(
        runs.c.due, runs.c.id, runs.c.task, runs.c.row_key, runs.c.trigger, runs.c.nominal,
        runs.c.nominals, runs.c.effective, runs.c.attempt, runs.c.delay,
    )
    .where(sa.text(PENDING), runs.c.priority == _PRIORITY)
    .order_by(runs.c.due, runs.c.id)
)  # fmt: skip


_FEW = 500
"""So many tasks are named in a statement; more are given as one value, which has no limit."""


def _without(
    connection: Connection, held: Collection[str], crowded: Collection[str] = ()
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that leave out what waits; see ``due``."""

    def is_none_of(tasks: Collection[str]) -> sa.ColumnElement[bool]:
        if len(tasks) <= _FEW:
            return runs.c.task.not_in(tasks)
        named = batch(connection, [(task,) for task in tasks], name=TEXT)
        return runs.c.task.not_in(sa.select(named.c.name))

    conditions: list[sa.ColumnElement[bool]] = []
    if held:
        conditions.append(sa.or_(is_none_of(held), runs.c.trigger == Trigger.ON_FAILURE))
    if crowded:
        conditions.append(is_none_of(crowded))
    return conditions


def executing(connection: Connection) -> list[Executing]:
    """Return task and row of what executes now, without the runs that handle a failure."""
    return [
        Executing(task, row_key, from_micros(began), is_backfill=trigger == Trigger.BACKFILL)
        for task, row_key, began, trigger in connection.execute(_EXECUTING_RUNS)
    ]


_EXECUTING_RUNS = sa.select(runs.c.task, runs.c.row_key, runs.c.began, runs.c.trigger).where(
    sa.text(EXECUTING), runs.c.trigger != Trigger.ON_FAILURE
)
