"""The one way in which a run changes its status: a checked, conditional update (rule R1)."""

from __future__ import annotations

import sqlalchemy as sa

from jittask.model import TRANSITIONS, RunStatus
from jittask.store.tables import runs


def transition(before: RunStatus, after: RunStatus) -> sa.Update:
    """Return an UPDATE of runs from one status to another, to be narrowed by the caller.

    Raises ValueError for a step that ``TRANSITIONS`` does not have.
    """
    if after not in TRANSITIONS[before]:
        raise ValueError(f"a run cannot go from {before} to {after}")
    return sa.update(runs).where(runs.c.status == before).values(status=after)
