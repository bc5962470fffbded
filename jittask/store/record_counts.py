"""How many runs a filter lets through, up to a cap, through the indexes of listings (rule C16)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.record_conditions import bounds
from jittask.store.record_filter import By, Page, RecordFilter, RunCount
from jittask.store.record_text import has_text
from jittask.store.tables import runs
from jittask.store.walks import number_of, walks_of

MOST_COUNTED = 10_000
MOST_SEARCHED = 2_000
"""In how many of the newest runs a count looks for a text."""


def count_of(
    connection: Connection, record_filter: RecordFilter, now: datetime, by: By
) -> RunCount:
    """Count the runs of a filter, one statement for each walk that finds them."""
    if record_filter.text is not None:
        return _searched(connection, record_filter, record_filter.text, now, by)
    left = MOST_COUNTED + 1
    for walk in walks_of(connection, record_filter, now, by):
        conditions = (*walk.where, *bounds(walk.key, record_filter, Page(by=by)))
        left -= number_of(connection, conditions, left)
        if not left:
            return RunCount(MOST_COUNTED, capped=True)
    return RunCount(MOST_COUNTED + 1 - left, capped=False)


def _searched(
    connection: Connection, record_filter: RecordFilter, text: str, now: datetime, by: By
) -> RunCount:
    """Count among the newest runs of each walk: no index knows what texts hold."""
    found, capped = 0, False
    for walk in walks_of(connection, record_filter, now, by):
        conditions = tuple(bounds(walk.key, record_filter, Page(by=by)))
        newest = walk.query(conditions, descending=True, limit=MOST_SEARCHED).subquery("newest")
        query = sa.select(
            sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((has_text(text), 1), else_=0)), 0)
        ).select_from(newest.join(runs, runs.c.id == newest.c.id))
        searched, having = connection.execute(query).one()
        found += having
        capped = capped or searched == MOST_SEARCHED
    return RunCount(min(found, MOST_COUNTED), capped or found > MOST_COUNTED)
