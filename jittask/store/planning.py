"""What the planner writes: new runs under their unique keys, and the tasks' marks (rule R3).

A key (task, row, nominal) belongs to one run for ever, but for a run that was
cancelled before its body began: that one gives its keys back, so that the
occurrence may be planned anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import MissedRange, Reason, RunState, Trigger
from jittask.store.instants import from_micros, maybe_instant, maybe_micros, to_micros
from jittask.store.moves import moving
from jittask.store.tables import OF_ROW, OPEN, keys, marks, runs

_CHUNK = 200  # key tuples in one SELECT, far below every database's limit


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be written. ``state`` is pending, or skipped with its reason."""

    task: str
    row_key: str
    trigger: Trigger
    nominals: tuple[datetime, ...]
    effective: datetime
    missed: MissedRange | None = None
    priority: int = 0
    late: bool = False
    state: RunState = RunState.PENDING
    reason: Reason | None = None
    detail: str | None = None
    rerun_of: int | None = None

    @property
    def keyed(self) -> bool:
        """Whether its nominals are its own for ever: manual runs and reruns repeat freely."""
        return self.trigger in (Trigger.SCHEDULE, Trigger.BACKFILL)


@dataclass(frozen=True, slots=True)
class TaskMark:
    """How far a task has been planned, and since when it counts (D7)."""

    task: str
    activated: datetime
    timing_digest: str
    version: str
    planned_until: datetime
    enabled: bool
    vanished: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingRun:
    """A scheduled run that nothing has claimed yet."""

    id: int
    task: str
    row_key: str
    nominals: tuple[datetime, ...]
    effective: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """A pending run to be ended without being run."""

    run: int
    state: RunState
    reason: Reason
    detail: str


def plan(
    connection: Connection,
    *,
    now: datetime,
    create: Sequence[NewRun] = (),
    close: Sequence[Closing] = (),
    mark: Sequence[TaskMark] = (),
) -> list[tuple[int, NewRun]]:
    """Write one plan whole; return the runs that are new, with their ids.

    A nominal that has its run already is left out of a new one; a new run
    left without any is not written.
    """
    if close:
        _close(connection, close, now)
    made = insert(connection, create, now)
    if mark:
        _put_marks(connection, mark)
    return made


def insert(
    connection: Connection, new: Sequence[NewRun], now: datetime
) -> list[tuple[int, NewRun]]:
    """Write the runs whose keys are free; return them with their ids."""
    taken = _taken(connection, (run for run in new if run.keyed))
    fresh: list[NewRun] = []
    for run in new:
        if not run.keyed:
            fresh.append(run)
            continue
        free = tuple(n for n in run.nominals if (run.task, run.row_key, to_micros(n)) not in taken)
        if free:
            taken.update((run.task, run.row_key, to_micros(n)) for n in free)
            fresh.append(replace(run, nominals=free))
    if not fresh:
        return []
    ids = connection.execute(
        sa.insert(runs).returning(runs.c.id, sort_by_parameter_order=True),
        [_columns(run, now) for run in fresh],
    ).scalars()
    made = list(zip(ids, fresh, strict=True))
    held = [
        {"task": run.task, "row_key": run.row_key, "nominal": to_micros(nominal), "run_id": number}
        for number, run in made
        if run.keyed
        for nominal in run.nominals
    ]
    if held:
        connection.execute(sa.insert(keys), held)
    return made


def pending(connection: Connection, tasks: Sequence[str]) -> dict[str, list[PendingRun]]:
    """Return, by task, the scheduled runs that no attempt has begun, soonest first."""
    found: dict[str, list[PendingRun]] = {}
    for at in range(0, len(tasks), _CHUNK):
        query = (
            sa.select(
                runs.c.id, runs.c.task, runs.c.row_key, runs.c.nominal, runs.c.nominals,
                runs.c.effective,
            )
            .where(
                sa.text(OPEN),
                runs.c.task.in_(tasks[at : at + _CHUNK]),
                runs.c.state == RunState.PENDING,
                runs.c.trigger == Trigger.SCHEDULE,
                runs.c.attempt == 0,
            )
            .order_by(runs.c.effective, runs.c.id)
        )  # fmt: skip
        for row in connection.execute(query):
            one = PendingRun(
                id=row.id,
                task=row.task,
                row_key=row.row_key,
                nominals=nominals_of(row),
                effective=from_micros(row.effective),
            )
            found.setdefault(row.task, []).append(one)
    return found


def all_marks(connection: Connection) -> dict[str, TaskMark]:
    """Return every task's mark, by task."""
    return {
        row.task: TaskMark(
            task=row.task,
            activated=from_micros(row.activated),
            timing_digest=row.timing_digest,
            version=row.version,
            planned_until=from_micros(row.planned_until),
            enabled=row.enabled,
            vanished=maybe_instant(row.vanished),
        )
        for row in connection.execute(sa.select(marks))
    }


def recorded(
    connection: Connection, task: str, row_keys: Sequence[str], since: datetime
) -> set[tuple[str, datetime]]:
    """Return the (row, nominal) pairs from ``since`` on that stand in a record of the task."""
    found: set[tuple[str, datetime]] = set()
    for at in range(0, len(row_keys), _CHUNK):
        some = row_keys[at : at + _CHUNK]
        query = sa.select(keys.c.row_key, keys.c.nominal).where(
            keys.c.task == task, keys.c.row_key.in_(some), keys.c.nominal >= to_micros(since)
        )
        found.update((row.row_key, from_micros(row.nominal)) for row in connection.execute(query))
    return found


def missed_ranges(
    connection: Connection, task: str, row_keys: Sequence[str], since: datetime
) -> dict[str, list[MissedRange]]:
    """Return, by row, the counted ranges that reach to ``since`` or later (D8)."""
    found: dict[str, list[MissedRange]] = {}
    for at in range(0, len(row_keys), _CHUNK):
        some = row_keys[at : at + _CHUNK]
        query = sa.select(
            runs.c.row_key, runs.c.missed_first, runs.c.missed_last, runs.c.missed_count
        ).where(
            sa.text(OF_ROW),
            runs.c.task == task,
            runs.c.row_key.in_(some),
            runs.c.missed_last >= to_micros(since),
        )
        for row in connection.execute(query):
            found.setdefault(row.row_key, []).append(
                MissedRange(
                    from_micros(row.missed_first), from_micros(row.missed_last), row.missed_count
                )
            )
    return found


def nominals_of(row: Any) -> tuple[datetime, ...]:
    """Return a run row's nominals, merged ones too."""
    if row.nominals is None:
        return (from_micros(row.nominal),)
    return tuple(from_micros(value) for value in json.loads(row.nominals))


def _taken(connection: Connection, new: Iterable[NewRun]) -> set[tuple[str, str, int]]:
    wanted = [(run.task, run.row_key, to_micros(n)) for run in new for n in run.nominals]
    found: set[tuple[str, str, int]] = set()
    columns = sa.tuple_(keys.c.task, keys.c.row_key, keys.c.nominal)
    for at in range(0, len(wanted), _CHUNK):
        query = sa.select(keys.c.task, keys.c.row_key, keys.c.nominal).where(
            columns.in_(wanted[at : at + _CHUNK])
        )
        found.update((row.task, row.row_key, row.nominal) for row in connection.execute(query))
    return found


def _columns(run: NewRun, now: datetime) -> dict[str, object]:
    merged = len(run.nominals) > 1
    missed = run.missed
    return {
        "task": run.task,
        "row_key": run.row_key,
        "state": run.state,
        "reason": run.reason,
        "detail": run.detail,
        "trigger": run.trigger,
        "nominal": to_micros(run.nominals[0]),
        "nominals": json.dumps([to_micros(n) for n in run.nominals]) if merged else None,
        "missed_first": maybe_micros(missed.first if missed else None),
        "missed_last": maybe_micros(missed.last if missed else None),
        "missed_count": missed.count if missed else None,
        "effective": to_micros(run.effective),
        "due": to_micros(run.effective),
        "finished": None if run.state is RunState.PENDING else to_micros(now),
        "attempt": 0,
        "token": 0,
        "rerun_of": run.rerun_of,
        "priority": run.priority,
        "late": run.late,
    }


def _close(connection: Connection, closings: Sequence[Closing], now: datetime) -> None:
    """End pending runs; those that are cancelled give their keys back."""
    by_state: dict[RunState, list[Closing]] = {}
    for one in closings:
        by_state.setdefault(one.state, []).append(one)
    for state, some in by_state.items():
        connection.execute(
            moving(RunState.PENDING, state)
            .where(runs.c.id == sa.bindparam("_id"), runs.c.attempt == 0)
            .values(
                reason=sa.bindparam("_reason"),
                detail=sa.bindparam("_detail"),
                finished=to_micros(now),
            ),
            [{"_id": one.run, "_reason": one.reason, "_detail": one.detail} for one in some],
        )
    numbers = [one.run for one in by_state.get(RunState.CANCELLED, ())]
    for at in range(0, len(numbers), _CHUNK):
        ended = sa.select(runs.c.id).where(
            runs.c.id.in_(numbers[at : at + _CHUNK]), runs.c.state == RunState.CANCELLED
        )
        connection.execute(sa.delete(keys).where(keys.c.run_id.in_(ended)))


def _put_marks(connection: Connection, wanted: Sequence[TaskMark]) -> None:
    rows = [
        {
            "_task": mark.task,
            "_activated": to_micros(mark.activated),
            "_timing_digest": mark.timing_digest,
            "_version": mark.version,
            "_planned_until": to_micros(mark.planned_until),
            "_enabled": mark.enabled,
            "_vanished": maybe_micros(mark.vanished),
        }
        for mark in wanted
    ]
    known: set[str] = set()
    for at in range(0, len(wanted), _CHUNK):
        some = [mark.task for mark in wanted[at : at + _CHUNK]]
        known.update(
            connection.execute(sa.select(marks.c.task).where(marks.c.task.in_(some))).scalars()
        )
    values: dict[str, Any] = {name: sa.bindparam(f"_{name}") for name in _MARKED}
    if standing := [row for row in rows if row["_task"] in known]:
        connection.execute(
            sa.update(marks).where(marks.c.task == sa.bindparam("_task")).values(values), standing
        )
    if new := [row for row in rows if row["_task"] not in known]:
        connection.execute(sa.insert(marks).values(task=sa.bindparam("_task"), **values), new)


_MARKED = ("activated", "timing_digest", "version", "planned_until", "enabled", "vanished")
