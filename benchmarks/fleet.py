"""How many no-op runs a second a fleet completes, with 1, 2, 4 and 8 workers, beside Celery alone.

All in one run, on one machine, with one process for each worker, over a Redis of
its own. Ours: manual runs that wait in the store (PostgreSQL with its defaults)
when the clock starts, until the last is recorded as completed. Celery alone:
the same number of no-op tasks, sent by one program, until the last result is in
its result backend (the same Redis, which writes nothing to a disk).

How much the store has to do for a run is what PostgreSQL itself counts in a database of the
benchmark's own: transactions that were committed, and the time that its connections were active.

Run: python -m benchmarks.fleet [runs]
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from celery import Celery, group

from jittask.compiler import compile_tree
from jittask.model import Trigger
from jittask.store import Store
from jittask.store.plans import NewRun
from tests.fleet.brokers import OwnRedis, own_redis
from tests.running import Program
from tests.services import url_of
from tests.tree import Tree

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 2000
FLEETS = (1, 2, 4, 8)
TASKS = 10
_COUNTED_AFTER = 1.5
"""Seconds after which a connection has reported to the server's statistics what it has done."""

app = Celery("alone", broker=os.environ.get("FLEET_BROKER"), backend=os.environ.get("FLEET_BROKER"))


@app.task(name="nothing")
def nothing() -> None:
    """Do nothing."""


# --- ours


@dataclass(frozen=True)
class Figures:
    """What a fleet of so many workers does."""

    runs_a_second: float
    commits_a_run: float
    store_millis_a_run: float
    """For how long connections of the store were active, all together."""


@contextmanager
def own_database() -> Iterator[str]:
    """Give the URL of an empty database, which counts what is done in it alone."""
    url = sa.make_url(url_of("postgresql"))
    name = f"jittask_fleet_{os.getpid()}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


def done_by_server(store: Store) -> tuple[int, float]:
    """Return how many transactions were committed so far, and the active time in milliseconds."""
    query = sa.text(
        "SELECT xact_commit, active_time FROM pg_stat_database WHERE datname = current_database()"
    )
    time.sleep(_COUNTED_AFTER)
    with store._database.engine.connect() as connection:
        commits, millis = connection.execute(query).one()
    return commits, millis


def ours(folder: Path, workers: int, broker: OwnRedis) -> Figures:
    """Run so many workers until all runs are completed."""
    with own_database() as url, ExitStack() as running:
        runtime = {
            "workers": 1, "executor": {"type": "celery", "broker": broker.url, "queue": "ours"}
        }  # fmt: skip
        tree = Tree(folder / f"app-{workers}", store=url, runtime=runtime)
        for number in range(TASKS):
            tree.scheduled(
                f"T{number}", "def customFunc():\n    return None\n",
                timing={"startTime": "2100-01-01 00:00:00"}, policy={"overlap": "allow"},
            )  # fmt: skip
        program = running.enter_context(Program(tree.root, more=("--no-console",)))
        program.wait("ready")
        for number in range(workers):
            root = Tree(folder / f"w-{workers}-{number}", store=url, runtime=runtime).root
            running.enter_context(Program(root, command="worker")).wait("listening")
        app_settings = compile_tree(tree.root).app.settings
        with Store.open(app_settings, tree.root, create=False) as store:
            put(store, 50 * workers)
            seconds_until(store, 50 * workers)  # the workers are warm
            before = done_by_server(store)
            began = time.perf_counter()
            put(store, RUNS)
            seconds_until(store, 50 * workers + RUNS)
            seconds = time.perf_counter() - began
            commits, millis = (
                (after - first) / RUNS
                for after, first in zip(done_by_server(store), before, strict=True)
            )
            return Figures(RUNS / seconds, commits, millis)


def put(store: Store, runs: int) -> None:
    """Let so many runs wait."""
    now = datetime.now(UTC)
    new = [
        NewRun(f"tasks.T{number % TASKS}", "", Trigger.MANUAL, (now,), now)
        for number in range(runs)
    ]
    store.plan(now, create=new)


def seconds_until(store: Store, completed: int) -> None:
    """Wait until so many runs are completed."""
    query = sa.text("SELECT count(*) FROM runs WHERE status = 'completed'")
    with store._database.engine.connect() as connection:
        while connection.execute(query).scalar() < completed:
            connection.rollback()
            time.sleep(0.05)


# --- Celery alone


@contextmanager
def celery_workers(count: int, broker: OwnRedis) -> Iterator[None]:
    """Run so many Celery workers with one process each."""
    command = [
        sys.executable, "-m", "celery", "-A", "benchmarks.fleet:app", "worker", "-c", "1",
        "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR",
    ]  # fmt: skip
    workers = [
        subprocess.Popen(
            [*command, "-n", f"w{number}@%h"], env={**os.environ, "FLEET_BROKER": broker.url},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for number in range(count)
    ]  # fmt: skip
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()


def celery_alone(workers: int, broker: OwnRedis) -> float:
    """Return completed tasks a second."""
    app.conf.update(broker_url=broker.url, result_backend=broker.url)
    with celery_workers(workers, broker):
        group(nothing.s() for _ in range(50 * workers)).apply_async().join(timeout=300)
        began = time.perf_counter()
        group(nothing.s() for _ in range(RUNS)).apply_async().join(timeout=300)
        return RUNS / (time.perf_counter() - began)


def main() -> None:
    """Print a table."""
    print(f"{RUNS} runs, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("workers  JitTask runs/s  Celery alone tasks/s  commits a run  store ms a run")
    with TemporaryDirectory() as folder, own_redis() as broker:
        for workers in FLEETS:
            fleet = ours(Path(folder), workers, broker)
            alone = celery_alone(workers, broker)
            print(
                f"{workers:7}  {fleet.runs_a_second:14.0f}  {alone:20.0f}  "
                f"{fleet.commits_a_run:13.2f}  {fleet.store_millis_a_run:14.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
