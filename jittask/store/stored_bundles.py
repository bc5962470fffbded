"""The files of versions, packed, for workers that have no tree (rules H4, R10)."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from jittask.store.batch import TEXT, batch
from jittask.store.instants import to_micros
from jittask.store.tables import EXECUTING, bundles, elements, runs, watermarks


def missing(connection: Connection, versions: Collection[str]) -> frozenset[str]:
    """Return those of the versions that the store does not have."""
    if not versions:
        return frozenset()
    rows = batch(connection, [(version,) for version in versions], version=TEXT)
    query = sa.select(bundles.c.version).where(bundles.c.version == rows.c.version)
    return frozenset(versions) - frozenset(connection.execute(query).scalars())


def put(connection: Connection, version: str, content: bytes, now: datetime) -> None:
    """Keep a version; one that is there stays as it is."""
    values = {"version": version, "content": content, "added": to_micros(now)}
    with suppress(IntegrityError), connection.begin_nested():  # another may keep it just now
        connection.execute(sa.insert(bundles).values(values))


def get(connection: Connection, version: str) -> bytes | None:
    """Return a version; None where it is not there."""
    query = sa.select(bundles.c.content).where(bundles.c.version == version)
    content: bytes | None = connection.execute(query).scalar()
    return content


def prune(connection: Connection, before: datetime) -> int:
    """Delete what was added before that and runs no more; return how many."""
    in_use = [
        sa.select(elements.c.version).where(elements.c.version.is_not(None)),
        sa.select(watermarks.c.version),
        sa.select(runs.c.version).where(sa.text(EXECUTING), runs.c.version.is_not(None)),
    ]
    old = sa.delete(bundles).where(bundles.c.added < to_micros(before))
    return connection.execute(
        old.where(*(bundles.c.version.not_in(used) for used in in_use))
    ).rowcount
