"""The state of each element as a runtime reported it last, for ``status`` (rule H3)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.diagnostics import Diagnostic, Location, Severity
from jittask.store.batch import FETCH_ROWS, TEXT, batch
from jittask.store.dialects.dialect import Lock
from jittask.store.dialects.registry import dialect_of
from jittask.store.instants import from_micros, to_micros
from jittask.store.status_types import ElementRow
from jittask.store.tables import elements

_BROKEN = "broken"
_NONE = "[]"
"""How an element without diagnostics is written."""


def put_elements(
    connection: Connection, changed: Sequence[ElementRow], gone: Sequence[str]
) -> None:
    """Write the elements that changed, and delete those that are gone."""
    dialect_of(connection).exclusive(connection, Lock.ELEMENTS)
    replaced = batch(
        connection, [(name,) for name in (*gone, *(row.name for row in changed))], name=TEXT
    )
    connection.execute(sa.delete(elements).where(elements.c.name.in_(sa.select(replaced.c.name))))
    if changed:
        connection.execute(sa.insert(elements), [_columns(row) for row in changed])


def _columns(row: ElementRow) -> dict[str, object]:
    """Return the columns of an element."""
    diagnostics = (
        json.dumps([asdict(diagnostic) for diagnostic in row.diagnostics])
        if row.diagnostics
        else _NONE
    )
    return {
        "name": row.name,
        "state": row.state,
        "version": row.version,
        "since": to_micros(row.since),
        "diagnostics": diagnostics,
        "broken_since": None if row.broken_since is None else to_micros(row.broken_since),
    }


def known_elements(connection: Connection, *, only_broken: bool = False) -> tuple[ElementRow, ...]:
    """Return what a runtime last reported of the elements, or of the broken ones, by name."""
    query = sa.select(elements).order_by(elements.c.name)
    if only_broken:
        query = query.where(elements.c.state == _BROKEN)
    return tuple(
        _element(row) for chunk in connection.execute(query).partitions(FETCH_ROWS) for row in chunk
    )


def known_element(connection: Connection, name: str) -> ElementRow | None:
    """Return what a runtime last reported of an element."""
    row = connection.execute(sa.select(elements).where(elements.c.name == name)).first()
    return None if row is None else _element(row)


def _element(row: sa.Row[Any]) -> ElementRow:
    found = () if row.diagnostics == _NONE else json.loads(row.diagnostics)
    return ElementRow(
        name=row.name,
        state=row.state,
        version=row.version,
        since=from_micros(row.since),
        diagnostics=tuple(_diagnostic(data) for data in found),
        broken_since=None if row.broken_since is None else from_micros(row.broken_since),
    )


def _diagnostic(data: dict[str, object]) -> Diagnostic:
    location = data.pop("location")
    assert isinstance(location, dict)
    severity = Severity(str(data.pop("severity")))
    return Diagnostic(location=Location(**location), severity=severity, **data)  # type: ignore[arg-type]
