"""When a run was to begin: what its lateness is measured from (rules R1, R2).

That is its effective instant, and the delay that ``policy.jitterSeconds`` gave it.
``due`` is not it: a further attempt, and a claim that is taken back, move that.
"""

from __future__ import annotations

import sqlalchemy as sa

from jittask.store.tables import runs


def expected_start() -> sa.ColumnElement[int]:
    """Return the expected start of a run, in microseconds."""
    return runs.c.effective + sa.func.coalesce(runs.c.delay, 0)


def is_expected_by(until: int) -> sa.ColumnElement[bool]:
    """Return the condition of a run that was to begin at ``until`` or before.

    The effective instant is compared too, so that an index serves the query: no delay is negative.
    """
    return sa.and_(runs.c.effective <= until, expected_start() <= until)
