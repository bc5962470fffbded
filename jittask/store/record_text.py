"""Which runs have a text: in their errors, their reasons in words, their logs (rule C16)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.batch import NUMBER, batch
from jittask.store.tables import attempts, log_chunks, runs


def holding(connection: Connection, numbers: Sequence[int], text: str) -> frozenset[int]:
    """Return those of the runs that have the text, in large or small letters."""
    if not numbers:
        return frozenset()
    asked = batch(connection, [(number,) for number in numbers], id=NUMBER)
    query = sa.select(runs.c.id).join(asked, asked.c.id == runs.c.id).where(has_text(text))
    return frozenset(connection.execute(query).scalars())


def has_text(text: str) -> sa.ColumnElement[bool]:
    """Return the condition of a run that has the text."""
    return sa.or_(
        _contains(runs.c.error, text),
        _contains(runs.c.detail, text),
        sa.exists().where(attempts.c.run_id == runs.c.id, _contains(attempts.c.error, text)),
        sa.exists().where(log_chunks.c.run_id == runs.c.id, _contains(log_chunks.c.text, text)),
    )


def _contains(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    return column.icontains(text, autoescape=True)
