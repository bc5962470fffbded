"""The walks through the indexes by which a page of runs is found, whatever the filter (rule R1).

Each walk reads one index in the order of the page and ends when the page is
full, or it sorts a set that stays small: the open runs, or the runs of one
row. So no page costs more when the history grows. ``migrations`` makes the
indexes; docs/decisions explains the choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import Trigger
from jittask.store.record_conditions import (
    OPEN_STATUSES,
    Condition,
    common,
    ended_statuses,
    status_in,
)
from jittask.store.record_filter import By, RecordFilter
from jittask.store.tables import (
    BY_HAND,
    ENDED,
    HAS_BEGUN,
    HAS_VERSION,
    LATE,
    OF_ROW,
    OPEN,
    ROLLED,
    runs,
)

_MOST_TASKS = 50
"""Of more tasks than these, the runs of all tasks are walked, and those of others passed over."""
_GATHERED = 15_000  # sorting up to so many runs is faster than walking an index of another order


@dataclass(frozen=True, slots=True)
class Walk:
    """Runs in the order of one index; or ``gathered`` through it and then sorted."""

    index: str
    where: tuple[Condition, ...]
    key: sa.ColumnElement[int]
    gathered: bool = False

    def query(
        self, bounds: Sequence[Condition], *, descending: bool, limit: int
    ) -> sa.Select[int, int]:
        """Return the query for the walk's first runs: the instant sorted by, and the id."""
        order = [self.key, runs.c.id]
        return (
            sa.select(self.key.label("key"), runs.c.id)
            .where(*self.where, *bounds)
            .order_by(*(column.desc() if descending else column.asc() for column in order))
            .limit(limit)
        )


def walks_of(
    connection: Connection, record_filter: RecordFilter, now: datetime, by: By
) -> Iterator[Walk]:
    """Yield the walks that together find the runs of a filter, in the order ``by``.

    They do not look at its text.
    """
    if record_filter.tasks == ():
        return
    match by:
        case By.EFFECTIVE:
            yield from _by_effective(record_filter, now)
        case By.NOMINAL:
            # A roll is rare: elsewhere the order by effective instants is that of nominals.
            # PostgreSQL expects that equal columns are rare, and would scan and sort.
            same = sa.func.abs(runs.c.nominal - runs.c.effective) < 1
            for walk in _by_effective(record_filter, now):
                yield replace(walk, where=(*walk.where, same))
            where = (
                sa.text(ROLLED),
                *common(record_filter),
                *status_in(record_filter, now, runs.c.status + ""),
            )
            yield Walk("runs_rolled", where, runs.c.nominal)
        case By.START:
            yield from _by_start(connection, record_filter, now)


def _by_effective(record_filter: RecordFilter, now: datetime) -> Iterator[Walk]:
    key, shared = runs.c.effective, tuple(common(record_filter))
    if record_filter.row_keys:
        for row_key in record_filter.row_keys:
            of_row = replace(record_filter, row_keys=(row_key,))
            where = (sa.text(OF_ROW), *common(of_row), *status_in(of_row, now))
            yield Walk("runs_by_row", where, key, gathered=not _is_of_one_task(record_filter))
        return
    if record_filter.trigger not in (None, Trigger.SCHEDULE):
        yield Walk("runs_by_hand", (sa.text(BY_HAND), *shared, *status_in(record_filter, now)), key)
        return
    if record_filter.late:
        yield Walk("runs_late", (sa.text(LATE), *shared, *status_in(record_filter, now)), key)
        return
    index, rows, parts = "runs_ended", ENDED, [record_filter]
    if record_filter.version is not None:
        index, rows = "runs_ended_by_version", f"{ENDED} AND {HAS_VERSION}"
    elif record_filter.tasks is not None and len(record_filter.tasks) <= _MOST_TASKS:
        index = "runs_ended_by_task"
        parts = [replace(record_filter, tasks=(task,)) for task in record_filter.tasks]
    for status in ended_statuses(record_filter):
        for part in parts:
            yield Walk(index, (sa.text(rows), runs.c.status == status, *common(part)), key)
    yield from _open(record_filter, now, key)


def _by_start(connection: Connection, record_filter: RecordFilter, now: datetime) -> Iterator[Walk]:
    begun = runs.c.started + 0  # no index has this expression, so none is walked for its order
    narrow = [
        replace(walk, where=(*walk.where, begun.is_not(None)), key=begun, gathered=True)
        for walk in _by_effective(record_filter, now)
    ]
    filtered = (
        record_filter.tasks
        or record_filter.version
        or record_filter.row_keys
        or record_filter.trigger
        or record_filter.late
    )
    if record_filter.row_keys or (filtered and _few(connection, narrow)):
        yield from narrow
        return
    for status in ended_statuses(record_filter):
        where = (
            sa.text(f"{ENDED} AND {HAS_BEGUN}"),
            runs.c.status == status,
            *common(record_filter),
        )
        yield Walk("runs_ended_by_start", where, runs.c.started)
    for walk in _open(record_filter, now, begun):
        yield replace(walk, where=(*walk.where, begun.is_not(None)), gathered=True)


def _open(record_filter: RecordFilter, now: datetime, key: sa.ColumnElement[int]) -> Iterator[Walk]:
    everything = not record_filter.statuses and not record_filter.overdue
    if everything or record_filter.overdue or record_filter.statuses & OPEN_STATUSES:
        where = (sa.text(OPEN), *status_in(record_filter, now), *common(record_filter))
        yield Walk("runs_open", where, key, gathered=not _is_of_one_task(record_filter))


def _is_of_one_task(record_filter: RecordFilter) -> bool:
    return record_filter.tasks is not None and len(record_filter.tasks) == 1


def _few(connection: Connection, walks: Sequence[Walk]) -> bool:
    """Whether so few runs are left that sorting them is quick."""
    left = _GATHERED
    for walk in walks:
        left -= number_of(connection, walk.where, left + 1)
        if left < 0:
            return False
    return True


def number_of(connection: Connection, conditions: Sequence[Condition], most: int) -> int:
    """Return how many runs fulfil conditions, of so many at most."""
    sample = sa.select(runs.c.id).where(*conditions).limit(most)
    query = sa.select(sa.func.count()).select_from(sample.subquery())
    return connection.execute(query).scalar_one()
