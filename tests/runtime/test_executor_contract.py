"""What the claim loop relies on: who still executes, and how a lease ends (R4, R6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from jittask.runtime.executors.protocol import Completed, Interrupted
from tests.runtime.executor_driver import Driver, Gate
from tests.tree import Tree


def test_a_run_executes_until_its_end_is_reported(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", "def customFunc():\n    pass\n")
    assert driver.executor.executing() == frozenset()
    driver.submit(tree, run=1, token=7)
    driver.submit(tree, run=2, token=9)
    assert driver.executor.executing() == {(1, 7), (2, 9)}
    driver.outcome(1)
    driver.outcome(2)
    assert driver.executor.executing() == frozenset()


def test_a_run_that_was_killed_before_it_began_executes_until_then(
    kind: str, driver: Driver, tree: Tree, tmp_path: Path
) -> None:
    """Its end has been decided, and no poll has returned it."""
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    print('begun')\n    {gate.wait}\n")
    runs = (1, 2, 3)
    for run in runs:
        driver.submit(tree, run=run)
    if kind != "inline":
        driver.poll_until(lambda: sum("begun" in driver.output(run) for run in runs) == 2)
    driver.executor.interrupt()
    assert driver.executor.executing() == {(run, 7) for run in runs}
    for run in runs:
        driver.outcome(run)
    assert driver.executor.executing() == frozenset()
    if kind == "thread":
        gate.open()


def test_an_interrupt_is_not_meant_for_later_runs(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", "def customFunc():\n    pass\n")
    driver.executor.interrupt()
    assert isinstance(driver.run(tree), Completed)


@pytest.mark.parametrize("kind", ["process"])
def test_a_body_ends_with_its_lease(driver: Driver, tree: Tree, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    print('begun')\n    {gate.wait}\n")
    driver.executor.extend_lease(60)
    driver.submit(tree)
    driver.wait_for_output("begun")
    driver.executor.extend_lease(0.05)
    outcome = driver.outcome()
    assert isinstance(outcome, Interrupted)
    assert outcome.detail.startswith("its lease ran out")


@pytest.mark.parametrize("kind", ["process"])
def test_a_lease_replaces_the_one_before(driver: Driver, tree: Tree, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    print('begun')\n    {gate.wait}\n")
    driver.submit(tree)
    driver.wait_for_output("begun")
    for seconds in (0.5, 60):
        driver.executor.extend_lease(seconds)
    assert driver.executor.poll(0.6) == []
    gate.open()
    assert isinstance(driver.outcome(), Completed)


@pytest.mark.parametrize("kind", ["process"])
def test_a_lease_that_is_over_lets_nothing_begin(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", "import time\n\ndef customFunc():\n    time.sleep(60)\n")
    driver.executor.extend_lease(-1)
    assert isinstance(driver.run(tree), Interrupted)


def test_waiting_for_what_never_comes_ends(driver: Driver) -> None:
    driver._patience = 0.01
    with pytest.raises(AssertionError, match="not reached"):
        driver.outcome()
