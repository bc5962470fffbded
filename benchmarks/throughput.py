"""How many no-op runs a second are planned, claimed, executed and recorded, beside the peers.

All in one run, at equal durability: SQLite in WAL mode with the same
``synchronous`` on both sides, PostgreSQL with its defaults. Every figure is of
the whole way, from the first thing that is put in to the last one done. Ours:
ten tasks that fire every second, after a downtime, with ``misfire`` all; so the
figure has the start of the program in it. The peers: as many no-op jobs as
given. None is asked for more than it does: APScheduler and procrastinate keep
no result, huey does.

Run: python benchmarks/throughput.py [runs]
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from jittask.clock import SystemClock

POSTGRES = os.environ.get(
    "JITTASK_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test"
)
RUNS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 30_000
TASKS = 10
DONE = threading.Semaphore(0)


# --- ours


def ours(executor: str, store: str | None, synchronous: str, runs: int) -> float:
    """Return completed runs a second, in a process of its own."""
    command = [sys.executable, __file__, "--ours", executor, store or "", synchronous, str(runs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return float(done.stdout)


class Earlier(SystemClock):
    """The machine's clock, some seconds ago."""

    def __init__(self, seconds: float) -> None:
        self._ago = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() - self._ago


def run_ours(executor: str, store: str, synchronous: str, runs: int) -> None:
    from jittask import Runtime
    from jittask.model import RunStatus
    from jittask.runtime.events import Event, Finished
    from jittask.store.dialects import sqlite

    sqlite.SYNCHRONOUS = synchronous
    finished, all_of_them = 0, threading.Event()

    def count(event: Event) -> None:
        nonlocal finished
        if isinstance(event, Finished) and event.status is RunStatus.COMPLETED:
            finished += 1
            if finished >= runs:
                all_of_them.set()

    with TemporaryDirectory() as folder:
        root = tree(Path(folder) / "tree", executor, store or None)
        with Runtime(root, clock=Earlier(runs / TASKS + 35)):  # from when on the tasks count
            pass
        began = time.perf_counter()
        with Runtime(root, on_event=count) as runtime:
            all_of_them.wait(600)
            rate = finished / (time.perf_counter() - began)
            runtime.stop_now()
    sys.stdout.write(f"{rate}\n")


def tree(root: Path, executor: str, store: str | None) -> Path:
    settings = {"timezone": "UTC", "runtime": {"executor": executor, "workers": 4}}
    put(root / "app.json", {"settings": settings | ({"store": store} if store else {})})
    put(root / "services/Nothing/e.json", {"type": "services.NormalType", "title": "N"})
    (root / "services/Nothing/service.py").write_text("def run():\n    pass\n")
    end = datetime.now(UTC) - timedelta(seconds=30)
    config = {
        "startTime": "2026-01-01 00:00:00",
        "endTime": end.strftime("%Y-%m-%d %H:%M:%S"),
        "repeat": {"repeatType": "custom", "rrule": "FREQ=SECONDLY"},
    }
    for n in range(TASKS):
        put(
            root / f"tasks/T{n}/e.json",
            {"type": "tasks.NormalType", "title": "T", "enable": 1, "funcType": "Global",
             "func": "services.Nothing.run", "timerCfg": config,
             "policy": {"misfire": "all", "overlap": "allow"}},
        )  # fmt: skip
    return root


def put(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


# --- the peers


def nothing() -> None:
    DONE.release()


def wait_for(jobs: int) -> None:
    for _ in range(jobs):
        DONE.acquire()


def apscheduler(url: str, synchronous: str, jobs: int, *, live: bool) -> float:
    """One-shot jobs from its SQLAlchemy store, run by its pool of threads.

    Put in while it runs (``live``), or before it does.
    """
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    engine = sa.create_engine(url)
    durable(engine, synchronous)
    table = f"aps_{uuid.uuid4().hex[:8]}"
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=engine, tablename=table)},
        job_defaults={"misfire_grace_time": 600}, timezone=UTC,
    )  # fmt: skip
    began = time.perf_counter()
    scheduler.start(paused=not live)
    for _ in range(jobs):
        scheduler.add_job("__main__:nothing", "date", run_date=datetime.now(UTC))
    if not live:
        scheduler.resume()
    wait_for(jobs)
    rate = jobs / (time.perf_counter() - began)
    scheduler.shutdown()
    sa.Table(table, sa.MetaData()).drop(engine, checkfirst=True)
    return rate


def durable(engine: sa.Engine, synchronous: str) -> None:
    if engine.dialect.name != "sqlite":
        return

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}"):
            connection.execute(f"PRAGMA {pragma}")


def huey(file: Path, synchronous: str, jobs: int) -> float:
    """Tasks through its SQLite storage, run by four threads of its consumer."""
    from huey import SqliteHuey

    queue = SqliteHuey(filename=str(file), journal_mode="wal", fsync=synchronous == "FULL")

    @queue.task()
    def no_op() -> int:
        DONE.release()
        return 1

    began = time.perf_counter()
    for _ in range(jobs):
        no_op()
    consumer = queue.create_consumer(workers=4, worker_type="thread", periodic=False,
                                     initial_delay=0.001, max_delay=0.005)  # fmt: skip
    consumer.start()
    wait_for(jobs)
    rate = jobs / (time.perf_counter() - began)
    consumer.stop(graceful=True)
    return rate


def procrastinate(jobs: int) -> float:
    """Jobs put in by batches and run by one worker with a concurrency of four."""
    import procrastinate as library

    async def measure() -> float:
        url = POSTGRES.replace("+psycopg", "")
        schema = f"procrastinate_{uuid.uuid4().hex[:8]}"
        connector = library.PsycopgConnector(
            conninfo=url, kwargs={"options": f"-csearch_path={schema}"}
        )
        app = library.App(connector=connector)

        @app.task
        async def no_op() -> None:
            return None

        with own_schema(schema):
            async with app.open_async():
                await app.schema_manager.apply_schema_async()
                began = time.perf_counter()
                for first in range(0, jobs, 500):
                    await no_op.batch_defer_async(*({} for _ in range(min(500, jobs - first))))
                await app.run_worker_async(
                    wait=False, concurrency=4, listen_notify=False, install_signal_handlers=False
                )
                return jobs / (time.perf_counter() - began)

    return asyncio.run(measure())


@contextmanager
def own_schema(schema: str) -> Iterator[str]:
    """Make a schema for a while; give the URL that uses it."""
    engine = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
        try:
            yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
        finally:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


# --- the table


def main() -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; runs a second\n")
    print(
        "| store | jittask, inline | jittask, processes | jittask, threads"
        " | APScheduler, live | APScheduler, put in before | huey | procrastinate |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for synchronous in ("FULL", "NORMAL"):
        with TemporaryDirectory() as folder:
            place = Path(folder)
            figures = [
                f"{ours('inline', None, synchronous, RUNS):,.0f}",
                f"{ours('process', None, synchronous, RUNS):,.0f}",
                f"{ours('thread', None, synchronous, RUNS):,.0f}",
                *(
                    f"{apscheduler(f'sqlite:///{place}/aps.db', synchronous, 1000, live=live):,.0f}"
                    for live in (True, False)
                ),
                f"{huey(place / 'huey.db', synchronous, 2000):,.0f}",
                "–",
            ]
        print(f"| SQLite, synchronous={synchronous} | {' | '.join(figures)} |", flush=True)
    figures = []
    for executor in ("inline", "process", "thread"):
        with own_schema(f"jittask_{uuid.uuid4().hex[:8]}") as url:
            figures.append(f"{ours(executor, url, 'FULL', RUNS):,.0f}")
    for live in (True, False):
        with own_schema(f"aps_{uuid.uuid4().hex[:8]}") as url:
            figures.append(f"{apscheduler(url, 'FULL', 1000, live=live):,.0f}")
    figures += ["–", f"{procrastinate(3000):,.0f}"]
    print(f"| PostgreSQL | {' | '.join(figures)} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ours"]:
        executor, store, synchronous, runs = sys.argv[2:]
        run_ours(executor, store, synchronous, int(runs))
    else:
        main()
