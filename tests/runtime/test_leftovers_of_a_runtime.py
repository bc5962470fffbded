"""What bodies leave behind ends with the runtime, however that ends (R4, R6)."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.running import Program, jittask
from tests.tree import Tree

pytestmark = pytest.mark.process

LEAVES_A_DAEMON = """
import os, signal

def customFunc():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 1_000_000)
            with open("{fifo}", "w") as found:
                found.write(str(os.getpid()))
            signal.pause()
        os._exit(0)
    os.wait()
    signal.pause()
"""


def daemon_of(program: Program, tree: Tree, fifo: Path) -> psutil.Process:
    """Have a body start a daemon; return it."""
    program.wait("ready")
    assert jittask("trigger", "tasks.T", "--tree", tree.root).returncode == 0
    return psutil.Process(int(fifo.read_text()))


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "fifo")
    return tmp_path / "fifo"


@pytest.fixture
def tree(tmp_path: Path, fifo: Path) -> Tree:
    tree = Tree(tmp_path / "app")
    body = LEAVES_A_DAEMON.format(fifo=fifo)
    tree.scheduled("T", body, timing={"startTime": "2100-01-01 00:00:00"})
    return tree


def has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_daemon_ends_with_a_program_that_is_killed(tree: Tree, fifo: Path) -> None:
    with Program(tree.root) as program:
        daemon = daemon_of(program, tree, fifo)
        program.kill()
        psutil.wait_procs([daemon], timeout=20)
        assert has_ended(daemon)


def test_a_daemon_ends_with_a_program_that_is_stopped(tree: Tree, fifo: Path) -> None:
    with Program(tree.root) as program:
        daemon = daemon_of(program, tree, fifo)
        program.process.send_signal(signal.SIGINT)
        assert program.stop() in (0, 1, 130)
        assert has_ended(daemon)


def test_the_next_start_ends_what_nobody_looks_after(tree: Tree, fifo: Path) -> None:
    """The worker process, the fork server and the runtime are killed at once."""
    with Program(tree.root) as program:
        daemon = daemon_of(program, tree, fifo)
        ours = [
            process
            for process in psutil.Process(program.process.pid).children(recursive=True)
            if process != daemon
        ]
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in (*ours, psutil.Process(program.process.pid)):
                with suppress(psutil.NoSuchProcess):  # it has ended by itself
                    process.send_signal(number)
        program.process.wait()
    assert not has_ended(daemon)
    with Program(tree.root) as program:
        trouble = program.wait("trouble", code="processes-ended")
        assert f"pid {daemon.pid} (" in trouble["text"]
        program.wait("ready")
        assert has_ended(daemon)
        program.stop()
