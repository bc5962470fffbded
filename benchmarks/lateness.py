"""How late bodies start: a thousand runs over ten seconds, beside the peers.

Ours, as ``jittask run``: a hundred tasks that fire every second, ten
milliseconds apart; and once more all at the same instant. APScheduler: a hundred interval jobs in its
SQLAlchemy store. huey: a thousand tasks with an eta in its SQLite storage. Each
body tells when it starts; shown is that minus when it was due, in milliseconds.
Run: python benchmarks/lateness.py
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
import throughput

TASKS, SECONDS, WARM = 100, 10, 5
HEARD: list[float] = []
SERVICE = """
import os, time
from jittask import app, currentTask

def run():
    late = time.time() - currentTask.effective.timestamp()
    handle = os.open(app.rootPath / "heard.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(handle, f"{late}\\n".encode())
    os.close(handle)
"""


def run_ours(executor: str, apart: float) -> None:
    throughput.TASKS = TASKS
    with TemporaryDirectory() as folder:
        root = throughput.tree(Path(folder) / "tree", executor, None)
        (root / "services/Nothing/service.py").write_text(SERVICE)
        for n, file in enumerate(root.rglob("tasks/*/e.json")):
            start = datetime(2026, 1, 1) + timedelta(milliseconds=n * apart)
            text = re.sub(r"\"endTime\": \"[^\"]*\", ", "", file.read_text())
            file.write_text(text.replace("2026-01-01 00:00:00", start.isoformat()))
        heard = root / "heard.txt"
        heard.touch()
        command = [sys.executable, "-m", "jittask", "run", str(root), "--format", "json"]
        silent = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=silent, stderr=silent) as program:
            time.sleep(WARM)  # every worker has begun
            before = len(heard.read_text().splitlines())
            time.sleep(SECONDS)
            found = heard.read_text().splitlines()[before:]
            program.terminate()
    sys.stdout.write(shown([float(one) for one in found]) + "\n")


def late(due: float) -> None:
    HEARD.append(time.time() - due)


def tick(offset: float) -> None:
    HEARD.append((time.time() - offset) % 1)


def apscheduler(apart: float) -> str:
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    with TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/aps.db")
        throughput.durable(engine, "FULL")
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(engine=engine)}, timezone=UTC,
            job_defaults={"misfire_grace_time": 60},
        )  # fmt: skip
        begin = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
        for n in range(TASKS):
            offset = timedelta(milliseconds=n * apart)
            scheduler.add_job("__main__:tick", "interval", seconds=1, start_date=begin + offset,
                              args=(offset.total_seconds(),),
                              end_date=begin + offset + timedelta(seconds=SECONDS - 1))  # fmt: skip
        scheduler.start()
        time.sleep(SECONDS + 6)
        scheduler.shutdown()
    return shown(HEARD)


def huey(apart: float) -> str:
    from huey import SqliteHuey

    HEARD.clear()
    with TemporaryDirectory() as folder:
        queue = SqliteHuey(filename=f"{folder}/huey.db", journal_mode="wal", fsync=True, utc=True)
        tell = queue.task()(late)
        begin = datetime.now(UTC).replace(microsecond=0, tzinfo=None) + timedelta(seconds=6)
        for second in range(SECONDS):
            due = begin + timedelta(seconds=second)
            for n in range(TASKS):
                at = due + timedelta(milliseconds=n * apart)
                tell.schedule(args=(at.replace(tzinfo=UTC).timestamp(),), eta=at)
        consumer = queue.create_consumer(workers=4, worker_type="thread", periodic=False,
                                         initial_delay=0.01, max_delay=0.01)  # fmt: skip
        consumer.start()
        end = threading.Event()
        end.wait(SECONDS + 10)
        consumer.stop(graceful=True)
    return shown(HEARD)


def shown(found: list[float]) -> str:
    found = sorted(1000 * one for one in found)
    cuts = statistics.quantiles(found, n=100)
    figures = (statistics.median(found), cuts[98], found[-1])
    return f"{len(found):,} | " + " | ".join(f"{one:,.1f}" for one in figures)


def main() -> None:
    print(f"{os.cpu_count()} cores; milliseconds late\n")
    print("| | runs | p50 | p99 | max |\n| --- | ---: | ---: | ---: | ---: |")
    for apart, words in ((10, "10 ms apart"), (0, "100 at once")):
        for executor in ("thread", "process"):
            done = subprocess.run([sys.executable, __file__, executor, str(apart)],
                                  stdout=subprocess.PIPE, text=True, check=True)  # fmt: skip
            print(f"| jittask, {executor}, {words} | {done.stdout.strip()} |", flush=True)
        HEARD.clear()
        print(f"| APScheduler, {words} | {apscheduler(apart)} |", flush=True)
        print(f"| huey, {words} | {huey(apart)} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run_ours(sys.argv[1], float(sys.argv[2]))
    else:
        main()
