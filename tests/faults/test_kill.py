"""Kills the program, or a worker, again and again; the records must stay true (I1-I4, I6)."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.model import RunState, Trigger
from jittask.store import Store
from jittask.store.records import RecordFilter
from tests.running import Program
from tests.tree import Tree

ROUNDS = int(os.environ.get("JITTASK_FAULT_ROUNDS", "50"))
SEED = int(os.environ.get("JITTASK_FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)

WITNESS = """import os, time
from datetime import datetime, timezone
from jittask import app, currentTask

def tell(word):
    line = f"{word} {currentTask.runId} {currentTask.task} {currentTask.rowKey or '-'} " \\
           f"{currentTask.effective.timestamp()} {datetime.now(timezone.utc).timestamp()}\\n"
    handle = os.open(app.rootPath / "witness.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(handle, line.encode())
    os.close(handle)

def body(*_):
    tell("start")
    time.sleep(0.05)
    tell("end")
"""


def build(root: Path) -> Tree:
    tree = Tree(root, runtime={"workers": 2, "scanSeconds": 0.2})
    tree.write("commons/__init__.py", "")
    tree.write("commons/witness.py", WITNESS)
    start = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    for name, misfire in (("EverySecond", "latest"), ("All", "all")):
        tree.scheduled(
            name,
            "from commons.witness import body as customFunc\n",
            {"repeatType": "custom", "rrule": "FREQ=SECONDLY"},
            timing={"startTime": start},
            policy={"misfire": misfire, "overlap": "allow"},
        )
    tree.things()
    tree.dated(
        "Rows", "from commons.witness import body\n\n\ndef customFunc(rowData):\n    body()\n"
    )
    with contextlib.closing(sqlite3.connect(root / "d.db")) as data, data:
        data.execute("CREATE TABLE Thing (id INTEGER PRIMARY KEY, name TEXT, at TEXT, day TEXT)")
        base = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        for n in range(ROUNDS * 4):
            at = base + timedelta(seconds=2 + n * 0.4)
            data.execute("INSERT INTO Thing(at) VALUES (?)", (at.strftime("%Y-%m-%d %H:%M:%S.%f"),))
    return tree


def worker_processes(program: Program) -> list[int]:
    """Return the worker processes: the template's children."""

    def children(pid: int) -> list[int]:
        found = subprocess.run(
            ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
        )
        return [int(word) for word in found.stdout.split()]

    return [worker for template in children(program.process.pid) for worker in children(template)]


@pytest.mark.process
def test_nothing_is_lost_or_doubled_over_kills(tmp_path: Path) -> None:
    print(f"JITTASK_FAULT_SEED={SEED} rounds={ROUNDS}")
    chance = random.Random(SEED)
    tree = build(tmp_path / "app")
    began = datetime.now(UTC)
    rounds = 0
    while rounds < ROUNDS:
        with Program(tree.root) as program:
            program.wait("ready")
            for _ in range(chance.randrange(1, 4)):
                program.wait(chance.choice(["started", "finished"]))
                victims = worker_processes(program)
                if victims and chance.random() < 0.5:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(chance.choice(victims), signal.SIGKILL)
                    rounds += 1
            program.kill()
            rounds += 1
    with Program(tree.root) as program:
        program.wait("ready")
        program.wait("finished", task="tasks.EverySecond")
        assert program.stop() == 0
    check(tree, began)


def check(tree: Tree, began: datetime) -> None:
    app = compile_tree(tree.root).app
    now = datetime.now(UTC)
    with Store.open(app.settings, tree.root, create=False) as store:
        runs, after = [], None
        while True:
            page = store.records(RecordFilter(), now, 1000, after)
            runs += page.records
            after = page.next
            if after is None:
                break
        marks = store.marks()
    witness = [line.split() for line in (tree.root / "witness.txt").read_text().splitlines()]

    # I1, I2: each nominal in exactly one record: its own, or a counted range
    for name in ("tasks.EverySecond", "tasks.All"):
        mine = [run for run in runs if run.task == name and run.trigger is Trigger.SCHEDULE]
        own = Counter(run.nominal for run in mine if run.state is not RunState.CANCELLED)
        assert max(own.values()) == 1, f"{name}: a nominal has two records"
        until = max(run.nominal for run in mine)
        wanted = [
            one.nominal for one in app.tasks[name].timer.between(marks[name].activated, until)
        ]
        counted = sum(run.missed.count for run in mine if run.missed)
        assert len(own) + counted == len(wanted), f"{name}: {len(own)} + {counted} of {len(wanted)}"
        if name == "tasks.All":
            assert counted == 0
    rows = Counter((run.row_key, run.nominal) for run in runs if run.task == "tasks.Rows")
    assert max(rows.values()) == 1
    with contextlib.closing(sqlite3.connect(tree.root / "d.db")) as data:
        activated = marks["tasks.Rows"].activated.replace(tzinfo=None)
        last = max(run.effective for run in runs if run.state is RunState.COMPLETED).replace(
            tzinfo=None
        )
        due = data.execute(
            "SELECT count(*) FROM Thing WHERE at > ? AND at <= ?",
            (activated.strftime("%Y-%m-%d %H:%M:%S.%f"), last.strftime("%Y-%m-%d %H:%M:%S.%f")),
        ).fetchone()[0]
    stood = [
        run
        for run in runs
        if run.task == "tasks.Rows" and run.effective.replace(tzinfo=None) <= last
    ]
    assert len(stood) == due

    # I4: nothing starts before it is due, by its own clock
    assert all(float(line[5]) >= float(line[4]) for line in witness if line[0] == "start")
    # I6: the witness agrees with the records
    starts = Counter(int(line[1]) for line in witness if line[0] == "start")
    ends = Counter(int(line[1]) for line in witness if line[0] == "end")
    for run in runs:
        match run.state:
            case RunState.COMPLETED:
                assert starts[run.id] == ends[run.id] == 1, run
            case RunState.FAILED:
                assert run.reason == "interrupted", run
                assert starts[run.id] <= 1, run
            case RunState.SKIPPED | RunState.CANCELLED | RunState.PENDING:
                assert starts[run.id] == 0, run
            case RunState.EXECUTING:
                raise AssertionError(f"left executing: {run}")
    states = Counter(str(run.state) for run in runs)
    print(dict(states), json.dumps({"witness": len(witness)}))
