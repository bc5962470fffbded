"""How late bodies start where many rows are due in one minute, beside what the pool can do (D4, R5).

A table with a row for each instant, evenly over a minute, and a task whose function does
nothing. ``jittask run`` plans the rows before that minute comes. Shown are the runs that
completed, the runs a second from the first start to the last end, and how late bodies
started. A pool that executes fewer runs a second than are due falls behind: the last body
starts as late as the whole takes longer than its minute. So the lateness at p99 is shown
beside that of an ideal pool of the same speed.

Run: python -m benchmarks.due_in_a_minute [rows] [executor ...]
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from tests.tree import Tree

SPAN = 60.0
"""Seconds over which the rows are due."""
PATIENCE = 900.0
ROWS_A_SECOND = 1500
"""How fast rows are planned, at least; the minute begins when all should be."""
SERVICE = "def customFunc(rowData):\n    pass\n"


def main(rows: int, executors: list[str]) -> None:
    """Print one line for each executor."""
    print("executor | completed | runs a second | late p50 s | p99 s | ideal p99 s | planned in s")
    for executor in executors:
        print(f"{executor} | {measured(rows, executor)}", flush=True)


def measured(rows: int, executor: str) -> str:
    """Run the program until all is done; return the figures."""
    with TemporaryDirectory() as folder:
        tree = Tree(Path(folder) / "app", runtime={"executor": executor, "workers": 2})
        tree.things()
        tree.dated("Due", SERVICE)
        begin = datetime.now(UTC) + timedelta(seconds=rows / ROWS_A_SECOND + 15)
        fill(tree.root / "d.db", rows, begin.replace(tzinfo=None))
        store = sa.create_engine(f"sqlite:///{tree.root}/.jittask/jittask.db")
        command = [sys.executable, "-m", "jittask", "run", str(tree.root), "--format", "json"]
        silent = subprocess.DEVNULL
        began = time.perf_counter()
        planned = None
        with subprocess.Popen(command, stdout=silent, stderr=silent) as program:
            try:
                while ended(store) < rows:
                    if planned is None and count_of(store, "") >= rows:
                        planned = time.perf_counter() - began
                    if time.perf_counter() - began > PATIENCE:
                        break
                    time.sleep(1)
            finally:
                program.terminate()
        with store.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT effective, started, finished FROM runs WHERE status = 'completed'"
            ).all()
        store.dispose()
    return figures(found, planned)


def figures(found: list[sa.Row[tuple[int, int, int]]], planned: float | None) -> str:
    """Return the figures of runs by their effective instants, starts and ends in microseconds."""
    late = sorted((started - effective) / 1e6 for effective, started, _ in found)
    first, last = min(run[1] for run in found), max(run[2] for run in found)
    rate = len(found) / ((last - first) / 1e6)
    due_rate = len(found) / SPAN
    behind = max(0.0, 0.99 * len(found) * (1 / rate - 1 / due_rate))
    p50, p99 = (late[int(len(late) * part)] for part in (0.5, 0.99))
    shown = "not seen" if planned is None else f"{planned:.0f}"
    return f"{len(found):,} | {rate:,.0f} | {p50:.2f} | {p99:.2f} | {behind:.2f} | {shown}"


def fill(file: Path, rows: int, begin: datetime) -> None:
    """Give the table a row for each instant."""
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE Thing (id INTEGER PRIMARY KEY, name TEXT, at DATETIME, day DATE)"
        )
        connection.exec_driver_sql("CREATE INDEX thing_at ON Thing (at)")
        connection.exec_driver_sql(
            "INSERT INTO Thing (id, name, at) VALUES (?, 'a', ?)",
            [
                (number + 1, (begin + timedelta(seconds=SPAN * number / rows)).isoformat(" "))
                for number in range(rows)
            ],
        )
    engine.dispose()


def ended(store: sa.Engine) -> int:
    """Return how many runs have ended."""
    return count_of(store, "WHERE finished IS NOT NULL")


def count_of(store: sa.Engine, condition: str) -> int:
    """Return how many runs there are; none before the store exists."""
    try:
        with store.connect() as connection:
            return int(
                connection.exec_driver_sql(f"SELECT count(*) FROM runs {condition}").scalar_one()
            )
    except sa.exc.OperationalError:
        return 0


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    main(size, sys.argv[2:] or ["process", "thread"])
