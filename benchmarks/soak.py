"""Half an hour of steady load with a kill every twenty seconds: memory, handles, the store's size.

``jittask run`` with the default executor and store runs twenty tasks a second. Three
of them leave a process behind in each run: a fork that sleeps, a daemon in a session
of its own, and a subprocess. Every twenty seconds something is killed with SIGKILL: a
worker process, the fork server, or, every five minutes, the program, which is then
started again. The store begins with as many records as will be made, which pass their
retention meanwhile. At the end every second of every task must be in one record, and no
process of a body may live.

Run: python benchmarks/soak.py [minutes]; Linux only.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from processes import family, memory
from trees import put

from jittask.compiler import compile_tree
from jittask.model import Trigger
from jittask.store import Store
from jittask.store.plans import NewRun
from jittask.store.record_filter import RecordFilter
from jittask.store.tables import log_chunks, runs

MINUTES = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
TASKS = 20
KILL_EVERY = 20.0
LOOK_EVERY = 5.0
PROGRAM_EVERY = 15  # kills
A_ROW_EVERY = 300.0
RETENTION = timedelta(days=1)
SEED = int(os.environ.get("JITTASK_FAULT_SEED", str(random.randrange(2**31))))
BODY = """from jittask import log


def customFunc():
    log.info("tick")
    print("a line")
    return [1, 2, 3]
"""
MARK = f"left-by-the-soak-{os.getpid()}"
LEAVES = (
    ("import os, time\n\n\ndef customFunc():\n    if os.fork() == 0:\n        time.sleep(3600)\n"),
    (
        "import os, time\n\n\ndef customFunc():\n    if os.fork() == 0:\n        os.setsid()\n"
        "        if os.fork() == 0:\n            time.sleep(3600)\n        os._exit(0)\n"
    ),
    (
        "import subprocess\n\n\ndef customFunc():\n"
        f"    subprocess.Popen(['sleep', '3600'], start_new_session=True, env={{'MARK': {MARK!r}}})\n"
    ),
)
"""Bodies that leave a process behind."""


@dataclass
class Look:
    """What was seen at a moment."""

    megabytes: float
    handles: int
    processes: int
    """All that the program and the bodies have started, and the program."""
    store: float


def make(root: Path) -> Path:
    put(root / "app.json", {"settings": {"timezone": "UTC", "retentionDays": RETENTION.days}})
    for n in range(TASKS):
        put(
            root / f"tasks/Tick{n:02d}/e.json",
            {"type": "tasks.NormalType", "title": f"Tick {n}", "enable": 1, "funcType": "Inner",
             "timerCfg": {"startTime": "2026-01-01 00:00:00",
                          "repeat": {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}},
             "policy": {"misfire": "all", "overlap": "allow", "onInterrupted": "rerun",
                        "graceSeconds": 3600}},
        )  # fmt: skip
        put(root / f"tasks/Tick{n:02d}/inner.py", LEAVES[n] if n < len(LEAVES) else BODY)
    return root


def age(root: Path, seconds: float) -> None:
    """Put in records that pass their retention one after the other, from now on."""
    now = datetime.now(UTC)
    with Store.open(compile_tree(root).app.settings, root, create=True) as store:
        count = int(seconds) * TASKS
        for first in range(0, count, 5000):
            moments = [
                now - RETENTION + timedelta(seconds=n / TASKS)
                for n in range(first, min(first + 5000, count))
            ]
            store.plan(now, [NewRun("tasks.Old", "", Trigger.MANUAL, (at,), at) for at in moments])
        with store._database.writing() as connection:
            ended = {"status": "completed", "finished": runs.c.effective + 100_000,
                     "started": runs.c.effective, "began": runs.c.effective, "attempt": 1,
                     "runtime": "w", "version": "0" * 64, "result": "[1, 2, 3]"}  # fmt: skip
            connection.execute(sa.update(runs).values(ended))
            for stream, text in (("log", "INFO tick"), ("stdout", "a line\n")):
                chunk = sa.select(
                    runs.c.id, 1, runs.c.effective, sa.literal(stream), sa.literal(text)
                )
                columns = ["run_id", "attempt", "at", "stream", "text"]
                connection.execute(sa.insert(log_chunks).from_select(columns, chunk))


def start(root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "jittask", "run", str(root), "--format", "json"]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "MARK": MARK},
    )


def left_behind() -> int:
    """Return how many processes live that the program, or a body, has started."""
    mark, found = f"MARK={MARK}\0".encode(), 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                found += mark in (entry / "environ").read_bytes()
    return found


def kill(program: subprocess.Popen[bytes], number: int, dice: random.Random) -> str:
    if number % PROGRAM_EVERY == 0:
        program.kill()
        program.wait()
        return "program"
    others = [pid for pid in family(program.pid) if pid != program.pid]
    if others:
        os.kill(dice.choice(others), signal.SIGKILL)
    return "worker or fork server"


def look(program: subprocess.Popen[bytes], root: Path) -> Look:
    files = (root / ".jittask").glob("jittask.db*")
    return Look(
        memory(program.pid, "Pss"),
        len(list(Path(f"/proc/{program.pid}/fd").iterdir())),
        left_behind(),
        sum(file.stat().st_size for file in files) / 1e6,
    )


def soak(root: Path) -> Iterator[tuple[float, list[Look], Counter[str]]]:
    """Yield what was seen in each few minutes."""
    dice, program = random.Random(SEED), start(root)
    began = time.monotonic()
    next_kill, next_row, number = began + KILL_EVERY, began + A_ROW_EVERY, 0
    looks: list[Look] = []
    killed: Counter[str] = Counter()
    while (now := time.monotonic()) < began + MINUTES * 60:
        if now >= next_kill:
            number, next_kill = number + 1, next_kill + KILL_EVERY
            killed[kill(program, number, dice)] += 1
            if program.poll() is not None:
                program = start(root)
        time.sleep(LOOK_EVERY)
        looks.append(look(program, root))
        if now >= next_row:
            next_row += A_ROW_EVERY
            yield now - began, looks, killed
            looks = []
    yield time.monotonic() - began, looks, killed
    program.send_signal(signal.SIGTERM)
    program.wait(60)


def judge(root: Path) -> str:
    """Say whether every second of every task stands in one record, and how the runs ended."""
    now = datetime.now(UTC)
    states: Counter[str] = Counter()
    lost = doubled = again = 0
    with Store.open(compile_tree(root).app.settings, root, create=False) as store:
        for n in range(TASKS):
            nominals: Counter[datetime] = Counter()
            after: str | None = None
            while True:
                page = store.records(RecordFilter(tasks=(f"tasks.Tick{n:02d}",)), now, 1000, after)
                for run in page.records:
                    states[run.status] += 1
                    again += run.attempt > 1
                    nominals.update(run.nominals)
                after = page.next
                if after is None:
                    break
            span = (max(nominals) - min(nominals)) / timedelta(seconds=1) + 1
            lost += round(span) - len(nominals)
            doubled += sum(1 for times in nominals.values() if times > 1)
    ended = ", ".join(f"{count:,} {state}" for state, count in states.most_common())
    return f"{ended}; begun again {again}; lost {lost}, doubled {doubled}"


def main() -> None:
    print(f"seed {SEED}; {TASKS} tasks a second for {MINUTES:g} minutes", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        root = make(Path(folder) / "tree")
        age(root, MINUTES * 60)
        print("| until | killed | memory (PSS) | handles of the program | processes | store |")
        print("| --- | --- | ---: | ---: | ---: | ---: |")
        for seconds, looks, killed in soak(root):
            worst = [max(getattr(look, name) for look in looks) for name in Look.__annotations__]
            what = ", ".join(f"{count} × {name}" for name, count in killed.items())
            print(
                f"| {seconds / 60:.0f} min | {what} | {worst[0]:.0f} MB | {worst[1]:.0f} "
                f"| {worst[2]:.0f} | {worst[3]:.1f} MB |",
                flush=True,
            )
        print(f"\n{judge(root)}; {left_behind()} processes left at the end")
        print(json.dumps({"seed": SEED}))


if __name__ == "__main__":
    main()
