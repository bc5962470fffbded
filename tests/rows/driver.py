"""Drives the real planner, scan and claim loop over a real database, with a clock that a test moves.

The duties are those of a running program, each made step by step in one thread;
bodies run inline. What a crash forgets is in ``parts``; the tree, the run store
and the table outlive it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from jittask.clock import FixedClock
from jittask.model import Run, RunStatus
from jittask.runtime.assembly import Parts, assemble
from jittask.runtime.duties.scan import Scan
from jittask.runtime.duties.work import Work
from jittask.runtime.events import Event
from jittask.runtime.signals import Signals
from jittask.store.record_filter import RecordFilter
from tests.rows.model import Fired, Missed, Row, TaskFile
from tests.services import url_of
from tests.tree import Tree

TASK = "tasks.Row"
TABLE = f"jittask_oracle_{os.getpid()}"


class StillClock(FixedClock):
    """Moves only when the test moves it."""

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """Return at once; say whether ``event`` is set."""
        del seconds
        return event.is_set()


class Table:
    """The business table, as the other application writes it."""

    def __init__(self, kind: str, root: Path) -> None:
        self.kind = kind
        self.url = f"sqlite:///{root}/data.db" if kind == "sqlite" else url_of(kind)
        self.engine: Engine = sa.create_engine(self.url)
        aware = sa.DateTime(timezone=True) if kind == "postgresql" else sa.DateTime()
        self.table = sa.Table(
            TABLE,
            sa.MetaData(),
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("name", sa.String(20)),
            sa.Column("at", sa.DateTime),
            sa.Column("stamp", aware),
            sa.Column("day", sa.Date),
            sa.Column("ends", sa.DateTime),
            sa.Column("until", sa.Date),
        )
        self.table.drop(self.engine, checkfirst=True)
        self.table.create(self.engine)

    def put(self, key: int, row: Row) -> None:
        """Write a row, new or not."""
        with self.engine.begin() as connection:
            connection.execute(self.table.delete().where(self.table.c.id == key))
            connection.execute(self.table.insert(), {"id": key, **row})

    def delete(self, key: int) -> None:
        with self.engine.begin() as connection:
            connection.execute(self.table.delete().where(self.table.c.id == key))

    def close(self) -> None:
        self.table.drop(self.engine)
        self.engine.dispose()


class Outage:
    """Lets no other engine than the test's own reach the business database, while it is on."""

    def __init__(self, own: Engine) -> None:
        self._own, self.on = own, False

    def _refuse(self, connection: sa.Connection, *_: object) -> None:
        engine = connection.engine
        if self.on and engine is not self._own and engine.url.database == self._own.url.database:
            raise OperationalError("", None, Exception("the database is away"))

    @contextmanager
    def installed(self) -> Iterator[None]:
        sa.event.listen(Engine, "before_cursor_execute", self._refuse)
        try:
            yield
        finally:
            sa.event.remove(Engine, "before_cursor_execute", self._refuse)


class Driver:
    """One app with one date-field task, and the runtime that is up or down."""

    def __init__(self, kind: str, start: datetime) -> None:
        self._held = ExitStack()
        self.root = Path(tempfile.mkdtemp(prefix="jittask-oracle-"))
        self._held.callback(shutil.rmtree, self.root)
        self.clock = StillClock(start)
        self.tree: Tree
        self.table = Table(kind, self.root)
        self._held.callback(self.table.close)
        self.outage = Outage(self.table.engine)
        self._held.enter_context(self.outage.installed())
        self.parts: Parts | None = None
        self.events: list[Event] = []
        self._known: set[int] = set()

    def write(self, task: TaskFile) -> None:
        """Write the files of the app."""
        zone = task.timing.zone.key
        self.tree = Tree(self.root, timezone=zone, runtime={"executor": "inline", "workers": 8})
        settings: dict[str, Any] = {"url": "sqlite:///data.db"}
        if self.table.kind != "sqlite":
            settings["url"] = self.table.engine.url.render_as_string(hide_password=False)
        if task.timing.column_zone != task.timing.zone:
            settings["timezone"] = task.timing.column_zone.key
        self.tree.write(
            "databases/D/e.json", {"type": "databases.UrlType", "title": "D", **settings}
        )
        self.tree.write(
            "models/Thing/e.json",
            {"type": "models.TableType", "title": "T", "db": "databases.D", "table": TABLE},
        )
        timing = dict(task.timing.cfg)
        if timing.get("skipHoliday") or timing.get("skipWeekend"):
            timing["calendar"] = task.timing.days.config()
        self.tree.dated(
            "Row",
            timing=timing,
            enable=int(task.enabled),
            filter=f"Q('name','!=','{task.holds}')",
            policy={
                "misfire": task.misfire,
                "graceSeconds": int(task.grace.total_seconds()),
                "overlap": task.overlap,
            },
        )

    def start(self) -> None:
        """Start the runtime; its first scan is made with it."""
        signals = Signals(self.clock)
        self.parts = assemble(self.root, self.clock, signals, self.events.append, watched=False)
        self._work()

    def stop(self) -> None:
        """End the runtime, as a crash between two steps does."""
        if self.parts is not None:
            self.parts.opened.close()
            self.parts = None

    def reload(self) -> None:
        """Let the running program see the files."""
        assert self.parts is not None
        self.parts.reloader.reload()

    def tick(self) -> None:
        """Let each duty have its turn, until nothing is left to do."""
        assert self.parts is not None
        Scan(self.parts).step()
        self._work()

    def _work(self) -> None:
        assert self.parts is not None
        work = Work(self.parts)
        for _ in range(100):
            before = self.parts.claim_loop.counts.total()
            work.step()
            if self.parts.claim_loop.idle and self.parts.claim_loop.counts.total() == before:
                return
        raise AssertionError("the work does not come to rest")

    def new_records(self) -> list[Run]:
        """Return the records that have ended since the last call."""
        ended = [run for run in self._records() if run.status is not RunStatus.PENDING]
        new = [run for run in ended if run.id not in self._known]
        self._known |= {run.id for run in new}
        return sorted(new, key=lambda run: run.id)

    @property
    def has_pending(self) -> bool:
        return any(run.status is RunStatus.PENDING for run in self._records())

    def overdue(self) -> list[Run]:
        """Return the pending runs whose instant has come."""
        pending = [run for run in self._records() if run.status is RunStatus.PENDING]
        return [run for run in pending if run.effective <= self.clock.now()]

    def _records(self) -> Sequence[Run]:
        assert self.parts is not None
        page = self.parts.store.records(RecordFilter(tasks=(TASK,)), self.clock.now(), 1000)
        assert page.next is None, "too many records for one page"
        return page.records

    def close(self) -> None:
        with self._held:
            self.stop()


def fired(run: Run) -> Fired:
    """Return what a record says, in the model's words."""
    missed = run.missed and Missed(run.missed.first, run.missed.last, run.missed.count)
    [key] = json.loads(run.row_key) if run.row_key.startswith("[") else [json.loads(run.row_key)]
    return Fired(int(key), run.nominals, run.effective, run.late, missed)


def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
