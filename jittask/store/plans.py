"""What the planner writes: new runs under their unique keys (rule R3).

A key (task, row, nominal) belongs to one run for ever, but for a run that was
cancelled before its body began: that one gives its keys back, so that the
occurrence may be planned anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from jittask.model import MissedRange, Reason, RunStatus, Trigger
from jittask.store.batch import FLAG, NUMBER, TEXT, batch, held
from jittask.store.instants import from_micros, to_micros
from jittask.store.tables import OF_ROW, OPEN, PENDING, keys, marks, runs
from jittask.store.transitions import transition
from jittask.store.watermarks import Watermark, put_watermarks

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
    status: RunStatus = RunStatus.PENDING
    reason: Reason | None = None
    detail: str | None = None
    rerun_of: int | None = None

    @property
    def keyed(self) -> bool:
        """Whether its nominals are its own for ever: manual runs and reruns repeat freely."""
        return self.trigger in (Trigger.SCHEDULE, Trigger.BACKFILL)


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
    status: RunStatus
    reason: Reason
    detail: str


def plan(
    connection: Connection,
    *,
    now: datetime,
    create: Sequence[NewRun] = (),
    close: Sequence[Closing] = (),
    mark: Sequence[Watermark] = (),
) -> list[tuple[int, NewRun]]:
    """Write one plan whole; return the runs that are new, with their ids.

    A nominal that has its run already is left out of a new one; a new run
    left without any is not written.
    """
    if close:
        _close(connection, close, now)
    made = insert(connection, create, now)
    if mark:
        put_watermarks(connection, mark)
    return made


def insert(
    connection: Connection, new: Sequence[NewRun], now: datetime
) -> list[tuple[int, NewRun]]:
    """Write the runs whose keys are free; return them with their ids."""
    if not new:
        return []
    taken = _taken(connection, [run for run in new if run.keyed])
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
    made = list(zip(_new_ids(connection, len(fresh)), fresh, strict=True))
    rows = batch(connection, [_columns(*one, now) for one in made], **_COLUMNS)
    constants = sa.literal(0).label("attempt"), sa.literal(0).label("token")
    connection.execute(
        sa.insert(runs).from_select([*_COLUMNS, "attempt", "token"], sa.select(rows, *constants))
    )
    held = [
        (run.task, run.row_key, to_micros(nominal), number)
        for number, run in made
        if run.keyed
        for nominal in run.nominals
    ]
    if held:
        owned = batch(connection, held, task=TEXT, row_key=TEXT, nominal=NUMBER, run_id=NUMBER)
        connection.execute(sa.insert(keys).from_select(list(owned.c.keys()), sa.select(owned)))
    return made


def _new_ids(connection: Connection, number: int) -> Iterable[int]:
    """Return ids that no run has had, ascending."""
    if connection.dialect.name == "postgresql":
        sequence = sa.func.pg_get_serial_sequence("runs", "id")
        following = sa.func.nextval(sa.cast(sequence, REGCLASS))
        each = sa.func.generate_series(1, number).table_valued("n").render_derived()
        return connection.execute(sa.select(following).select_from(each)).scalars()
    query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'runs'")
    last: int = connection.execute(query).scalar() or 0
    return range(last + 1, last + 1 + number)


def pending(connection: Connection, tasks: Sequence[str]) -> dict[str, list[PendingRun]]:
    """Return, by task, the scheduled runs that no attempt has begun, soonest first.

    They are pending. The query does not say so, or SQLite would look through all
    pending runs, whosever they are, instead of the open ones of these tasks.
    """
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
                nominals=nominals_of(row.nominal, row.nominals),
                effective=from_micros(row.effective),
            )
            found.setdefault(row.task, []).append(one)
    return found


def due_tasks(connection: Connection, now: datetime) -> frozenset[str]:
    """Return the tasks with a scheduled run that is due, and that no attempt has begun."""
    query = sa.select(runs.c.task).where(
        sa.text(OPEN),
        runs.c.effective <= to_micros(now),
        runs.c.trigger == Trigger.SCHEDULE,
        runs.c.attempt == 0,
    )
    return frozenset(connection.execute(query).scalars())


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


def nominals_of(nominal: int, nominals: str | None) -> tuple[datetime, ...]:
    """Return a run's nominals, merged ones too, from the two columns that hold them."""
    if nominals is None:
        return (from_micros(nominal),)
    return tuple(from_micros(value) for value in json.loads(nominals))


def _taken(connection: Connection, new: Sequence[NewRun]) -> set[tuple[str, str, datetime]]:
    """Return those of the runs' keys that stand."""
    wanted = [(run.task, run.row_key, to_micros(n)) for run in new for n in run.nominals]
    if not wanted:
        return set()
    rows = batch(connection, wanted, task=TEXT, row_key=TEXT, nominal=NUMBER)
    query = sa.select(keys.c.task, keys.c.row_key, keys.c.nominal).where(
        *(keys.c[name] == rows.c[name] for name in ("task", "row_key", "nominal"))
    )
    return {
        (task, row_key, from_micros(nominal))
        for task, row_key, nominal in connection.execute(query)
    }


_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "id": NUMBER, "task": TEXT, "row_key": TEXT, "state": TEXT, "reason": TEXT, "detail": TEXT,
    "trigger": TEXT, "nominal": NUMBER, "nominals": TEXT, "missed_first": NUMBER,
    "missed_last": NUMBER, "missed_count": NUMBER, "effective": NUMBER, "due": NUMBER,
    "finished": NUMBER, "rerun_of": NUMBER, "priority": NUMBER, "late": FLAG,
}  # fmt: skip


def _columns(number: int, run: NewRun, now: datetime) -> tuple[object, ...]:
    """Return a run as ``_COLUMNS`` has it."""
    effective = to_micros(run.effective)
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
        effective,
        None if run.status is RunStatus.PENDING else to_micros(now),
        run.rerun_of,
        run.priority,
        run.late,
    )


def _close(connection: Connection, closings: Sequence[Closing], now: datetime) -> None:
    """End pending runs; those that are cancelled give their keys back."""
    by_state: dict[RunStatus, list[Closing]] = {}
    for one in closings:
        by_state.setdefault(one.status, []).append(one)
    for state, some in by_state.items():
        rows = batch(
            connection,
            [(one.run, one.reason.value, one.detail) for one in some],
            id=NUMBER, reason=TEXT, detail=TEXT,
        )  # fmt: skip
        free = held(rows, runs.c.state == RunStatus.PENDING, runs.c.attempt == 0)
        ended = connection.execute(
            transition(RunStatus.PENDING, state)
            .where(runs.c.id == free.c.id)
            .values(reason=free.c.reason, detail=free.c.detail, finished=to_micros(now))
            .returning(runs.c.id)
        )
        if state is RunStatus.CANCELLED:
            give_back_keys(connection, list(ended.scalars()))


def end_abandoned(connection: Connection, since: datetime, now: datetime) -> int:
    """Cancel what waits for tasks that have been away since then or longer; return how many.

    What they had planned has ended when they went; this is what was begun and
    waits to be tried again, and what somebody asked for. It keeps its keys.
    """
    away = sa.select(marks.c.task).where(marks.c.vanished <= to_micros(since))
    ended = connection.execute(
        transition(RunStatus.PENDING, RunStatus.CANCELLED)
        .where(sa.text(PENDING), runs.c.task.in_(away))
        .values(reason=Reason.REMOVED, detail="its task has not come back", finished=to_micros(now))
    )
    return ended.rowcount


def give_back_keys(connection: Connection, numbers: Sequence[int]) -> None:
    """Let the occurrences of these runs be planned anew."""
    if numbers:
        rows = batch(connection, [(number,) for number in numbers], id=NUMBER)
        connection.execute(sa.delete(keys).where(keys.c.run_id.in_(sa.select(rows.c.id))))
