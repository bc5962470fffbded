"""What runtimes say of themselves and of the elements they run, for ``status`` (rule H3)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.diagnostics import Diagnostic, Location, Severity
from jittask.model import RunStatus
from jittask.store.batch import AT_ONCE, TEXT, batch
from jittask.store.engine import Lock, alone
from jittask.store.instants import from_micros, maybe_instant, maybe_micros, to_micros
from jittask.store.query_types import ElementRow, RuntimeRow
from jittask.store.tables import ENDED, elements, log_chunks, runs, runtimes

_RUNTIMES_KEPT = 20
_NONE = "[]"
"""How the diagnostics of an element without any are written."""
_ENDED = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED)


def announce(connection: Connection, identity: str, host: str, pid: int, now: datetime) -> None:
    """Enter a runtime that begins; the oldest entries make room."""
    connection.execute(
        sa.insert(runtimes).values(id=identity, host=host, pid=pid, started=to_micros(now))
    )
    newest = (
        sa.select(runtimes.c.id).order_by(runtimes.c.started.desc()).limit(_RUNTIMES_KEPT)
    ).scalar_subquery()
    connection.execute(
        sa.delete(runtimes).where(runtimes.c.id.not_in(newest), runtimes.c.stopped.is_not(None))
    )


def retire_others(connection: Connection, identity: str, now: datetime) -> None:
    """Enter the end of every runtime but one."""
    connection.execute(
        sa.update(runtimes)
        .where(runtimes.c.id != identity, runtimes.c.stopped.is_(None))
        .values(stopped=to_micros(now))
    )


def note(
    connection: Connection,
    identity: str,
    *,
    stopped: datetime | None = None,
    reloaded: tuple[datetime, bool] | None = None,
    scanned: datetime | None = None,
) -> None:
    """Enter what a runtime has done."""
    values: dict[str, object] = {}
    if stopped is not None:
        values["stopped"] = maybe_micros(stopped)
    if reloaded is not None:
        values["last_reload"], values["last_reload_ok"] = to_micros(reloaded[0]), reloaded[1]
    if scanned is not None:
        values["last_scan"] = to_micros(scanned)
    if values:
        connection.execute(sa.update(runtimes).where(runtimes.c.id == identity).values(values))


def latest_runtimes(connection: Connection, *, alive: bool) -> tuple[RuntimeRow, ...]:
    """Return the newest runtime; ``alive`` is what the lock says of it."""
    query = sa.select(runtimes).order_by(runtimes.c.started.desc()).limit(1)
    return tuple(
        _runtime(row, alive=alive and row.stopped is None) for row in connection.execute(query)
    )


def sharing_runtimes(connection: Connection, since: datetime) -> tuple[RuntimeRow, ...]:
    """Return the runtimes that have not ended, alive where they have beaten ``since``."""
    query = sa.select(runtimes).where(runtimes.c.stopped.is_(None)).order_by(runtimes.c.started)
    return tuple(
        _runtime(row, alive=row.beat_at is not None and row.beat_at > to_micros(since))
        for row in connection.execute(query)
    )


def _runtime(row: sa.Row[Any], *, alive: bool) -> RuntimeRow:
    return RuntimeRow(
        id=row.id,
        host=row.host,
        pid=row.pid,
        started=from_micros(row.started),
        alive=alive,
        last_reload=maybe_instant(row.last_reload),
        last_reload_ok=row.last_reload_ok,
        last_scan=maybe_instant(row.last_scan),
    )


def put_elements(
    connection: Connection, changed: Sequence[ElementRow], gone: Sequence[str]
) -> None:
    """Write what is new of some elements, and forget those that are gone."""
    alone(connection, Lock.ELEMENTS)
    old = batch(
        connection, [(name,) for name in (*gone, *(row.name for row in changed))], name=TEXT
    )
    connection.execute(sa.delete(elements).where(elements.c.name.in_(sa.select(old.c.name))))
    if changed:
        connection.execute(sa.insert(elements), [_written(row) for row in changed])


def _written(row: ElementRow) -> dict[str, object]:
    """Return the columns of an element."""
    diagnostics = json.dumps([asdict(one) for one in row.diagnostics]) if row.diagnostics else _NONE
    return {
        "name": row.name,
        "state": row.state,
        "version": row.version,
        "since": to_micros(row.since),
        "diagnostics": diagnostics,
    }


def known_elements(connection: Connection) -> tuple[ElementRow, ...]:
    """Return what a runtime last said of the elements, by name."""
    return tuple(
        ElementRow(
            name=row.name,
            state=row.state,
            version=row.version,
            since=from_micros(row.since),
            diagnostics=()
            if row.diagnostics == _NONE
            else tuple(_diagnostic(one) for one in json.loads(row.diagnostics)),
        )
        for part in connection.execute(sa.select(elements).order_by(elements.c.name)).partitions(
            AT_ONCE
        )
        for row in part
    )


def prune(connection: Connection, now: datetime, days: int, limit: int) -> int:
    """Delete at most ``limit`` finished runs older than the retention; return how many.

    Their keys go with them: what keeps an old occurrence from coming back is
    the task's mark, not its record (R3).
    """
    before = to_micros(now - timedelta(days=days))
    numbers: list[int] = []
    for state in _ENDED:
        old = sa.select(runs.c.id).where(
            sa.text(ENDED), runs.c.state == state, runs.c.finished < before
        )
        if state is not RunStatus.CANCELLED:  # nothing else ends before it was due (I4)
            old = old.where(runs.c.effective < before)
        numbers += connection.execute(old.limit(limit - len(numbers))).scalars()
    if numbers:
        connection.execute(sa.delete(log_chunks).where(log_chunks.c.run_id.in_(numbers)))
        connection.execute(sa.delete(runs).where(runs.c.id.in_(numbers)))
    return len(numbers)


def _diagnostic(data: dict[str, object]) -> Diagnostic:
    location = data.pop("location")
    assert isinstance(location, dict)
    severity = Severity(str(data.pop("severity")))
    return Diagnostic(location=Location(**location), severity=severity, **data)  # type: ignore[arg-type]
