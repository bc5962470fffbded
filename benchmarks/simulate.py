"""How long a simulated year takes: a hundred tasks of mixed cycles, a thousand rows.

    .venv/bin/python benchmarks/simulate.py [--run]

Twice: functions not called, and (with --run) called against the copy.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from jittask.operations.simulate.fixtures import GivenRows
from jittask.operations.simulate.simulate import Given, Period, simulate
from jittask.operations.workspace import Workspace
from tests.tree import Tree

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Period(SINCE, SINCE + timedelta(days=365))
CYCLES = [
    (55, {"repeatType": "day"}),
    (20, {"repeatType": "week", "weekday": [1, 4]}),
    (10, {"repeatType": "month", "day": [1, -1]}),
    (5, {"repeatType": "hour"}),
    (5, {"repeatType": "custom", "cron": "30 */4 * * 1-5"}),
]
MOVES = """from jittask import app
from datetime import timedelta


def customFunc(rowData):
    at = rowData["at"] + timedelta(days=30)
    app.getElement("models.Thing").updateByPK(rowData["id"], {"at": at})
"""


def make(root: Path) -> dict[str, GivenRows]:
    tree = Tree(root, timezone="Europe/Berlin", calendar="DE")
    tree.things()
    number = 0
    for count, repeat in CYCLES:
        for _ in range(count):
            number += 1
            start = f"2025-01-01 {number % 24:02}:{number % 60:02}:00"
            rolls = {"skipHoliday": 1} if repeat["repeatType"] in ("week", "month") else {}
            tree.scheduled(f"S{number}", repeat=repeat, timing={"startTime": start, **rolls})
    tree.dated("Once")
    tree.dated("Filtered", filter="Q('name','=','a')")
    tree.dated("Yearly", timing={"startField": "day", "repeat": {"repeatType": "year"}})
    tree.dated("Monthly", timing={"startField": "day", "repeat": {"repeatType": "month"}})
    tree.dated("Moves", MOVES, filter="Q('id','<',101)")
    drawn = random.Random(7)
    rows = [
        {"id": number, "name": drawn.choice("abc"),
         "at": str(SINCE.replace(tzinfo=None) + timedelta(minutes=drawn.randrange(525_600))),
         "day": str((SINCE + timedelta(days=drawn.randrange(-3000, 365))).date())}
        for number in range(1, 1001)
    ]  # fmt: skip
    return {"models.Thing": GivenRows(rows, "rows")}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        fixture = make(Path(folder) / "app")
        for run in (False, True) if "--run" in sys.argv else (False,):
            began, cpu = time.perf_counter(), time.process_time()
            with Workspace(Path(folder) / "app") as workspace:
                found = simulate(workspace, YEAR, Given(fixture), run=run)
            seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
            counts = Counter(run.status.value for run in found.runs)
            print(
                f"run={run}: {seconds:.1f} s ({cpu:.1f} s of CPU), {len(found.runs):,} runs, {counts}"
            )
            assert not found.problems


if __name__ == "__main__":
    main()
