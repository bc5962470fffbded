"""The run store's one door: everything that is kept about runs goes through here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from sqlalchemy.engine import Connection

from jittask.model import AppSettings, MissedRange, Run, Trigger
from jittask.store import claims, control, members, plans, queries, standing
from jittask.store.claim_types import Choose, Ending, Orphan, Taken
from jittask.store.control import Pause
from jittask.store.engine import Database, open_database
from jittask.store.listing import Page
from jittask.store.location import STATE_FOLDER, state_folder, store_url
from jittask.store.lock import FileLock, bodies_lock, runtime_lock
from jittask.store.members import Member, Members
from jittask.store.plans import Closing, NewRun, PendingRun
from jittask.store.query_types import (
    By,
    ElementRow,
    LogChunk,
    RecordFilter,
    RecordPage,
    RuntimeRow,
    StoreStatus,
)
from jittask.store.watermarks import Watermark, all_watermarks

_LEAST_IDLE = 1.0
"""Seconds that a transaction may do nothing, however short the heartbeat is."""


class Store:
    """Runs, their logs, and what runtimes say; each call is one transaction.

    Safe to call from several threads. Every method takes the time that it
    needs as an argument.
    """

    def __init__(self, database: Database, lease: timedelta) -> None:
        self._database = database
        self._lease = lease
        self._predecessor = ""

    @classmethod
    def open(cls, settings: AppSettings, root: Path, *, create: bool) -> Store:
        """Open the store of a tree; see ``open_database`` for what StoreError tells."""
        folder = state_folder(root) if create else root / STATE_FOLDER
        database = open_database(
            store_url(settings, root),
            folder,
            create=create,
            idle_seconds=max(_LEAST_IDLE, settings.runtime.heartbeat_seconds / 2),
        )
        return cls(database, timedelta(seconds=settings.runtime.lease_seconds))

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- locks

    @property
    def place(self) -> str:
        """Where the records are, for people."""
        return self._database.place

    def take_runtime_lock(self, identity: str) -> FileLock | str:
        """Become the one runtime of this tree on this machine; or return who is."""
        lock = runtime_lock(self._database.lock_stem)
        before = lock.signature()
        if not lock.take():
            return before
        self._predecessor = before
        lock.sign(identity)
        return lock

    def bodies_lock(self) -> FileLock:
        """Return the lock that worker processes share."""
        return bodies_lock(self._database.lock_stem)

    def runtime_alive(self, now: datetime) -> bool:
        """Whether a runtime is there to run what is due."""
        if self.shared:
            with self._database.reading() as connection:
                return members.anyone_alive(connection, now, self._lease)
        with runtime_lock(self._database.lock_stem) as lock:
            return not lock.take(shared=True)

    # --- the planner

    def plan(
        self,
        now: datetime,
        create: Sequence[NewRun] = (),
        close: Sequence[Closing] = (),
        mark: Sequence[Watermark] = (),
        term: int | None = None,
    ) -> list[tuple[int, NewRun]]:
        """Write one plan whole; return the new runs with their ids.

        With the ``term`` of a lease on planning, only while it lasts: raises
        LeadershipLost after it.
        """
        with self._database.writing() as connection:
            if term is not None:
                members.check_term(connection, term)
            return plans.plan(connection, now=now, create=create, close=close, mark=mark)

    def marks(self) -> dict[str, Watermark]:
        """Return every task's mark."""
        with self._database.reading() as connection:
            return all_watermarks(connection)

    def pending(self, tasks: Sequence[str]) -> dict[str, list[PendingRun]]:
        """Return, by task, the scheduled runs that no attempt has begun, soonest first."""
        with self._database.reading() as connection:
            return plans.pending(connection, tasks)

    def end_abandoned(self, since: datetime, now: datetime) -> int:
        """Cancel what waits for tasks that have been away since then or longer."""
        with self._database.writing() as connection:
            return plans.end_abandoned(connection, since, now)

    def due_tasks(self, now: datetime) -> frozenset[str]:
        """Return the tasks with a scheduled run that is due, and that no attempt has begun."""
        with self._database.reading() as connection:
            return plans.due_tasks(connection, now)

    def recorded(
        self, task: str, row_keys: Sequence[str], since: datetime
    ) -> tuple[set[tuple[str, datetime]], dict[str, list[MissedRange]]]:
        """Return the rows' recorded nominals and counted ranges from ``since`` on."""
        with self._database.reading() as connection:
            return (
                plans.recorded(connection, task, row_keys, since),
                plans.missed_ranges(connection, task, row_keys, since),
            )

    def enqueue(self, task: str, row_key: str, trigger: Trigger, now: datetime) -> int:
        """Add a run that is due now and repeats freely; return its id."""
        [(number, _)] = self.plan(now, create=[NewRun(task, row_key, trigger, (now,), now)])
        return number

    def rerun(self, run: Run, now: datetime) -> int:
        """Add a run, due now, of the same occurrence as ``run``; return its id."""
        new = NewRun(
            run.task, run.row_key, Trigger.RERUN, run.nominals, now,
            priority=run.priority, rerun_of=run.id,
        )  # fmt: skip
        [(number, _)] = self.plan(now, create=[new])
        return number

    # --- the worker

    def next_due(self) -> datetime | None:
        """Return when the next pending run may be claimed."""
        with self._database.reading() as connection:
            return claims.next_due(connection)

    def soon(self, until: datetime, limit: int) -> list[str]:
        """Return the tasks of the first ``limit`` runs that may be claimed until then, in order."""
        with self._database.reading() as connection:
            return list(dict.fromkeys(run.task for run in claims.due(connection, until, limit)))

    def take(
        self, choose: Choose, worker: str, now: datetime, limit: int, offset: int = 0
    ) -> tuple[int, Taken]:
        """Let ``choose`` decide on a page of the due runs, and write what it chose.

        Returns how many due runs the page had, too: a full one has others behind it.
        """
        with self._database.writing() as connection:
            return claims.take(connection, choose, worker, now, limit, offset)

    def finish(
        self, endings: Sequence[Ending], now: datetime, log: Sequence[tuple[int, LogChunk]] = ()
    ) -> list[Ending]:
        """Write logs and outcomes together; return the outcomes that counted."""
        with self._database.writing() as connection:
            claims.append_log(connection, log)
            return claims.finish(connection, endings, now)

    def kills(self, running: Sequence[int]) -> dict[int, str | None]:
        """Return which of these runs are to be killed, and the note of who asked."""
        with self._database.reading() as connection:
            return control.kills(connection, running)

    def executed_by(self, worker: str) -> list[Orphan]:
        """Return the runs that stand as executing on a runtime."""
        with self._database.reading() as connection:
            return claims.executed_by(connection, worker)

    def orphans(self) -> list[Orphan]:
        """Return the runs that stand as executing on a runtime that has ended."""
        with self._database.reading() as connection:
            return claims.orphans(connection)

    # --- the runtimes that share the store

    @property
    def shared(self) -> bool:
        """Whether several runtimes may use it at once."""
        return self._database.shared

    def beat(self, identity: str, now: datetime) -> bool:
        """Raise a runtime's beat; False where others have counted it as dead."""
        with self._database.writing() as connection:
            return members.beat(connection, identity, now)

    def company(self) -> Members:
        """Return who shares the store, and who plans."""
        with self._database.reading() as connection:
            return members.company(connection)

    def lead(self, identity: str, seen: int) -> int | None:
        """Take the lease on planning if its term is still the one seen; return the new term."""
        with self._database.writing() as connection:
            return members.lead(connection, identity, seen)

    def declare_dead(self, member: Member, now: datetime) -> bool:
        """Count a runtime as dead, unless it has beaten since; say whether it is."""
        with self._database.writing() as connection:
            return members.declare_dead(connection, member, now)

    def retire(self, identity: str, now: datetime) -> None:
        """Enter the end of the runtime that held this machine's lock before ``identity``.

        Where nobody else may use the store, that is every other one.
        """
        with self._database.writing() as connection:
            if not self.shared:
                standing.retire_others(connection, identity, now)
            elif predecessor := self._predecessor:
                standing.note(connection, predecessor, stopped=now)

    # --- what people ask for

    def request_kill(self, run: int, note: str | None, now: datetime) -> bool:
        """Ask whichever runtime executes the run to kill it; False where none does."""
        with self._database.writing() as connection:
            return control.request_kill(connection, run, note, now)

    def cancel(self, run: int, note: str | None, now: datetime) -> bool:
        """End a pending run that nothing would plan again; False where it is none."""
        with self._database.writing() as connection:
            return control.cancel(connection, run, note, now)

    def put_pause(self, pause: Pause) -> None:
        """Pause a task, or change its pause."""
        with self._database.writing() as connection:
            control.put_pause(connection, pause)

    def end_pause(self, task: str) -> bool:
        """End a task's pause; say whether there was one."""
        with self._database.writing() as connection:
            return control.end_pause(connection, task)

    def forget_pauses(self, now: datetime) -> None:
        """Delete the pauses whose end has come."""
        with self._database.writing() as connection:
            control.forget_pauses(connection, now)

    def pauses(self) -> dict[str, Pause]:
        """Return every pause, by task; one whose end has come is still among them."""
        with self._database.reading() as connection:
            return control.all_pauses(connection)

    # --- readers

    def records(
        self,
        wanted: RecordFilter,
        now: datetime,
        limit: int = 50,
        after: str | None = None,
        *,
        by: By = By.EFFECTIVE,
        descending: bool = True,
    ) -> RecordPage:
        """Return a page of runs, the newest first by the instant ``by``; or the oldest."""
        with self._database.reading() as connection:
            return queries.records(connection, wanted, now, Page(limit, after, by, descending))

    def run(self, number: int) -> Run | None:
        """Return one run with its attempts, or None."""
        with self._database.reading() as connection:
            return queries.one_run(connection, number)

    def log(self, number: int, after: int = 0) -> Iterator[LogChunk]:
        """Yield what a run printed and logged behind the chunk ``after``, in order."""
        with self._database.reading() as connection:
            chunks = list(queries.log(connection, number, after))  # whoever reads may take long
        yield from chunks

    def status(self, now: datetime) -> StoreStatus:
        """Return what ``jittask status`` shows."""
        alive = self.runtime_alive(now)
        with self._database.reading() as connection:
            pending, overdue, executing = queries.counts(connection, now)
            return StoreStatus(
                runtimes=self._runtimes(connection, now, alive=alive),
                elements=standing.known_elements(connection),
                pending=pending,
                overdue=overdue,
                executing=executing,
                pauses=tuple(
                    one
                    for _, one in sorted(control.all_pauses(connection).items())
                    if one.holds(now)
                ),
            )

    def _runtimes(
        self, connection: Connection, now: datetime, *, alive: bool
    ) -> tuple[RuntimeRow, ...]:
        if self.shared:
            return standing.sharing_runtimes(connection, now - self._lease)
        return standing.latest_runtimes(connection, alive=alive)

    # --- what runtimes say

    def announce(self, identity: str, host: str, pid: int, now: datetime) -> None:
        """Enter a runtime that begins."""
        with self._database.writing() as connection:
            standing.announce(connection, identity, host, pid, now)

    def note(
        self,
        identity: str,
        *,
        stopped: datetime | None = None,
        reloaded: tuple[datetime, bool] | None = None,
        scanned: datetime | None = None,
    ) -> None:
        """Enter what a runtime has done."""
        with self._database.writing() as connection:
            standing.note(connection, identity, stopped=stopped, reloaded=reloaded, scanned=scanned)

    def put_elements(self, rows: Mapping[str, ElementRow], known: Mapping[str, ElementRow]) -> None:
        """Replace what is ``known`` of the elements, by name; writes what is different alone."""
        changed = [row for name, row in rows.items() if known.get(name) != row]
        gone = [name for name in known if name not in rows]
        if changed or gone:
            with self._database.writing() as connection:
                standing.put_elements(connection, changed, gone)

    def elements(self) -> dict[str, ElementRow]:
        """Return what a runtime last said of the elements, by name."""
        with self._database.reading() as connection:
            return {row.name: row for row in standing.known_elements(connection)}

    def prune(self, now: datetime, days: int, limit: int = 1000) -> int:
        """Delete finished runs older than the retention, at most ``limit``; return how many."""
        with self._database.writing() as connection:
            return standing.prune(connection, now, days, limit)
