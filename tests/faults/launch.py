"""``jittask run`` with a fault in it that cannot be made from outside.

``Trial.program`` starts it, and ``JITTASK_TRIAL`` says which: the path of a file
for each fault that a trial turns on and off, and how many statements it lives.
"""

from __future__ import annotations

import json
import os
import random
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect

from jittask.cli.main import main
from jittask.clock import SystemClock

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
    main()
