"""How often the rows of each model have been changed through the model API (rule D10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.batch import NUMBER, TEXT, batch
from jittask.store.dialects.dialect import Lock
from jittask.store.dialects.registry import dialect_of
from jittask.store.instants import to_micros
from jittask.store.tables import model_changes


def note(connection: Connection, models: Sequence[str], now: datetime) -> None:
    """Count a change of each of these models."""
    dialect_of(connection).exclusive(connection, Lock.CLAIM)  # another may add the same model
    rows = batch(connection, [(model,) for model in models], model=TEXT)
    updated = connection.execute(
        sa.update(model_changes)
        .where(model_changes.c.model == rows.c.model)
        .values(count=model_changes.c.count + 1, at=to_micros(now))
        .returning(model_changes.c.model)
    )
    known = set(updated.scalars())
    if new := [(model, 1, to_micros(now)) for model in models if model not in known]:
        rows = batch(connection, new, model=TEXT, count=NUMBER, at=NUMBER)
        connection.execute(
            sa.insert(model_changes).from_select(["model", "count", "at"], sa.select(rows))
        )


def counts(connection: Connection) -> dict[str, int]:
    """Return how often each model has changed."""
    query = sa.select(model_changes.c.model, model_changes.c.count)
    return {row[0]: row[1] for row in connection.execute(query)}
