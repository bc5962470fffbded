"""The runtime's own process stays as it was, and the whole program runs with each executor."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from jittask.clock import SystemClock
from jittask.runtime.executors.protocol import (
    Completed,
)
from jittask.runtime.executors.thread import ThreadExecutor
from jittask.store.lock import FileLock
from tests.running import PATIENCE, Program, jittask
from tests.runtime.executor_driver import KINDS, Driver, Gate, workplace
from tests.tree import Tree


@pytest.mark.parametrize("kind", ["thread", "inline"])
def test_nothing_is_left_behind(kind: str, tmp_path: Path, tree: Tree) -> None:
    before = (sys.stdout, sys.stderr, list(sys.meta_path), list(sys.path), set(vars(__builtins__) if not isinstance(__builtins__, dict) else __builtins__))  # fmt: skip
    root = logging.getLogger()
    logs = (list(root.handlers), root.level)
    tree.scheduled("T", "import commons.money\ndef customFunc():\n    print(1)\n")
    tree.write("commons/money.py", "")
    executor = KINDS[kind](1, workplace(tmp_path), SystemClock())
    assert isinstance(Driver(lambda: executor).run(tree), Completed)
    with FileLock(workplace(tmp_path).bodies_lock) as another:
        assert not another.take()
        executor.close()
        assert another.take()
    now = (sys.stdout, sys.stderr, list(sys.meta_path), list(sys.path), set(vars(__builtins__) if not isinstance(__builtins__, dict) else __builtins__))  # fmt: skip
    assert now == before
    assert (list(root.handlers), root.level) == logs
    assert not [name for name in sys.modules if name.startswith("jittask_bundle")]


def test_what_the_runtime_prints_is_its_own(
    tree: Tree, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    print('begun')\n    {gate.wait}\n")
    executor = ThreadExecutor(1, workplace(tmp_path), SystemClock())
    driver = Driver(lambda: executor)
    driver.submit(tree)
    driver.wait_for_output("begun")
    print("mine")
    logging.getLogger("mine").warning("also")
    gate.open()
    driver.outcome()
    executor.close()
    assert capsys.readouterr().out == "mine\n"
    assert driver.output() == "begun\n"


@pytest.mark.process
@pytest.mark.parametrize("kind", ["thread", "inline"])
def test_the_program_runs_with_it(kind: str, tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", runtime={"executor": kind, "workers": 2})
    body = (
        "import threading\nfrom commons.word import word\n\ndef customFunc():\n"
        "    print('said')\n    return word + threading.current_thread().name[:12]\n"
    )
    where = {"thread": "jittask-body", "inline": "jittask-work"}[kind]
    tree.scheduled("T", body)
    tree.write("commons/word.py", "word = 'one'\n")
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "T", "--tree", tree.root)
        first = program.wait("finished")
        assert first["result"] == f'"one{where}"'
        tree.write("commons/word.py", "word = 'two'\n")
        program.wait("reloaded")
        jittask("trigger", "T", "--tree", tree.root)
        assert program.wait("finished")["result"] == f'"two{where}"'
        assert program.stop() == 0
    log = jittask("log", first["run"], "--tree", tree.root)
    assert "said\n" in log.stdout


@pytest.mark.process
def test_a_body_that_hangs_does_not_keep_the_program_from_ending(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", runtime={"executor": "thread"})
    gate = Gate(tmp_path / "gate")
    tree.scheduled("T", f"def customFunc():\n    {gate.wait}\n")
    with Program(tree.root) as program:
        program.wait("ready")
        jittask("trigger", "T", "--tree", tree.root)
        program.wait("started")
        program.process.terminate()
        assert program.process.stderr is not None
        assert "once more" in program.process.stderr.readline()
        program.process.terminate()
        assert program.wait("stopped", interrupted=1)
        assert program.process.wait(PATIENCE) == 0
