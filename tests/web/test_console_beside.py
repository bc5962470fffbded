"""The console beside a runtime: whatever becomes of one, the other goes its own way (C1)."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.running import PATIENCE, Program, jittask_here
from tests.tree import Tree

pytestmark = pytest.mark.process


def consoles_of(pid: int) -> list[psutil.Process]:
    children = psutil.Process(pid).children(recursive=True)
    return [child for child in children if "console" in child.cmdline()]


@contextmanager
def running(tree: Tree) -> Iterator[tuple[Program, psutil.Process]]:
    """Give a runtime, and the process of its console, which is ready too."""
    tree.scheduled("A")
    with Program(tree.root, more=("--console", "--port", "0")) as program:
        program.wait("link")
        [console] = consoles_of(program.process.pid)
        yield program, console


def run_a_task(program: Program, tree: Tree) -> None:
    assert jittask_here("trigger", "A", "--tree", tree.root).returncode == 0
    program.wait("finished", status="completed")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_console_that_ends_is_reported_and_the_tasks_run_on(
    tree: Tree, how: signal.Signals
) -> None:
    with running(tree) as (program, console):
        console.send_signal(how)
        assert program.process.stderr is not None
        line = program.process.stderr.readline()
        ended = "SIGKILL" if how is signal.SIGKILL else "exit code 0"
        assert line == f"jittask: the console has ended ({ended}); the tasks continue to run\n"
        run_a_task(program, tree)
        assert program.stop() == 0


def test_a_stopped_console_holds_up_nothing(tree: Tree) -> None:
    with running(tree) as (program, console):
        console.suspend()
        run_a_task(program, tree)
        assert program.stop() == 0
        assert not console.is_running()


def test_it_ends_with_the_runtime(tree: Tree) -> None:
    with running(tree) as (program, console):
        assert os.getsid(console.pid) == console.pid  # a Ctrl-C of the terminal is not for it
        assert program.stop() == 0
        assert not console.is_running()
        assert program.process.stderr is not None
        assert "console has ended" not in program.process.stderr.read()


def test_it_ends_also_where_the_runtime_is_killed(tree: Tree) -> None:
    with running(tree) as (program, console):
        program.kill()
        assert psutil.wait_procs([console], PATIENCE)[1] == []


def test_once_starts_none(tree: Tree) -> None:
    done = jittask_here("run", tree.root, "--once", "--console")
    assert done.returncode == 2
    assert "do not go together" in done.stderr


def test_it_starts_by_itself_where_a_terminal_shows_its_address(tree: Tree) -> None:
    tree.scheduled("A")
    terminal, inner = pty.openpty()
    command = [sys.executable, "-m", "jittask", "run", str(tree.root), "--port", "0"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=inner, stderr=inner)
    os.close(inner)
    try:
        with os.fdopen(terminal, "rb", buffering=0) as shown:
            text = b""
            while b"/login?code=" not in text:
                text += shown.read(4096)
            assert b"open this address: http://127.0.0.1:" in text
            assert len(consoles_of(process.pid)) == 1
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("shape", "ready"), [("text", "ready"), ("json", '"ready"')])
def test_it_does_not_start_where_nobody_sees_its_address(
    tree: Tree, shape: str, ready: str
) -> None:
    tree.scheduled("A")
    with Program(tree.root, shape) as program:
        program.wait_line(lambda line: ready in line)
        assert consoles_of(program.process.pid) == []
        assert program.stop() == 0
