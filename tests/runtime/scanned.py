"""A tree whose rows are scanned at chosen instants, without a runtime around it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from jittask import compile_tree
from jittask.clock import FixedClock
from jittask.data.app_data import AppData
from jittask.model import Run, RunStatus
from jittask.runtime.events import Event
from jittask.runtime.row_scan import Pass, RowScan
from jittask.runtime.snapshot import first_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.store import Store
from jittask.store.claim_types import Choice, Claim, DueRun, Executing
from jittask.store.record_filter import RecordFilter
from tests.tree import Tree


class Scanned:
    """Scans, and claims what is due, where a test says so."""

    def __init__(self, tree: Tree, start: datetime) -> None:
        self.tree = tree
        self.clock = FixedClock(start)
        self.events: list[Event] = []
        self.snapshot = first_snapshot(compile_tree(tree.root), {}, {}, start)
        self.app = self.snapshot.app
        self.store = Store.open(self.app.settings, tree.root, create=True)
        self.store.announce("r", "here", 1, start)
        self.data = AppData(self.app.databases, tree.root)
        self.overlap = timedelta(seconds=10)
        self.budget = 60.0
        """Seconds that the sweeps of a scan may take."""
        self.restart()

    def restart(self) -> None:
        """Forget all but what is in the store."""
        self.boundary = TaskBoundary(self.events.append, 10)
        self.row_scan = RowScan(self.store, self.events.append, self.boundary, self.clock)
        self.tasks = self.row_scan.by_database(self.snapshot)["databases.D"]

    def sql(self, statement: str, *values: object) -> None:
        """Change the data as another program does."""
        with closing(sqlite3.connect(self.tree.root / "d.db")) as connection, connection:
            connection.execute(statement, values)

    def scan_at(self, now: datetime, *, sweeping: bool = True) -> bool:
        """Scan once at an instant."""
        self.clock.move_to(now)
        one_pass = Pass(self.data, now, self.overlap, lambda: None, self.budget)
        return self.row_scan.scan(self.tasks, one_pass, sweeping=sweeping)

    def claim(self) -> list[DueRun]:
        """Claim what is due now, and let it end."""
        now = self.clock.now()

        def everything(due: Sequence[DueRun], _: Sequence[Executing]) -> Choice:
            return Choice(tuple(Claim(run, "v") for run in due), ())

        return [claimed.run for claimed in self.store.take(everything, "r", now, 1000)[1].claimed]

    def runs(self, *statuses: RunStatus) -> list[Run]:
        """Return the runs with one of the statuses, in order; all without any."""
        page = self.store.records(
            RecordFilter(statuses=frozenset(statuses)), self.clock.now(), 1000
        )
        found = page.records
        return sorted(found, key=lambda run: (run.effective, run.id))

    def close(self) -> None:
        """Close the store and the data."""
        self.data.close()
        self.store.close()


@contextmanager
def scanned(
    folder: Path,
    start: datetime,
    timing: object,
    prepare: Callable[[Tree], None] = lambda tree: None,
    **task: object,
) -> Iterator[Scanned]:
    """Give a tree with a date-field task, ``tasks.Row``, and its table.

    ``prepare`` changes the tree before it is compiled.
    """
    tree = Tree(folder / "app")
    tree.things()
    tree.write(
        "models/Thing/e.json",
        {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "thing"},
    )
    (tree.root / "models/Thing/model.py").unlink()
    tree.dated("Row", timing=timing, **task)
    prepare(tree)
    with closing(sqlite3.connect(tree.root / "d.db")) as connection, connection:
        connection.execute(
            "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, at DATETIME, ends DATETIME)"
        )
        connection.execute("CREATE INDEX thing_at ON thing (at)")
    found = Scanned(tree, start)
    try:
        yield found
    finally:
        found.close()
