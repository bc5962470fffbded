"""What worker processes are forked from has done what is the same for every bundle (R6)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

from jittask import compile_tree
from jittask.data.app_data import AppData
from jittask.runtime.executors.warm_up import EXAMPLE
from tests.tree import Tree

LOADS = """
import sys
from datetime import UTC, datetime
from pathlib import Path

from jittask.runtime.executors.warm_up import warm_up

warm_up()
assert not any(name.partition(".")[0] in ("services", "tasks") for name in sys.modules)
before = set(sys.modules)

from jittask.model import Trigger
from jittask.runtime.body import Bodies
from jittask.runtime.executors.protocol import Assignment, Completed

root, now = Path(sys.argv[1]), datetime(2026, 1, 5, tzinfo=UTC)
for task, row in (("tasks.T", ""), ("tasks.Row", "[1]")):
    run = Assignment(1, 1, 1, task, row, Trigger.MANUAL, (now,), now, "v", 60)
    outcome = Bodies(root, root).run(run)
    assert isinstance(outcome, Completed), outcome
theirs = {"tasks", "models", "services", "commons", "datatypes"}
print(sorted(name for name in set(sys.modules) - before if name.partition(".")[0] not in theirs))
"""


def test_a_fresh_process_has_nothing_of_ours_left_to_import(tree: Tree) -> None:
    tree.write("app.json", {"settings": {"timezone": "Asia/Shanghai", "calendar": "CN"}})
    tree.things()
    tree.scheduled("T", timing={"skipHoliday": 1})
    tree.dated("Row", filter="Q('name','=','x')")
    app = compile_tree(tree.root).app
    data = AppData(app.databases, tree.root)
    data.add_missing(app.models["models.Thing"])
    data.close()
    with closing(sqlite3.connect(tree.root / "d.db")) as rows, rows:
        rows.execute("INSERT INTO Thing (id, name, at) VALUES (1, 'x', '2026-01-05 09:00:00')")
    done = subprocess.run(
        [sys.executable, "-c", LOADS, str(tree.root)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout == "[]\n"


def test_what_it_loads_is_sound(tree: Tree) -> None:
    """A mistake in it would leave out what only a sound tree comes to."""
    for name, content in EXAMPLE.items():
        tree.write(name, content)
    assert compile_tree(tree.root).diagnostics == ()
