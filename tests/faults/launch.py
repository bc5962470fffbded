"""``jittask run`` with a fault in it that cannot be made from outside.

``Trial.program`` starts it, and ``JITTASK_TRIAL`` says which: the path of a file
for each fault that a trial turns on and off, and how many statements it lives.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.default import DefaultDialect

from jittask.cli.main import main
from jittask.clock import SystemClock
from jittask.store.dialects.sqlite import SqliteDatabase
from jittask.store.facade import claiming_methods, membership_methods

BUSY_MILLIS = 300


def step_the_clock(file: Path) -> None:
    """Let the clock go wrong by as many seconds as the file says."""

    def now(_: SystemClock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text(encoding="utf-8")))

    SystemClock.now = now  # type: ignore[method-assign]


def die_at(number: int) -> None:
    """Kill this process before that statement, or before or behind that commit."""
    left = iter(range(number, 0, -1))

    def count(*_: object) -> None:
        if next(left, 1) == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    commit = DefaultDialect.do_commit

    def counted(self: DefaultDialect, connection: Any) -> None:
        count()
        commit(self, connection)
        count()

    DefaultDialect.do_commit = counted  # type: ignore[method-assign]
    sa.event.listen(Engine, "before_cursor_execute", count)


def lose_commits(file: Path, seed: int) -> None:
    """While the file is there, let every fifth commit or its reply be lost."""
    chance, commit = random.Random(seed), DefaultDialect.do_commit

    def losing(self: DefaultDialect, connection: Any) -> None:
        lost = chance.random() < 0.2 and file.exists()
        if lost and chance.random() < 0.5:
            connection.rollback()
        else:
            commit(self, connection)
        if lost:
            raise self.loaded_dbapi.OperationalError("the reply to a commit was lost")

    DefaultDialect.do_commit = losing  # type: ignore[method-assign]


def lose_power(disk: Path, boot: str, claims: int, seconds: float) -> None:
    """Kill this process soon after so many claims; ``disk`` gets what a disk would have then.

    That is the store as it was after the last commit that waited for the disk.
    """
    for module in (claiming_methods, membership_methods):
        module.boot_id = lambda: boot  # type: ignore[attr-defined]
    one_writer, left = threading.RLock(), iter(range(claims, 0, -1))
    writing = SqliteDatabase.writing

    def end() -> None:
        with one_writer:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextlib.contextmanager
    def noted(self: SqliteDatabase, *, synced: bool = True) -> Iterator[Connection]:
        with one_writer:
            with writing(self, synced=synced) as connection:
                yield connection
            if synced:
                copy_store(self._path.parent, disk)
            elif next(left, None) == 1:
                threading.Timer(seconds, end).start()

    SqliteDatabase.writing = noted  # type: ignore[assignment, method-assign]


def copy_store(folder: Path, to: Path) -> None:
    """Copy an SQLite store with what has not been moved into its main file."""
    to.mkdir(exist_ok=True)
    for name in ("jittask.db", "jittask.db-wal"):
        (to / name).unlink(missing_ok=True)
        if (folder / name).exists():
            shutil.copyfile(folder / name, to / name)


def wait_less_long() -> None:
    """Find an SQLite file busy after a moment, so that a round takes no longer."""

    @sa.event.listens_for(Engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        if type(connection).__module__ == "sqlite3":
            connection.execute(f"PRAGMA busy_timeout={BUSY_MILLIS}")


if __name__ == "__main__":
    faults = json.loads(os.environ.pop("JITTASK_TRIAL"))
    wait_less_long()
    if "clock" in faults:
        step_the_clock(Path(faults["clock"]))
    if "statements" in faults:
        die_at(faults["statements"])
    if "commits" in faults:
        lose_commits(Path(faults["commits"]), faults["seed"])
    if "disk" in faults:
        lose_power(Path(faults["disk"]), faults["boot"], faults["claims"], faults["seconds"])
    main()
