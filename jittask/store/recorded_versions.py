"""Which versions records still name, so that their code is kept for as long (rule H4)."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.batch import TEXT, batch
from jittask.store.tables import ENDED, HAS_VERSION, OPEN, VERSION_HEAD, runs


def recorded_versions(connection: Connection, versions: Collection[str]) -> frozenset[str]:
    """Return those of the versions that a run ran last; one look into an index for each."""
    if not versions:
        return frozenset()
    rows = [(version[:6], version) for version in versions]
    asked = batch(connection, rows, head=TEXT, digest=TEXT)
    ended = sa.exists().where(
        sa.text(ENDED),
        sa.text(HAS_VERSION),
        sa.literal_column(VERSION_HEAD) == asked.c.head,
        runs.c.version == asked.c.digest,
    )
    is_open = sa.exists().where(sa.text(OPEN), runs.c.version == asked.c.digest)
    found = sa.select(asked.c.digest).where(sa.or_(ended, is_open))
    return frozenset(connection.execute(found).scalars())
