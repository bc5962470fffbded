"""Pages of runs in order, each merged from a few walks through indexes (rule R1)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.cursors import cursor_of
from jittask.store.instants import from_micros
from jittask.store.record_conditions import bounds
from jittask.store.record_filter import Page, RecordFilter
from jittask.store.record_text import holding
from jittask.store.walks import walks_of

_SEARCHED_AT_ONCE = 1_000
MOST_SEARCHED = 10_000
"""In how many runs one page looks for a text: no index knows what texts hold."""

Place = tuple[int, int]
"""Where a run is in a listing: the instant sorted by, and its id."""


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of a page's runs, in order, and the cursor of the next page."""

    ids: list[int]
    next: str | None
    searched_to: datetime | None = None
    """See ``RecordPage.searched_to``."""


def page_of(
    connection: Connection, record_filter: RecordFilter, now: datetime, page: Page
) -> Found:
    """Return the runs of a page. Raises StoreError for a text that is no cursor."""
    if record_filter.text is not None:
        return _searched(connection, record_filter, record_filter.text, now, page)
    places = _places(connection, record_filter, now, page)
    return _cut(places, page)


def queries(
    connection: Connection, record_filter: RecordFilter, now: datetime, page: Page
) -> Iterator[sa.Select[int, int]]:
    """Yield the query of each walk that a page is merged from."""
    for walk in walks_of(connection, record_filter, now, page.by):
        conditions = tuple(bounds(walk.key, record_filter, page))
        yield walk.query(conditions, descending=page.descending, limit=page.limit + 1)


def _places(
    connection: Connection, record_filter: RecordFilter, now: datetime, page: Page
) -> list[Place]:
    """Return the places of a page's runs, and one more where there are more."""
    found = heapq.merge(
        *(
            ((row.key, row.id) for row in connection.execute(query))
            for query in queries(connection, record_filter, now, page)
        ),
        reverse=page.descending,
    )
    return [place for _, place in zip(range(page.limit + 1), found, strict=False)]


def _cut(places: list[Place], page: Page) -> Found:
    shown = places[: page.limit]
    more = len(places) > page.limit
    return Found([number for _, number in shown], cursor_of(page.by, *shown[-1]) if more else None)


def _searched(
    connection: Connection, record_filter: RecordFilter, text: str, now: datetime, page: Page
) -> Found:
    """Look for a text portion by portion, until the page is full or enough was searched."""
    found: list[Place] = []
    portion = replace(page, limit=_SEARCHED_AT_ONCE)
    for _ in range(MOST_SEARCHED // _SEARCHED_AT_ONCE):
        places = _places(connection, record_filter, now, portion)
        searched = places[: portion.limit]
        have_it = holding(connection, [number for _, number in searched], text)
        found += [place for place in searched if place[1] in have_it]
        if len(found) > page.limit or len(places) <= portion.limit:
            return _cut(found, page)
        portion = replace(portion, after=cursor_of(page.by, *searched[-1]))
    ids = [number for _, number in found]
    return Found(ids, portion.after, from_micros(searched[-1][0]))
