"""What runs printed and logged, piece by piece (rule R1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.batch import storable
from jittask.store.instants import from_micros, to_micros
from jittask.store.tables import log_chunks


@dataclass(frozen=True, slots=True)
class LogChunk:
    """A piece of what a run printed or logged."""

    attempt: int
    at: datetime
    stream: str
    """``stdout``, ``stderr`` or ``log``."""
    text: str
    id: int = 0
    """Its place in the log, ascending; 0 before it is written."""


def append_log(connection: Connection, pieces: Sequence[tuple[int, LogChunk]]) -> None:
    """Write what runs printed: (run id, chunk) pairs, in order."""
    if pieces:
        connection.execute(
            sa.insert(log_chunks),
            [
                {
                    "run_id": run,
                    "attempt": chunk.attempt,
                    "at": to_micros(chunk.at),
                    "stream": chunk.stream,
                    "text": storable(chunk.text),
                }
                for run, chunk in pieces
            ],
        )


def log(connection: Connection, number: int, after: int = 0) -> Iterator[LogChunk]:
    """Yield what a run printed and logged after the chunk ``after``, in order."""
    query = (
        sa.select(log_chunks)
        .where(log_chunks.c.run_id == number, log_chunks.c.id > after)
        .order_by(log_chunks.c.id)
    )
    for row in connection.execute(query):
        yield LogChunk(row.attempt, from_micros(row.at), row.stream, row.text, row.id)
