"""Short bodies wait for threads, as they do in processes (R6)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from jittask.clock import FixedClock
from jittask.runtime.executors.protocol import (
    Completed,
    Interrupted,
    Killed,
    TimedOut,
    Unbegun,
)
from tests.runtime.executor_driver import AT, Driver, Gate, drive, join_bodies
from tests.tree import Tree


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(AT)


@pytest.fixture
def timed_driver(tmp_path: Path, clock: FixedClock) -> Iterator[Driver]:
    """Two threads; a body takes as long as the test says."""
    yield from drive("thread", tmp_path, clock)


def held_up(driver: Driver, tree: Tree, tmp_path: Path) -> dict[int, Gate]:
    """Begin two bodies that hold both threads up, where the one before was short."""
    gates = {run: Gate(tmp_path / f"gate{run}") for run in (1, 2)}
    tree.scheduled("T", "def customFunc():\n    print('ran')\n")
    tree.scheduled(
        "Gated",
        "from jittask import currentTask\n\ndef customFunc():\n    print('begun')\n"
        f"    open({str(tmp_path)!r} + f'/gate{{currentTask.runId}}').read()\n",
    )
    driver.run(tree, run=9)
    for run in gates:
        driver.submit(tree, run=run, task="tasks.Gated")
        driver.wait_for_output("begun", run)
    return gates


def test_how_many_may_wait(timed_driver: Driver, tree: Tree) -> None:
    """50 ms of work for each thread, judged by the bodies before."""
    tree.scheduled("T", "def customFunc():\n    pass\n")
    assert timed_driver.executor.free() == 2
    timed_driver.run(tree)
    assert timed_driver.executor.free() == 2 + 2 * 64


def test_none_waits_for_a_thread_that_is_held_up(
    timed_driver: Driver, tree: Tree, tmp_path: Path, clock: FixedClock
) -> None:
    gates = held_up(timed_driver, tree, tmp_path)
    assert timed_driver.executor.free() == 2 * 64
    clock.move_to(AT + timedelta(seconds=0.051))
    assert timed_driver.executor.free() == 0
    timed_driver.submit(tree, run=3)
    gates[2].open()
    assert isinstance(timed_driver.outcome(3), Completed)
    gates[1].open()


def test_what_waits_is_ended_before_it_begins(
    timed_driver: Driver, tree: Tree, tmp_path: Path
) -> None:
    gates = held_up(timed_driver, tree, tmp_path)
    for run in (3, 4):
        timed_driver.submit(tree, run=run)
    timed_driver.executor.kill(3, "killed by driver")
    outcome = timed_driver.outcome(3)
    assert isinstance(outcome, Killed)
    assert outcome.detail == "killed by driver, before its body began"
    timed_driver.executor.interrupt()
    assert isinstance(timed_driver.outcome(4), Unbegun)
    assert isinstance(timed_driver.outcome(1), Interrupted)
    for gate in gates.values():
        gate.open()
    timed_driver.run(tree, run=5)
    assert not timed_driver.output(3) + timed_driver.output(4)


def test_a_timeout_counts_from_the_beginning(
    timed_driver: Driver, tree: Tree, tmp_path: Path, clock: FixedClock
) -> None:
    gates = held_up(timed_driver, tree, tmp_path)
    third = Gate(tmp_path / "gate3")
    timed_driver.submit(tree, run=3, task="tasks.Gated")
    clock.move_to(AT + timedelta(seconds=61))
    for run, gate in gates.items():
        timed_driver.wait_for_output("still runs after its 60 s", run)
        gate.open()
    for run in gates:
        assert isinstance(timed_driver.outcome(run), TimedOut)
    timed_driver.wait_for_output("begun", 3)
    assert timed_driver.executor.poll(0) == []
    third.open()
    assert isinstance(timed_driver.outcome(3), Completed)
    assert timed_driver.output(3) == "begun\n"


def test_what_waits_when_the_executor_is_closed_never_begins(
    timed_driver: Driver, tree: Tree, tmp_path: Path
) -> None:
    """A runtime that fails closes it at once: the next start runs what it has not recorded."""
    before, begun = set(threading.enumerate()), tmp_path / "begun"
    tree.scheduled("Third", f"def customFunc():\n    open({str(begun)!r}, 'w').close()\n")
    gates = held_up(timed_driver, tree, tmp_path)
    timed_driver.submit(tree, run=3, task="tasks.Third")
    timed_driver.executor.close()
    for gate in gates.values():
        gate.open()
    join_bodies(before, tmp_path)
    assert not begun.exists()
