"""Cursors: where the next page of a listing of runs begins (rule V5)."""

from __future__ import annotations

from jittask.store.errors import BadCursor
from jittask.store.record_filter import By


def cursor_of(by: By, key: int, number: int) -> str:
    """Return the cursor of the page after a run: the instant sorted by, and the id."""
    return f"{by}:{key}:{number}"


def parse_cursor(cursor: str, by: By) -> tuple[int, int]:
    """Return the instant and the id of a cursor. Raises BadCursor for a text that is none."""
    sorted_by, _, rest = cursor.partition(":")
    key, _, number = rest.partition(":")
    try:
        place = int(key), int(number)
    except ValueError:
        place = None
    if place is None or sorted_by not in list(By):
        raise BadCursor(
            f"{cursor!r} is no cursor", hint="take the cursor that the page before gave"
        )
    if sorted_by != by:
        raise BadCursor(
            f"this cursor is of a listing by {sorted_by}, not by {by}",
            hint=f"add --by {sorted_by}",
        )
    return place
