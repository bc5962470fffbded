"""Hands claimed runs to workers on other machines (rules R4, R10).

A planner claims a run, and a message names it to the workers. A worker takes it
over by one conditional statement: it raises the token, so that only one worker
can, and whatever the planner then writes about the run changes nothing. A run
that its planner still holds has therefore not begun.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus, Trigger
from jittask.store.batch import NUMBER, batch, locked
from jittask.store.claim_types import Claimed, DueRun
from jittask.store.instants import from_micros, nominals_of, to_delay
from jittask.store.member_kinds import Kind
from jittask.store.tables import runs, runtimes

Offer = tuple[int, int]
"""A run that a planner has claimed, and its token."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a run is that was handed over."""

    token: int
    executes: bool


def take_over(connection: Connection, offers: Sequence[Offer], worker: str) -> list[Claimed]:
    """Let a worker have what planners still hold; return what it has now, with the new tokens.

    Nothing, where the worker has been declared dead.
    """
    if not offers:
        return []
    alive = sa.exists().where(runtimes.c.id == worker, runtimes.c.stopped.is_(None))
    host = sa.select(runtimes.c.host).where(runtimes.c.id == worker).scalar_subquery()
    rows = batch(connection, sorted(set(offers)), id=NUMBER, token=NUMBER)
    held = locked(
        rows,
        runs.c.status == RunStatus.EXECUTING,
        runs.c.token == rows.c.token,
        runs.c.runtime.in_(sa.select(runtimes.c.id).where(runtimes.c.kind == Kind.PLANNER)),
        alive,
    )
    taken = connection.execute(
        sa.update(runs)
        .where(runs.c.id == held.c.id)
        .values(token=runs.c.token + 1, runtime=worker, host=host)
        .returning(
            runs.c.id, runs.c.task, runs.c.row_key, runs.c.trigger, runs.c.nominal, runs.c.nominals,
            runs.c.effective, runs.c.attempt, runs.c.version, runs.c.token, runs.c.args,
            runs.c.delay,
        )
    )  # fmt: skip
    return [
        Claimed(
            DueRun(
                row.id, row.task, row.row_key, Trigger(row.trigger),
                nominals_of(row.nominal, row.nominals), from_micros(row.effective), row.attempt - 1,
                to_delay(row.delay),
            ),
            row.version, row.token, row.attempt, row.args,
        )
        for row in taken
    ]  # fmt: skip


def whereabouts(connection: Connection, numbers: Collection[int]) -> dict[int, Whereabouts]:
    """Return where runs are; one that is gone is left out."""
    if not numbers:
        return {}
    rows = batch(connection, [(number,) for number in numbers], id=NUMBER)
    query = sa.select(runs.c.id, runs.c.token, runs.c.status).where(runs.c.id == rows.c.id)
    return {
        row.id: Whereabouts(row.token, row.status == RunStatus.EXECUTING)
        for row in connection.execute(query)
    }
