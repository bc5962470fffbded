"""A body and all that it starts end together, and the record says what was left behind (R6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from jittask.runtime.executors.protocol import Completed
from tests.runtime.executor_driver import Driver, Gate
from tests.tree import Tree

pytestmark = pytest.mark.parametrize("kind", ["process"])

RETURNS_ITS_PROCESS = "import os\n\ndef customFunc():\n    return os.getpid()\n"


@pytest.fixture(autouse=True)
def _pid(tree: Tree) -> None:
    tree.scheduled("Pid", RETURNS_ITS_PROCESS)


def process_of(driver: Driver, tree: Tree, run: int) -> int:
    """Run a body that returns the id of its process."""
    outcome = driver.run(tree, run=run, task="tasks.Pid")
    assert isinstance(outcome, Completed)
    return int(outcome.result)


# --- threads


def test_a_thread_ends_with_its_run(driver: Driver, tree: Tree, tmp_path: Path) -> None:
    """It would write into the log of the next run."""
    gate = Gate(tmp_path / "gate")
    tree.scheduled(
        "T",
        "import os, threading\n\ndef late():\n"
        f"    {gate.wait}\n    print('late')\n\n"
        "def customFunc():\n"
        "    threading.Thread(target=late, name='the late one', daemon=True).start()\n"
        "    return os.getpid()\n",
    )
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed)
    assert "threads still run: 'the late one'" in driver.output(1, "log")
    assert not Path(f"/proc/{outcome.result}").exists(), "it ended before its run"
    assert process_of(driver, tree, run=2) != int(outcome.result)


def test_runs_that_wait_go_to_another_process(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T",
        "import threading\n\ndef customFunc():\n"
        "    threading.Thread(target=threading.Event().wait, daemon=True).start()\n",
    )
    process_of(driver, tree, run=1)  # short, so that others may wait behind
    process_of(driver, tree, run=2)
    runs = range(3, 3 + min(8, driver.executor.free()))
    for run in runs:
        driver.submit(tree, run=run)
    assert all(isinstance(driver.outcome(run), Completed) for run in runs)


def test_a_thread_that_has_ended_costs_no_process(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T",
        "import os, threading\n\ndef customFunc():\n"
        "    thread = threading.Thread(target=print)\n    thread.start()\n    thread.join()\n"
        "    return os.getpid()\n",
    )
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed)
    assert process_of(driver, tree, run=2) == int(outcome.result)
