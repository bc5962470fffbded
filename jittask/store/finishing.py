"""Writes how attempts ended, each under the token of its claim (rule R4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus
from jittask.storable import storable
from jittask.store.batch import NUMBER, TEXT, batch, locked
from jittask.store.claim_types import Ending
from jittask.store.expected_start import expected_start
from jittask.store.instants import maybe_micros, to_micros
from jittask.store.new_runs import insert
from jittask.store.occurrence_keys import give_back_keys
from jittask.store.plans import LATE_AFTER
from jittask.store.tables import attempts, runs
from jittask.store.transitions import transition


def finish(connection: Connection, endings: Sequence[Ending], now: datetime) -> list[Ending]:
    """Write outcomes; return those whose token was still the newest.

    An outcome that is recorded already counts too: its writer missed the reply.
    Any process may write an outcome: what it needs is the token, not the claim's runtime.
    """
    by_kind: dict[tuple[RunStatus, bool], list[Ending]] = {}
    for end in endings:
        by_kind.setdefault((end.status, end.takes_back), []).append(end)
    numbers: set[int] = set()
    for (status, takes_back), group in by_kind.items():
        numbers |= _end(connection, status, group, now, takes_back=takes_back)
    written = [end for end in endings if end.run in numbers]
    insert(connection, [end.follow_up for end in written if end.follow_up is not None], now)
    give_back_keys(connection, [end.run for end in written if end.frees_keys])
    if len(written) == len(endings):
        return written
    return written + _recorded_already(
        connection, [end for end in endings if end.run not in numbers]
    )


def _end(
    connection: Connection,
    status: RunStatus,
    endings: Sequence[Ending],
    now: datetime,
    *,
    takes_back: bool,
) -> set[int]:
    """Write outcomes of one kind; return the runs whose token was the newest."""
    rows = batch(
        connection,
        [
            (end.run, end.token, end.reason, _text(end.detail), _text(end.result),
             _text(end.error), end.peak_kb, maybe_micros(end.retry_at),
             to_micros(min(now, end.ended or now)))
            for end in endings
        ],
        id=NUMBER, token=NUMBER, reason=TEXT, detail=TEXT, result=TEXT, error=TEXT,
        peak_kb=NUMBER, retry_at=NUMBER, ended=NUMBER,
    )  # fmt: skip
    current = locked(rows, runs.c.status == RunStatus.EXECUTING, runs.c.token == rows.c.token)
    ending = (
        transition(RunStatus.EXECUTING, status)
        .where(runs.c.id == current.c.id)
        .values({name: current.c[name] for name in ("reason", "detail", "result", "error")})
    )
    if status is RunStatus.PENDING:
        if takes_back:
            ending = ending.values(_without_attempt(current.c.retry_at))
        else:
            _keep_attempts(connection, current)
        later = sa.case((current.c.retry_at > runs.c.due, current.c.retry_at), else_=runs.c.due)
        ending = ending.values(began=None, due=later)  # a clock may have gone back
    else:
        ending = ending.values(finished=current.c.ended, peak_kb=current.c.peak_kb)
    return set(connection.execute(ending.returning(runs.c.id)).scalars())


def _without_attempt(retry_at: sa.ColumnElement[int]) -> dict[str, object]:
    """Return the columns of a run whose claim is taken back: as if it had not been."""
    is_first = runs.c.attempt == 1
    of_claim = ("started", "runtime", "host", "version")
    late_from = expected_start() + LATE_AFTER // timedelta(microseconds=1)
    return {
        "attempt": runs.c.attempt - 1,
        "late": sa.or_(runs.c.late, retry_at > late_from),
        **{name: sa.case((is_first, sa.null()), else_=runs.c[name]) for name in of_claim},
    }


def _keep_attempts(connection: Connection, current: sa.FromClause) -> None:
    """Move the attempts that ended out of their runs' rows: another one will follow there."""
    attempt = (runs.c.id, runs.c.attempt, runs.c.runtime, runs.c.host, runs.c.version, runs.c.began)
    outcome = sa.func.coalesce(current.c.reason, sa.literal(RunStatus.PENDING.value))
    ended = sa.select(*attempt, current.c.ended, outcome, current.c.error, current.c.peak_kb)
    columns = (
        "run_id", "number", "runtime", "host", "version", "started",
        "finished", "outcome", "error", "peak_kb",
    )  # fmt: skip
    connection.execute(
        sa.insert(attempts).from_select(columns, ended.join(current, runs.c.id == current.c.id))
    )


def _recorded_already(connection: Connection, endings: Sequence[Ending]) -> list[Ending]:
    """Return the outcomes that the records have already."""
    rows = batch(connection, [(end.run,) for end in endings], id=NUMBER)
    query = sa.select(runs.c.id, runs.c.token, runs.c.status, runs.c.attempt).where(
        runs.c.id == rows.c.id
    )
    found = {(row.id, row.token, row.status, row.attempt) for row in connection.execute(query)}
    return [
        end
        for end in endings
        if (end.run, end.token, end.status, end.attempt - end.takes_back) in found
    ]


def _text(value: str | None) -> str | None:
    return None if value is None else storable(value)
