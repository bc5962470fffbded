"""A fleet is upgraded one program after the other, while it works (R9, R10)."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask.model import RunStatus
from jittask.store import Store
from tests.fleet.conftest import Fleet, fleet_of
from tests.fleet.test_fleet import by_hand
from tests.running import PATIENCE, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process
NEWER = "tests.fleet.newer"


def trigger(fleet: Fleet, task: str) -> int:
    """Trigger a task with the newer version, as people do from then on."""
    done = subprocess.run(
        [sys.executable, "-m", NEWER, "trigger", task, "--tree", fleet.tree.root, "--wait",
         "--json"],
        capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    return int(json.loads(done.stdout)["run"])


def where(store: Store, run: int) -> str:
    """Return which worker has completed a run."""
    record = store.run(run)
    assert record is not None
    assert record.status is RunStatus.COMPLETED
    worker = record.attempts[-1].runtime
    assert worker is not None
    return worker


def test_an_upgrade_one_program_after_the_other(tmp_path: Path) -> None:
    with fleet_of("redis", tmp_path) as fleet:
        task = by_hand(fleet, "Greet", "def customFunc():\n    print('hello')\n")
        fleet.tree.scheduled("Often", repeat={"repeatType": "custom", "rrule": "FREQ=SECONDLY"})
        old_planner = fleet.planner("--no-console")
        old_worker = fleet.worker("w1")
        with fleet.store() as store:  # this process is an older one, too
            [worker] = store.status(datetime.now(UTC)).workers
            newer = fleet.another_planner("newer", "--no-console", module=NEWER)

            # what runs already continues, and serves what the newer version asks for
            assert where(store, trigger(fleet, task)) == worker.id

            # what starts must be of the newer version, and says so
            for command, folder in (("worker", "w2"), ("run", "r2"), ("status", "s2")):
                root = Tree(tmp_path / folder, **fleet.settings).root
                refused = jittask(command, root)
                assert refused.returncode == 1
                assert "the run store was made by a newer JitTask" in refused.stderr
                assert len(refused.stderr.splitlines()) == 2

            # one after the other is replaced, and nothing is lost
            newer_worker = fleet.worker("w3", module=NEWER)
            assert old_worker.stop() == 0
            assert where(store, trigger(fleet, task)) != worker.id
            assert old_planner.stop() == 0
            newer.wait("planned")  # it plans from now on
            newer.wait("finished", task="tasks.Often", status="completed")
            assert where(store, trigger(fleet, task)) != worker.id
            assert [newer.stop(), newer_worker.stop()] == [0, 0]
