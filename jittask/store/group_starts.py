"""When runs of groups with a rate have begun, on any runtime (rule R2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.claim_types import Claimed
from jittask.store.instants import from_micros, to_micros
from jittask.store.tables import group_starts


def starts(
    connection: Connection, groups: Collection[str], since: datetime, until: datetime
) -> dict[str, list[datetime]]:
    """Return when runs of some groups have begun after an instant, in order.

    What has begun after ``until`` was begun by a clock that has been set back since.
    """
    found: dict[str, list[datetime]] = {}
    columns = group_starts.c
    query = (
        sa.select(columns.group_name, columns.at)
        .where(
            columns.group_name.in_(groups),
            columns.at.between(to_micros(since) + 1, to_micros(until)),
        )
        .order_by(columns.at)
    )
    for group, at in connection.execute(query):
        found.setdefault(group, []).append(from_micros(at))
    return found


def note(
    connection: Connection, claimed: Sequence[Claimed], now: datetime, since: datetime
) -> None:
    """Note what has begun now of groups with a rate, and forget what began before ``since``."""
    rows = [
        {
            "group_name": each.group,
            "at": to_micros(now),
            "run_id": each.run.id,
            "token": each.token,
        }
        for each in claimed
        if each.group is not None
    ]
    if not rows:
        return
    connection.execute(sa.delete(group_starts).where(group_starts.c.at <= to_micros(since)))
    connection.execute(sa.insert(group_starts), rows)
