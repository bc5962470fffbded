"""What a scan for due rows costs, beside a hand-written range query and a read of everything (D3).

``python -m benchmarks.date_field_scan [ROWS ...]``; 100,000 and a million rows
without arguments. In each table 25 to 100 rows are due, whatever its size, so
that the exponent says how the cost grows with the table alone. Then as many rows
that are all due in one minute, where the exponent is that of the rows due; last, one
scan of 181 tasks of 42 models. The servers are those of the tests; tables are dropped.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from jittask.clock import FixedClock
from jittask.compiler import compile_tree
from jittask.compiler.compiled import DateFieldTask
from jittask.data.app_data import AppData
from jittask.data.databases import open_database
from jittask.data.rows import Rows
from jittask.model import CallStyle, DatabaseInfo, FunctionRef, ModelForm, ModelInfo, Policy
from jittask.runtime.due_rows import Window
from jittask.runtime.row_scan import Pass, RowScan
from jittask.runtime.shared_scan import Asked, DateColumns, shared_due_rows
from jittask.runtime.snapshot import first_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.schedule.row_timer import RowTimer
from jittask.store import Store
from tests.services import URLS, url_of
from tests.tree import Tree

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(seconds=40), NOW + timedelta(seconds=20))
AT = NOW.replace(tzinfo=None)
DAYS = 750
TABLE = "jittask_benchmark_scan"
MODEL = ModelInfo("models.Thing", ModelForm.TABLE, "databases.D", TABLE, opaque=True)
CYCLES: dict[str, dict[str, object]] = {
    "once": {},
    "yearly": {"repeat": {"repeatType": "year"}},
    "daily": {"repeat": {"repeatType": "day"}},
    "hourly": {"repeat": {"repeatType": "hour"}, "endTime": "2027-01-01 00:00:00"},
}
CROWDS: dict[str, Callable[[int], Iterable[datetime]]] = {
    "at one instant": lambda size: [AT] * size,
    "second by second": lambda size: (
        AT - timedelta(seconds=number % 30) for number in range(size)
    ),
}
ROUNDS = 15
_LONG = 2.0
"""Seconds after which no further round begins."""


def main(sizes: list[int]) -> None:
    """Measure each database at each size, and print a table."""
    for name in URLS:
        costs: dict[str, list[float]] = {}
        for size in sizes:
            with table_of(name, dates(size)) as rows:
                print(f"{name}, {size:,} rows")
                for cycle, timing in CYCLES.items():
                    costs.setdefault(cycle, []).append(measure(rows, cycle, timing))
                everything = seconds(lambda rows=rows: read_everything(rows), 1)
                print(f"  a read of everything {everything * 1000:8.1f} ms")
        for cycle, found in costs.items():
            if len(found) > 1:
                print(f"{name}, {cycle}: exponent {exponent(sizes, found):.2f}")
    for name in URLS:
        for crowd in CROWDS:
            measure_crowd(name, crowd, sizes)
    many_tasks()


@contextmanager
def table_of(name: str, held: Iterable[datetime]) -> Iterator[Rows]:
    """Give a table with a row for each of some dates."""
    with TemporaryDirectory() as folder:
        info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url_of(name)})
        engine = open_database(info, Path(folder))
        table = sa.Table(
            TABLE,
            sa.MetaData(),
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("name", sa.String(20)),
            sa.Column("at", sa.DateTime),
            sa.Index(f"{TABLE}_at", "at"),
        )
        table.drop(engine, checkfirst=True)
        table.create(engine)
        try:
            with engine.begin() as connection:
                batch: list[dict[str, Any]] = []
                for number, at in enumerate(held):
                    batch.append({"id": number, "name": "a", "at": at})
                    if len(batch) == 10_000:
                        connection.execute(sa.insert(table), batch)
                        batch = []
                if batch:
                    connection.execute(sa.insert(table), batch)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                words = {"mysql": "ANALYZE TABLE", "postgresql": "VACUUM ANALYZE"}
                word = words.get(engine.dialect.name, "ANALYZE")
                connection.exec_driver_sql(f"{word} {TABLE}")
            yield Rows.open(engine, MODEL).within(30.0)
        finally:
            table.drop(engine)
            engine.dispose()


def dates(size: int) -> Iterator[datetime]:
    """Yield the dates: none at a full hour but those of the rows that are due."""
    dice = random.Random(4)
    yield from [AT] * 25
    yield from [AT - timedelta(days=365)] * 25
    yield from (AT - timedelta(days=day) for day in range(1, 51))
    for _ in range(size - 100):
        hours = timedelta(hours=dice.randrange(DAYS * 24))
        yield AT - hours + timedelta(seconds=dice.randrange(300, 3300))


def exponent(sizes: list[int], costs: list[float]) -> float:
    """Return the power of the size with which a cost grows."""
    return math.log(costs[-1] / costs[0]) / math.log(sizes[-1] / sizes[0])


def measure_crowd(name: str, crowd: str, sizes: list[int]) -> None:
    """Print what finding rows costs that are all due in one minute."""
    costs, task = [], task_of({})

    def look(rows: Rows) -> int:
        return len(scan(rows, task, DateColumns()))

    for size in sizes:
        with table_of(name, CROWDS[crowd](size)) as rows:
            assert look(rows) == size
            costs.append(seconds(partial(look, rows), 3))
            everything = seconds(partial(read_everything, rows), 3)
        print(
            f"{name}, {size:,} rows due {crowd}: {costs[-1]:.2f} s, "
            f"{costs[-1] / size * 1e6:.1f} µs a row; a read of everything {everything:.2f} s"
        )
    if len(costs) > 1:
        print(f"{name}, due {crowd}: exponent {exponent(sizes, costs):.2f}")


def task_of(timing: dict[str, object]) -> DateFieldTask:
    """Return a task of the table."""
    timer = RowTimer.from_config({"startField": "at", **timing}, "UTC")
    function = FunctionRef("tasks.A", "tasks/A/inner.py", "customFunc", CallStyle.CUSTOM_FUNC)
    return DateFieldTask(
        "tasks.A", "A", True, function, Policy(), timer, MODEL, None, "", "", ()
    )  # fmt: skip


def measure(rows: Rows, cycle: str, timing: dict[str, object]) -> float:
    """Print what finding the due rows costs, and return its seconds."""
    task, columns = task_of(timing), DateColumns()
    found = len(scan(rows, task, columns))
    took = seconds(lambda: scan(rows, task, columns))
    by_hand = seconds(lambda: hand_written(rows, found))
    print(
        f"  {cycle:7} {found:4} due {took * 1000:8.1f} ms, a range with as many "
        f"{by_hand * 1000:6.1f} ms: {took / by_hand:5.1f} times"
    )
    return took


def scan(rows: Rows, task: DateFieldTask, columns: DateColumns) -> list[object]:
    """Return the due rows with their occurrences, as a fast scan finds them."""
    with rows.scanned() as connection:
        pages = shared_due_rows(
            [Asked(task, WINDOW)], rows, columns, connection, NOW, lambda *_: None
        )
        return [due for _, page in pages for due in page]


def hand_written(rows: Rows, count: int) -> list[object]:
    """Return as many rows by a range of the date, as a program would that knows the range."""
    table = rows.table
    last = AT - timedelta(days=100)
    query = (
        sa.select(table.c.id, table.c.at)
        .where(table.c.at >= last, table.c.at <= last + timedelta(days=400))
        .order_by(table.c.at)
        .limit(count)
    )
    with rows.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def read_everything(rows: Rows) -> int:
    """Read key and date of each row; return how many."""
    query = sa.select(rows.table.c.id, rows.table.c.at)
    with rows.engine.connect().execution_options(stream_results=True) as connection:
        return sum(1 for _ in connection.execute(query))


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the seconds of the quickest of several rounds: a busy machine adds to each."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
        if sum(took) > _LONG:
            break
    return min(took)


def many_tasks(tasks: int = 181, models: int = 42) -> None:
    """Print what a scan of many tasks costs where nothing is due."""
    with TemporaryDirectory() as folder:
        tree = Tree(Path(folder) / "app")
        tree.things()
        for number in range(models):
            tree.write(
                f"models/M{number}/e.json",
                {
                    "type": "models.TableType",
                    "title": "M",
                    "db": "databases.D",
                    "table": f"m{number}",
                },
            )
        for number in range(tasks):
            kind = "day" if number % 4 == 0 else "normal"
            timing = {"startField": "at", "repeat": {"repeatType": kind}}
            expression = f"Q('name','=','{'abc'[number % 3]}')"
            model = f"models.M{number % models}"
            tree.dated(f"T{number}", timing=timing, modelPath=model, filter=expression)
        engine = sa.create_engine(f"sqlite:///{tree.root / 'd.db'}")
        with engine.begin() as connection:
            for number in range(models):
                connection.exec_driver_sql(
                    f"CREATE TABLE m{number} (id INTEGER PRIMARY KEY, name TEXT, at DATETIME)"
                )
                connection.exec_driver_sql(f"CREATE INDEX m{number}_at ON m{number} (at)")
                connection.exec_driver_sql(
                    f"INSERT INTO m{number} (name, at) VALUES ('a', '2026-05-02 08:00:00')"
                )
        engine.dispose()
        _scan_many(tree)


def _scan_many(tree: Tree) -> None:
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    data = AppData(snapshot.app.databases, tree.root)
    clock = FixedClock(NOW)
    with Store.open(snapshot.app.settings, tree.root, create=True) as store:
        boundary = TaskBoundary(lambda _: None)
        row_scan = RowScan(store, lambda _: None, boundary, clock)
        [dated] = row_scan.by_database(snapshot).values()
        took = []
        for number in range(20):
            now = NOW + number * timedelta(seconds=10)
            began = time.process_time()
            row_scan.scan(dated, Pass(data, now, timedelta(seconds=10), lambda: None, 60.0))
            took.append(time.process_time() - began)
        data.close()
    print(
        f"{len(dated)} tasks: {min(took[1:]) * 1000:.0f} ms of CPU a scan, "
        f"{took[0] * 1000:.0f} ms the first, with its sweeps"
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100_000, 1_000_000])
