"""Puts a backup in the place of a run store (rules R4, R9).

What ran when the backup was taken has ended: it counts as interrupted, as after a
crash. What has come due since is planned again, unless it is to be skipped.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from jittask import zonedata
from jittask.model import AppSettings, Reason, RunStatus
from jittask.store import executing_runs, finishing, fleet, readied_runs, runtimes
from jittask.store.backup_file import BackupNote, delete, read_note, remove_note
from jittask.store.claim_types import Ending
from jittask.store.dialects.dialect import Database
from jittask.store.dialects.refusal import answering
from jittask.store.dialects.registry import default_url, dialect_of
from jittask.store.errors import StoreError
from jittask.store.fleet_types import WorkerRow
from jittask.store.instants import to_micros
from jittask.store.location import made_state_folder, store_url
from jittask.store.lock import bodies_lock, runtime_lock
from jittask.store.table_copy import copy_tables, numbered
from jittask.store.tables import PENDING, kills, leases, metadata, runs
from jittask.store.transitions import transition
from jittask.store.upgrade import HEAD, bring_up_to_date, open_database
from jittask.store.watermarks import all_watermarks, put_watermarks

_NOBODY = ""  # no runtime has this name
_DETAIL = "the run store was restored from a backup"


@dataclass(frozen=True, slots=True)
class Restored:
    """A run store that has been restored."""

    note: BackupNote
    place: str
    interrupted: int
    """Runs that executed when the backup was taken."""
    skipped: int
    """Pending runs that were due before ``skip_until``."""
    set_aside: Path | None
    """Where the file is that could not be used."""


def restore(
    settings: AppSettings,
    root: Path,
    source: Path,
    now: datetime,
    *,
    overwrite: bool = False,
    skip_until: datetime | None = None,
) -> Restored:
    """Replace the tree's run store by a backup, brought to this version's schema.

    ``skip_until``: nothing that was due until then is run, whether it has run
    since the backup or not. Raises StoreError where the backup is damaged or newer,
    a runtime or a worker is alive, or there are records (without ``overwrite``).
    """
    note = read_note(source)
    if note.schema > HEAD:
        raise StoreError(
            f"{source}: was made by a newer JitTask (schema {note.schema}, known is {HEAD})",
            hint="use the JitTask that made it",
        )
    folder, url = made_state_folder(root), store_url(settings, root)
    lease = timedelta(seconds=settings.runtime.lease_seconds)
    database = dialect_of(url).open(url, folder, create=True, idle_seconds=0)
    with closing(database), answering(database.place), _alone(database):
        set_aside = _prepare_target(database, now, lease, overwrite=overwrite)
        zone = zonedata.zone(settings.timezone)
        with _prepared(source, folder, now, skip_until, zone) as (part, interrupted, skipped):
            _raise_ids(part, database)
            if not database.replace_by(part):
                _copy_rows(part, database)
    return Restored(note, database.place, interrupted, skipped, set_aside)


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Keep every runtime of this machine away meanwhile."""
    with runtime_lock(database.lock_stem) as lock, bodies_lock(database.lock_stem) as bodies:
        before = lock.signature()
        if not lock.take():
            raise _alive(before)
        if not bodies.take():
            raise StoreError("a function of a killed runtime still runs", "wait for its end")
        yield


def _alive(who: str) -> StoreError:
    return StoreError(f"a runtime ({who}) uses the run store", "stop every runtime of it first")


def _worker_alive(worker: WorkerRow) -> StoreError:
    return StoreError(
        f"a worker (process {worker.pid} on {worker.host}) uses the run store",
        "stop every worker of it first",
    )


def _prepare_target(
    database: Database, now: datetime, lease: timedelta, *, overwrite: bool
) -> Path | None:
    """Make the target ready; return where a file is now that cannot be used."""
    try:
        bring_up_to_date(database.engine, write=True)
        with database.reading() as connection:
            if runtimes.anyone_alive(connection, now, lease):
                raise _alive("on another machine")
            for worker in fleet.fleet(connection, now).workers:
                if not worker.silent:
                    raise _worker_alive(worker)
            is_used = connection.execute(sa.select(runs.c.id).limit(1)).first() is not None
    except DBAPIError as error:
        set_aside = database.set_aside() if overwrite else None
        if set_aside is None:
            raise database.unusable(error) from error
        bring_up_to_date(database.engine, write=True)
        return set_aside
    if is_used and not overwrite:
        raise StoreError(
            f"{database.place}: has records already", "add --force to replace them by the backup"
        )
    return None


@contextmanager
def _prepared(
    source: Path, folder: Path, now: datetime, skip_until: datetime | None, zone: ZoneInfo
) -> Iterator[tuple[Path, int, int]]:
    """Give a copy of the backup with today's schema, in which nothing executes."""
    part = folder / f".restored-{os.getpid()}.db"
    try:
        part.touch(mode=0o600)
        shutil.copyfile(source, part)
        remove_note(part)
        copy = open_database(default_url(part), folder, create=True, idle_seconds=0)
        with closing(copy), copy.writing() as connection:
            interrupted = _end_executing(connection, now, rerun=skip_until is None)
            skipped = 0 if skip_until is None else _skip(connection, skip_until, now, zone)
        yield part, interrupted, skipped
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written: {error.strerror}") from error
    except sqlite3.Error as error:
        raise StoreError(f"{source}: cannot be restored: {error}") from error
    finally:
        delete(part)


def _end_executing(connection: sa.Connection, now: datetime, *, rerun: bool) -> int:
    """Let every runtime have ended, and with ``rerun`` leave it to policies what becomes of runs.

    What was readied may have begun, as after a loss of power.
    """
    runtimes.retire_others(connection, _NOBODY, now)
    connection.execute(sa.update(leases).values(holder=None, term=leases.c.term + 1))
    connection.execute(sa.delete(kills))
    readied_runs.may_have_begun(connection, _NOBODY, None)
    left = executing_runs.orphans(connection)
    if not rerun:
        endings = [
            Ending(run.id, run.token, run.attempt, RunStatus.FAILED, Reason.INTERRUPTED,
                   detail=_DETAIL, error=_DETAIL, ended=run.last_seen)
            for run in left
        ]  # fmt: skip
        finishing.finish(connection, endings, now)
    return len(left)


def _skip(connection: sa.Connection, until: datetime, now: datetime, zone: ZoneInfo) -> int:
    """Skip what is pending and due until then, and let tasks count from then on (D7)."""
    local = f"{until.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
    done = connection.execute(
        transition(RunStatus.PENDING, RunStatus.SKIPPED)
        .where(sa.text(PENDING), runs.c.effective <= to_micros(until))
        .values(
            reason=Reason.MISFIRE,
            detail=f"{_DETAIL}, with what was due until {local} skipped",
            finished=to_micros(now),
        )
    )
    marks = all_watermarks(connection).values()
    put_watermarks(
        connection,
        [
            replace(
                mark,
                activated=max(mark.activated, until),
                planned_until=max(mark.planned_until, until),
                walked_until=max(mark.walked_until, until),
            )
            for mark in marks
        ],
    )
    return done.rowcount


def _raise_ids(part: Path, database: Database) -> None:
    """Let no run get the number of one that the replaced store had: it may be written elsewhere."""
    url = default_url(part)
    with database.reading() as connection:
        last = {
            name: dialect_of(connection).last_id(connection, name) for name in numbered(connection)
        }
    copy = dialect_of(url).open(url, part.parent, create=False, idle_seconds=0)
    with closing(copy), copy.writing() as connection:
        dialect = dialect_of(connection)
        for name, number in last.items():
            dialect.give_ids_after(connection, name, max(number, dialect.last_id(connection, name)))


def _copy_rows(part: Path, database: Database) -> None:
    """Replace the rows of a server's tables by those of the file, in one transaction."""
    url = default_url(part)
    copy = dialect_of(url).open(url, part.parent, create=False, idle_seconds=0)
    with closing(copy), copy.reading() as source, database.writing() as target:
        dialect_of(target).empty(target, [table.name for table in metadata.sorted_tables])
        copy_tables(source, target, of_source=True)
