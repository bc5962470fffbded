"""Inserts runs under their unique keys (rule R3)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from jittask.model import RunStatus
from jittask.store.batch import FLAG, NUMBER, TEXT, batch
from jittask.store.dialects.registry import dialect_of
from jittask.store.instants import maybe_delay, to_micros
from jittask.store.occurrence_keys import taken_keys
from jittask.store.plans import NewRun
from jittask.store.tables import keys, runs


def insert(
    connection: Connection, new: Sequence[NewRun], now: datetime
) -> list[tuple[int, NewRun]]:
    """Write the runs whose keys are free; return them with their ids."""
    if not new:
        return []
    taken = taken_keys(connection, [run for run in new if run.keyed])
    fresh: list[NewRun] = []
    for run in new:
        if not run.keyed:
            fresh.append(run)
            continue
        free = tuple(n for n in run.nominals if (run.task, run.row_key, n) not in taken)
        if free:
            taken.update((run.task, run.row_key, n) for n in free)
            fresh.append(run if len(free) == len(run.nominals) else replace(run, nominals=free))
    if not fresh:
        return []
    ids = dialect_of(connection).new_ids(connection, len(fresh))
    created = list(zip(ids, fresh, strict=True))
    rows = batch(connection, [_values(number, run, now) for number, run in created], **_COLUMNS)
    constants = sa.literal(0).label("attempt"), sa.literal(0).label("token")
    connection.execute(
        sa.insert(runs).from_select([*_COLUMNS, "attempt", "token"], sa.select(rows, *constants))
    )
    key_rows = [
        (run.task, run.row_key, to_micros(nominal), number)
        for number, run in created
        if run.keyed
        for nominal in run.nominals
    ]
    if key_rows:
        owned = batch(connection, key_rows, task=TEXT, row_key=TEXT, nominal=NUMBER, run_id=NUMBER)
        connection.execute(sa.insert(keys).from_select(list(owned.c.keys()), sa.select(owned)))
    return created


_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "id": NUMBER, "task": TEXT, "row_key": TEXT, "status": TEXT, "reason": TEXT, "detail": TEXT,
    "trigger": TEXT, "nominal": NUMBER, "nominals": TEXT, "missed_first": NUMBER,
    "missed_last": NUMBER, "missed_count": NUMBER, "effective": NUMBER, "due": NUMBER,
    "finished": NUMBER, "rerun_of": NUMBER, "priority": NUMBER, "late": FLAG, "args": TEXT,
    "delay": NUMBER,
}  # fmt: skip


def _values(number: int, run: NewRun, now: datetime) -> tuple[object, ...]:
    """Return the values of a run in the order of ``_COLUMNS``."""
    effective, delay = to_micros(run.effective), maybe_delay(run.delay)
    missed = run.missed
    first, last, count = (
        (to_micros(missed.first), to_micros(missed.last), missed.count) if missed else (None,) * 3
    )
    several = [to_micros(n) for n in run.nominals] if len(run.nominals) > 1 else None
    return (
        number,
        run.task,
        run.row_key,
        run.status.value,
        run.reason and run.reason.value,
        run.detail,
        run.trigger.value,
        to_micros(run.nominals[0]),
        several and json.dumps(several),
        first,
        last,
        count,
        effective,
        effective + (delay or 0) if run.due is None else to_micros(run.due),
        None if run.status is RunStatus.PENDING else to_micros(now),
        run.rerun_of,
        run.priority,
        run.late,
        run.args,
        delay,
    )
