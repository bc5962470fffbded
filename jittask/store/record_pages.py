"""Pages of runs in order, each merged from a few walks through indexes (rule R1)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.cursors import cursor_of
from jittask.store.record_conditions import bounds
from jittask.store.record_filter import Page, RecordFilter
from jittask.store.walks import walks_of


def page_of(
    connection: Connection, record_filter: RecordFilter, now: datetime, page: Page
) -> tuple[list[int], str | None]:
    """Return the ids of a page, in order, and the cursor of the next page.

    Raises StoreError for a text that is no cursor.
    """
    found = heapq.merge(
        *(
            ((row.key, row.id) for row in connection.execute(query))
            for query in queries(connection, record_filter, now, page)
        ),
        reverse=page.descending,
    )
    rows = [row for _, row in zip(range(page.limit + 1), found, strict=False)]
    shown = rows[: page.limit]
    cursor = cursor_of(page.by, *shown[-1]) if len(rows) > page.limit else None
    return [number for _, number in shown], cursor


def queries(
    connection: Connection, record_filter: RecordFilter, now: datetime, page: Page
) -> Iterator[sa.Select[int, int]]:
    """Yield the query of each walk that a page is merged from."""
    for walk in walks_of(connection, record_filter, now, page.by):
        conditions = tuple(bounds(walk.key, record_filter, page))
        yield walk.query(conditions, descending=page.descending, limit=page.limit + 1)
