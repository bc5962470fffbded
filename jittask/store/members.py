"""The runtimes that share a store: their beats, and the lease on planning (rules R4, R8).

A beat is a counter that its runtime raises. Other runtimes look at whether it
has moved, and by their own elapsed time, so that no clock that steps takes a
lease away. A runtime is declared dead by the counter that was seen, so that
one whose counter moves in the meantime stays alive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.errors import LeadershipLost
from jittask.store.instants import to_micros
from jittask.store.runtimes import PLANNING
from jittask.store.tables import leases, runtimes


@dataclass(frozen=True, slots=True)
class Member:
    """A runtime or a worker that has not ended, as far as the store knows."""

    id: str
    beat: int
    lease: float | None = None
    """The lease that a worker itself keeps, in seconds."""


@dataclass(frozen=True, slots=True)
class Members:
    """Who shares the store, and who plans."""

    members: tuple[Member, ...]
    leader: str | None
    term: int
    """Raised with each change of the leader; it fences the leader's writes."""


def beat(connection: Connection, identity: str, now: datetime) -> bool:
    """Raise a runtime's beat; False where another runtime has declared it dead."""
    done = connection.execute(
        sa.update(runtimes)
        .where(runtimes.c.id == identity, runtimes.c.stopped.is_(None))
        .values(beat=runtimes.c.beat + 1, beat_at=to_micros(now))
    )
    return bool(done.rowcount)


def members(connection: Connection) -> Members:
    """Return who shares the store, and who plans."""
    query = sa.select(runtimes.c.id, runtimes.c.beat, runtimes.c.lease).where(
        runtimes.c.stopped.is_(None)
    )
    alive = tuple(
        Member(row.id, row.beat, None if row.lease is None else row.lease / 1e6)
        for row in connection.execute(query)
    )
    lease = connection.execute(sa.select(leases).where(leases.c.name == PLANNING)).one()
    return Members(alive, lease.holder, lease.term)


def lead(connection: Connection, identity: str, seen: int) -> int | None:
    """Take the lease on planning if its term is still the one seen; return the new term."""
    done = connection.execute(
        sa.update(leases)
        .where(leases.c.name == PLANNING, leases.c.term == seen)
        .values(holder=identity, term=seen + 1)
    )
    return seen + 1 if done.rowcount else None


def declare_dead(connection: Connection, member: Member, now: datetime) -> bool:
    """Declare a runtime dead, unless its counter has moved; return whether it is."""
    done = connection.execute(
        sa.update(runtimes)
        .where(
            runtimes.c.id == member.id,
            runtimes.c.beat == member.beat,
            runtimes.c.stopped.is_(None),
        )
        .values(stopped=to_micros(now))
    )
    return bool(done.rowcount)


def check_term(connection: Connection, term: int) -> None:
    """Keep the lease on planning until the end of the transaction.

    Raises LeadershipLost where another term has begun.
    """
    query = sa.select(leases.c.term).where(leases.c.name == PLANNING).with_for_update(read=True)
    if connection.execute(query).scalar() != term:
        raise LeadershipLost
