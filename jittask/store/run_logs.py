"""What runs printed and logged, piece by piece (rules R1, R4, U5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus
from jittask.run_log import LogPiece
from jittask.storable import storable
from jittask.store.batch import NUMBER, batch, locked
from jittask.store.instants import from_micros, to_micros
from jittask.store.tables import log_chunks, runs


@dataclass(frozen=True, slots=True)
class AttemptPiece:
    """A piece of what an attempt printed or logged, to be written under its token."""

    run: int
    token: int
    attempt: int
    piece: LogPiece


@dataclass(frozen=True, slots=True)
class LogChunk:
    """A piece of what a run printed or logged, as it is stored."""

    attempt: int
    at: datetime
    stream: str
    """``stdout``, ``stderr``, ``log`` or ``note``."""
    text: str
    """Whole lines; in old records, it may be cut anywhere."""
    id: int
    """Its place in the log, ascending."""
    level: str | None = None
    """None in old records: what was logged begins with its level there."""


def append_log(connection: Connection, pieces: Sequence[AttemptPiece]) -> None:
    """Write what attempts printed, in order; of those whose token is the newest."""
    if not pieces:
        return
    current = _executing(connection, {(written.run, written.token) for written in pieces})
    rows = [
        {
            "run_id": written.run,
            "attempt": written.attempt,
            "at": to_micros(written.piece.at),
            "stream": written.piece.stream,
            "level": written.piece.level,
            "text": storable(written.piece.text),
        }
        for written in pieces
        if (written.run, written.token) in current
    ]
    if rows:
        connection.execute(sa.insert(log_chunks), rows)


def _executing(connection: Connection, claims: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return which of these runs execute under these tokens; they do so until the commit."""
    rows = batch(connection, sorted(claims), id=NUMBER, token=NUMBER)
    current = locked(rows, runs.c.status == RunStatus.EXECUTING, runs.c.token == rows.c.token)
    found = connection.execute(sa.select(current.c.id, current.c.token))
    return {(run, token) for run, token in found}


def log(connection: Connection, number: int, after: int = 0) -> Iterator[LogChunk]:
    """Yield what a run printed and logged after the chunk ``after``, in order."""
    query = (
        sa.select(log_chunks)
        .where(log_chunks.c.run_id == number, log_chunks.c.id > after)
        .order_by(log_chunks.c.id)
    )
    for row in connection.execute(query):
        yield LogChunk(row.attempt, from_micros(row.at), row.stream, row.text, row.id, row.level)
