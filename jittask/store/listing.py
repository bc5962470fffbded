"""The ways through the indexes by which a page of runs is found, whatever the filter (rule R1).

A page is merged from a few walks. Each walk reads one index in the order of
the page and ends when the page is full, or it sorts a set that stays small:
what is still open, or the runs of one row. So no page costs more when the
history grows. ``migrations`` makes the indexes; docs/decisions says why these.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus, Trigger
from jittask.store.errors import StoreError
from jittask.store.instants import to_micros
from jittask.store.query_types import By, RecordFilter
from jittask.store.tables import (
    BY_HAND,
    ENDED,
    HAS_BEGUN,
    HAS_VERSION,
    OF_ROW,
    OPEN,
    ROLLED,
    VERSION_HEAD,
    runs,
)

OVERDUE_AFTER = timedelta(seconds=60)
"""How long past its effective instant a pending run is overdue (R1)."""
VERSION_DIGITS = 6
"""How many digits of a version a filter must give; ``VERSION_HEAD`` says the same."""

_GATHERED = 15_000  # so many runs are sorted sooner than an index of another order is walked
_OPEN_STATES = frozenset({RunStatus.PENDING, RunStatus.EXECUTING})
_ENDED_STATES = tuple(state for state in RunStatus if state not in _OPEN_STATES)

Condition = sa.ColumnElement[bool] | sa.TextClause


@dataclass(frozen=True, slots=True)
class Walk:
    """Runs in order, by one index; or ``gathered`` by it and then sorted."""

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
            .order_by(*(one.desc() if descending else one.asc() for one in order))
            .limit(limit)
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Which page: how many runs, in which order, after which cursor."""

    limit: int = 50
    after: str | None = None
    by: By = By.EFFECTIVE
    descending: bool = True


def page_of(
    connection: Connection, wanted: RecordFilter, now: datetime, page: Page
) -> tuple[list[int], str | None]:
    """Return the ids of a page, in order, and the cursor of the next page.

    Raises StoreError for a cursor that no page gave.
    """
    found = heapq.merge(
        *(
            ((row.key, row.id) for row in connection.execute(query))
            for query in queries(connection, wanted, now, page)
        ),
        reverse=page.descending,
    )
    rows = [row for _, row in zip(range(page.limit + 1), found, strict=False)]
    shown = rows[: page.limit]
    cursor = _cursor(page.by, *shown[-1]) if len(rows) > page.limit else None
    return [number for _, number in shown], cursor


def queries(
    connection: Connection, wanted: RecordFilter, now: datetime, page: Page
) -> Iterator[sa.Select[int, int]]:
    """Yield the query of each walk that a page is merged from."""
    for walk in _walks(connection, wanted, now, page.by):
        bounds = tuple(_bounds(walk.key, wanted, page))
        yield walk.query(bounds, descending=page.descending, limit=page.limit + 1)


def is_open() -> sa.TextClause:
    """Return the condition under which ``runs_open`` serves a query."""
    return sa.text(OPEN)


def is_overdue(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition of a run that is overdue (R1)."""
    return sa.and_(
        runs.c.state == RunStatus.PENDING, runs.c.effective < to_micros(now - OVERDUE_AFTER)
    )


# --- which walks


def _walks(connection: Connection, wanted: RecordFilter, now: datetime, by: By) -> Iterator[Walk]:
    match by:
        case By.EFFECTIVE:
            yield from _by_effective(wanted, now)
        case By.NOMINAL:
            # A roll is rare: elsewhere the order by effective instants is that of nominals.
            # PostgreSQL takes an equality of columns for rare, and would sooner scan and sort.
            same = sa.func.abs(runs.c.nominal - runs.c.effective) < 1
            for walk in _by_effective(wanted, now):
                yield replace(walk, where=(*walk.where, same))
            where = (_said(ROLLED), *_common(wanted), *_states(wanted, now, runs.c.state + ""))
            yield Walk("runs_rolled", where, runs.c.nominal)
        case By.START:
            yield from _by_start(connection, wanted, now)


def _by_effective(wanted: RecordFilter, now: datetime) -> Iterator[Walk]:
    key, common = runs.c.effective, tuple(_common(wanted))
    if wanted.row_key:
        where = (_said(OF_ROW), *common, *_states(wanted, now))
        yield Walk("runs_by_row", where, key, gathered=wanted.task is None)
        return
    if wanted.trigger not in (None, Trigger.SCHEDULE):
        yield Walk("runs_by_hand", (_said(BY_HAND), *common, *_states(wanted, now)), key)
        return
    index, held = "runs_ended", ENDED
    if wanted.version is not None:
        index, held = "runs_ended_by_version", f"{ENDED} AND {HAS_VERSION}"
    elif wanted.task is not None:
        index = "runs_ended_by_task"
    for state in _ended(wanted):
        yield Walk(index, (_said(held), runs.c.state == state, *common), key)
    yield from _open(wanted, now, key)


def _by_start(connection: Connection, wanted: RecordFilter, now: datetime) -> Iterator[Walk]:
    begun = runs.c.started + 0  # no index holds it, so none is walked for its order
    narrow = [
        replace(walk, where=(*walk.where, begun.is_not(None)), key=begun, gathered=True)
        for walk in _by_effective(wanted, now)
    ]
    filtered = wanted.task or wanted.version or wanted.row_key or wanted.trigger
    if wanted.row_key or (filtered and _few(connection, narrow)):
        yield from narrow
        return
    for state in _ended(wanted):
        where = (_said(f"{ENDED} AND {HAS_BEGUN}"), runs.c.state == state, *_common(wanted))
        yield Walk("runs_ended_by_start", where, runs.c.started)
    for walk in _open(wanted, now, begun):
        yield replace(walk, where=(*walk.where, begun.is_not(None)), gathered=True)


def _open(wanted: RecordFilter, now: datetime, key: sa.ColumnElement[int]) -> Iterator[Walk]:
    everything = not wanted.states and not wanted.overdue
    if everything or wanted.overdue or wanted.states & _OPEN_STATES:
        where = (_said(OPEN), *_states(wanted, now), *_common(wanted))
        yield Walk("runs_open", where, key, gathered=wanted.task is None)


def _few(connection: Connection, walks: Sequence[Walk]) -> bool:
    """Whether so few runs are left that sorting them is quick."""
    left = _GATHERED
    for walk in walks:
        some = sa.select(runs.c.id).where(*walk.where).limit(left + 1)
        left -= connection.execute(
            sa.select(sa.func.count()).select_from(some.subquery())
        ).scalar_one()
        if left < 0:
            return False
    return True


# --- conditions


def _common(wanted: RecordFilter) -> Iterator[Condition]:
    """Yield what holds whatever the state and the order."""
    if wanted.task is not None:
        yield runs.c.task == wanted.task
    if wanted.row_key is not None:
        yield runs.c.row_key == wanted.row_key
    if wanted.trigger is not None:
        yield runs.c.trigger == wanted.trigger
    if wanted.version is not None:
        yield _value(VERSION_HEAD) == wanted.version[:VERSION_DIGITS]
        if len(wanted.version) > VERSION_DIGITS:
            yield sa.func.substr(runs.c.version, 1, len(wanted.version)) == wanted.version


def _states(
    wanted: RecordFilter, now: datetime, state: sa.ColumnElement[str] = runs.c.state
) -> Iterator[Condition]:
    either: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        either.append(state.in_(wanted.states))
    if wanted.overdue:
        either.append(is_overdue(now))
    if either:
        yield sa.or_(*either)


def _ended(wanted: RecordFilter) -> list[RunStatus]:
    everything = not wanted.states and not wanted.overdue
    return [state for state in _ENDED_STATES if everything or state in wanted.states]


def _bounds(key: sa.ColumnElement[int], wanted: RecordFilter, page: Page) -> Iterator[Condition]:
    if wanted.since is not None:
        yield key >= to_micros(wanted.since)
    if wanted.until is not None:
        yield key <= to_micros(wanted.until)
    if page.after is not None:
        here, there = sa.tuple_(key, runs.c.id), sa.tuple_(*_place(page.after, page.by))
        yield here < there if page.descending else here > there


def _said(words: str) -> Condition:
    return sa.text(words)


def _value(words: str) -> sa.ColumnElement[str]:
    return sa.literal_column(words, sa.String())


# --- cursors


def _cursor(by: By, key: int, number: int) -> str:
    return f"{by}:{key}:{number}"


def _place(cursor: str, by: By) -> tuple[int, int]:
    sorted_by, _, rest = cursor.partition(":")
    key, _, number = rest.partition(":")
    try:
        place = int(key), int(number)
    except ValueError:
        place = None
    if place is None or sorted_by not in list(By):
        raise StoreError(
            f"--after: {cursor!r} is no cursor", hint="take the `next` that the page before gave"
        )
    if sorted_by != by:
        raise StoreError(
            f"--after: this cursor is of a listing by {sorted_by}, not by {by}",
            hint=f"add --by {sorted_by}",
        )
    return place
