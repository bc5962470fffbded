"""Timeouts, kills, interrupts and deaths, in every executor (R6, R7)."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from jittask.clock import FixedClock, SystemClock
from jittask.runtime.executors import pool_worker
from jittask.runtime.executors.channel import can_be_read
from jittask.runtime.executors.inline import InlineExecutor
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.executors.protocol import (
    Completed,
    Interrupted,
    Killed,
    TimedOut,
    Unjudged,
)
from jittask.runtime.executors.workplace import BundleUnavailable
from jittask.store.lock import FileLock
from tests.running import PATIENCE
from tests.runtime.executor_driver import AT, Driver, Gate, drive, join_bodies, workplace
from tests.tree import Tree


def test_a_timeout(kind: str, driver: Driver, tree: Tree, tmp_path: Path) -> None:
    """A process is killed; in a thread the run goes on, says so, and is judged when it returns."""
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    {gate.wait}\n    return 'late'\n")
    if kind == "inline":
        opener = threading.Thread(target=gate.open)
        opener.start()
        outcome = driver.run(tree, timeout_seconds=1e-9)
        opener.join()
    elif kind == "thread":
        driver.submit(tree, timeout_seconds=0.01)
        driver.wait_for_output("still runs after its 0.01 s; a thread cannot be ended\n")
        assert driver.executor.poll(0) == []  # once
        assert driver.executor.free() == 1
        gate.open()
        outcome = driver.outcome()
    else:
        outcome = driver.run(tree, timeout_seconds=0.01)
    assert isinstance(outcome, TimedOut)
    assert "policy.timeoutSeconds" in outcome.detail
    assert outcome.detail.startswith("killed" if kind == "process" else "it could not be ended")
    assert ("and returned after" in outcome.detail) == (kind != "process")
    assert driver.executor.free() >= 2


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_a_kill(kind: str, driver: Driver, tree: Tree, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    print('begun')\n    {gate.wait}\n")
    driver.submit(tree)
    driver.wait_for_output("begun")
    for _ in range(3):  # the worker asks again and again
        driver.executor.kill(1, "killed by driver")
    driver.executor.kill(99, "killed by driver")
    if kind == "thread":
        note = "to be killed by driver, but a thread cannot be ended\n"
        driver.wait_for_output(note)
        assert driver.executor.poll(0) == []
        assert driver.output() == f"begun\n{note}"
        gate.open()
    outcome = driver.outcome()
    assert isinstance(outcome, Killed)
    assert outcome.detail.startswith("killed by driver")
    assert driver.executor.free() >= 2


def test_what_waits_inline_can_be_ended(tmp_path: Path, tree: Tree) -> None:
    tree.scheduled("T", "def customFunc():\n    return 1\n")
    executor = InlineExecutor(1, workplace(tmp_path), SystemClock())
    driver = Driver(lambda: executor)
    for run, end, kind in (
        (1, lambda: executor.kill(1, "killed by driver"), Killed),
        (2, executor.interrupt, Interrupted),
    ):
        driver.submit(tree, run=run)
        assert executor.free() == 0
        end()
        outcome = driver.outcome(run)
        assert isinstance(outcome, kind)
        assert outcome.detail.endswith("before its body began")
    executor.close()


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_an_interrupt_ends_every_run(kind: str, driver: Driver, tree: Tree, tmp_path: Path) -> None:
    """A thread that was given up holds the bodies' lock, so that no new runtime judges its run."""
    before, gate = set(threading.enumerate()), Gate(tmp_path / "gate")
    tree.scheduled(
        "T", f"def customFunc():\n    print('begun')\n    {gate.wait}\n    print('no')\n"
    )
    driver.submit(tree)
    driver.wait_for_output("begun")
    driver.executor.interrupt()
    outcome = driver.outcome()
    assert isinstance(outcome, Interrupted)
    assert "the runtime was stopped" in outcome.detail
    driver.executor.interrupt()
    assert driver.executor.poll(0) == []
    if kind == "thread":
        assert driver.executor.free() == 1
        driver.executor.close()
        with FileLock(workplace(tmp_path).bodies_lock) as new:
            assert not new.take()
            gate.open()
            join_bodies(before, tmp_path)
            assert new.take()
        assert "no" not in driver.output()
        assert not [name for name in sys.modules if name.startswith("jittask_bundle")]


def test_a_body_that_has_returned_was_not_interrupted(thread_driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", "def customFunc():\n    return 1\n")
    thread_driver.submit(tree)
    incoming = thread_driver.executor._incoming  # type: ignore[attr-defined]
    incoming.put(incoming.get(timeout=PATIENCE))  # it is in the queue now
    thread_driver.executor.interrupt()
    assert isinstance(thread_driver.outcome(), Completed)


@pytest.mark.parametrize("kind", ["process"])
def test_a_process_that_dies_takes_one_run_with_it(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", "import os\n\ndef customFunc():\n    os._exit(3)\n")
    assert isinstance(driver.run(tree), Interrupted)
    tree.scheduled("T", "def customFunc():\n    return 1\n")
    assert isinstance(driver.run(tree, run=2), Completed)


@pytest.mark.parametrize("kind", ["process"])
def test_a_child_of_a_killed_process_ends_with_it(driver: Driver, tree: Tree) -> None:
    tree.scheduled(
        "T",
        "import os, signal\n\ndef customFunc():\n    child = os.fork()\n"
        "    if child == 0:\n        signal.pause()\n"
        "    print('forked', child)\n    signal.pause()\n",
    )
    driver.submit(tree)
    driver.wait_for_output("\n")
    child = driver.output().split()[1]
    driver.executor.kill(1, "killed by driver")
    assert driver.outcome() == Killed("killed by driver")
    with suppress(psutil.NoSuchProcess):
        assert psutil.Process(int(child)).status() == psutil.STATUS_ZOMBIE
    assert f"ended with its process: pid {child} (a fork of" in driver.output(1, "log")


@pytest.mark.parametrize("kind", ["process"])
def test_a_body_that_has_returned_outlives_the_fork_server(driver: Driver, tree: Tree) -> None:
    """What it has sent counts, though nobody is left to kill its process."""
    tree.scheduled("T")
    driver.run(tree)
    driver.submit(tree, run=2)
    assert isinstance(driver.executor, ProcessExecutor)
    pool = driver.executor._pool
    [worker] = [worker for worker in pool if worker.runs]
    assert can_be_read(worker.channel, PATIENCE), "it has sent its end"
    pool.fork_server._process.kill()
    pool.fork_server._process.wait()
    assert isinstance(driver.outcome(2), Completed)
    assert isinstance(driver.run(tree, run=3), Completed)


@pytest.mark.parametrize("kind", ["process"])
def test_processes_that_have_run_enough_are_replaced(
    driver: Driver, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_worker, "_RECYCLE_AFTER", 1)
    tree.scheduled("T", "import os\n\ndef customFunc():\n    return os.getpid()\n")
    processes = set()
    for run in range(1, 6):
        assert driver.executor.free() == 2
        outcome = driver.run(tree, run=run)
        assert isinstance(outcome, Completed)
        processes.add(outcome.result)
    assert len(processes) == 5


@pytest.mark.parametrize("kind", ["process"])
def test_a_process_that_reads_nothing_blocks_no_lease(driver: Driver, tree: Tree) -> None:
    """More leases than the socket holds: the runtime must see its timeout all the same."""
    tree.scheduled(
        "T", "import os, signal\n\ndef customFunc():\n    print('begun', os.getpid())\n"
        "    signal.pause()\n",
    )  # fmt: skip
    driver.submit(tree)
    driver.wait_for_output("\n")
    process = int(driver.output().split()[1])
    os.kill(process, signal.SIGSTOP)
    extending = threading.Thread(target=lambda: extend_often(driver), daemon=True)
    extending.start()
    extending.join(PATIENCE)
    blocked = extending.is_alive()
    driver.executor.kill(1, "killed by driver")
    extending.join(PATIENCE)
    assert not blocked
    assert driver.outcome() == Killed("killed by driver")


def extend_often(driver: Driver) -> None:
    for _ in range(2000):
        driver.executor.extend_lease(PATIENCE)


def test_a_bundle_that_is_gone(kind: str, driver: Driver, tree: Tree, tmp_path: Path) -> None:
    """The run begins nowhere, and may run later; it is refused at once, or by who reads the code."""
    tree.scheduled("T")
    gone = str(tmp_path / "gone")
    if kind == "process":
        with pytest.raises(BundleUnavailable, match=r" cannot be read: "):
            driver.run(tree, version=gone)
    else:
        outcome = driver.run(tree, version=gone)
        assert isinstance(outcome, Unjudged)
        assert outcome.detail.startswith("its code cannot be read: ")
    assert isinstance(driver.run(tree, run=2), Completed)


def test_wake_ends_a_wait(driver: Driver) -> None:
    woken = threading.Thread(target=driver.executor.wake)
    woken.start()
    assert list(driver.executor.poll(PATIENCE * 10)) == []
    woken.join()


def test_what_has_begun_before_an_interrupt_is_not_unbegun(tree: Tree, tmp_path: Path) -> None:
    """A worker is ahead of what is known of it: a run that is given back would run twice (I6)."""
    gate, other = Gate(tmp_path / "gate1"), Gate(tmp_path / "gate2")
    os.mkfifo(tmp_path / "witness")
    tree.scheduled("T", "def customFunc():\n    pass\n")
    tree.scheduled("First", f"def customFunc():\n    {gate.wait}\n")
    tree.scheduled("Other", f"def customFunc():\n    {other.wait}\n")
    tree.scheduled(
        "Next", f"def customFunc():\n    open({str(tmp_path / 'witness')!r}, 'w').close()\n"
    )
    for driver in drive("process", tmp_path, FixedClock(AT)):
        driver.run(tree, run=9)  # a body that is short, so that the next one waits in its process
        driver.submit(tree, run=1, task="tasks.First")
        driver.submit(tree, run=2, task="tasks.Other")  # keeps the other process
        driver.submit(tree, run=3, task="tasks.Next")
        gate.open()
        (tmp_path / "witness").read_text()
        driver.executor.interrupt()
        assert isinstance(driver.outcome(1), Completed)
        assert isinstance(driver.outcome(3), Completed | Interrupted)
        assert isinstance(driver.outcome(2), Interrupted)
        assert not driver.executor.executing()


def test_a_kill_is_not_recorded_for_the_next_run(tree: Tree, tmp_path: Path) -> None:
    """The body that was to be killed has just ended, and the next one of its process has begun."""
    gate, held = Gate(tmp_path / "gate1"), Gate(tmp_path / "gate3")
    os.mkfifo(tmp_path / "witness")
    tree.scheduled("T", "def customFunc():\n    pass\n")
    tree.scheduled("First", f"def customFunc():\n    {gate.wait}\n")
    tree.scheduled(
        "Next",
        f"def customFunc():\n    open({str(tmp_path / 'witness')!r}, 'w').close()\n"
        f"    {held.wait}\n",
    )
    for driver in drive("process", tmp_path, FixedClock(AT)):
        driver.run(tree, run=9)
        for run, task in ((1, "First"), (2, "First"), (3, "Next")):
            driver.submit(tree, run=run, task=f"tasks.{task}")
        gate.open()
        (tmp_path / "witness").read_text()
        driver.executor.kill(1, "killed by hand")
        assert isinstance(driver.outcome(1), Completed)
        assert driver.outcome(3) == Interrupted(
            "its worker process was killed because of run 1, just ended"
        )
        driver.executor.interrupt()
