"""What every executor does with a body, through ``Executor`` alone (R6, U5)."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.data.app_data import AppData
from jittask.model import Reason, Trigger
from jittask.prelude.context import FailedRun
from jittask.runtime.executors import in_process
from jittask.runtime.executors.protocol import (
    LOG_HEAD,
    LOG_TAIL,
    Completed,
    Failed,
    Unjudged,
    Withdrawn,
)
from tests.runtime.body_cases import CASES, Case
from tests.runtime.executor_driver import AT, Driver
from tests.tree import Tree

OUR_FOLDER = str(Path(in_process.__file__).parents[2])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_comes_of_a_body(driver: Driver, tree: Tree, case: Case) -> None:
    tree.scheduled("T", case.inner)
    for path, text in case.files.items():
        tree.write(path, text)
    outcome = driver.run(tree)
    if case.error is None:
        assert isinstance(outcome, Completed), outcome
        assert outcome.result == case.result
    else:
        assert isinstance(outcome, Failed), outcome
        lines = outcome.error.splitlines()
        assert lines[-1] == case.error
        assert OUR_FOLDER not in outcome.error
        assert "jittask_bundle" not in outcome.message + outcome.error
        assert outcome.message.partition(":")[0] in case.error
        frames = [line for line in lines if line.startswith('  File "')]
        file, _, number = str(case.at).partition(":")
        assert f'"{tree.root / file}", line {number}, in ' in frames[-1]
    for stream, text in case.output.items():
        assert driver.output(1, stream) == text
    assert driver.executor.free() >= 2


def test_its_own_file_and_no_bytecode(
    driver: Driver, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    tree.scheduled("T", "import commons.money as m\ndef customFunc():\n    return [__file__, m.__file__]\n")  # fmt: skip
    tree.write("commons/money.py", "")
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed)
    assert str(tree.root / "tasks/T/inner.py") in outcome.result
    assert str(tree.root / "commons/money.py") in outcome.result
    assert not list(tree.root.rglob("__pycache__"))


def test_a_failed_run_is_given_to_the_service(driver: Driver, tree: Tree) -> None:
    failed = FailedRun(3, "tasks.T", "", "schedule", AT, AT, AT, AT, 2, "v", "error", "d", "e")
    tree.scheduled("T", policy={"onFailure": "services.A.told"})
    tree.scheduled("U")
    tree.write("services/A/e.json", {"type": "services.NormalType", "title": "A"})
    tree.write(
        "services/A/service.py",
        "from jittask import currentTask\n\n\nclass A:\n    async def told(self, failedRun):\n"
        "        return [failedRun.runId, failedRun.error, currentTask.runId]\n",
    )
    outcome = driver.run(tree, trigger=Trigger.ON_FAILURE, failed=failed)
    assert isinstance(outcome, Completed), outcome
    assert outcome.result == '[3, "e", 1]'
    for run, more in ((2, {"failed": None}), (3, {"failed": failed, "task": "tasks.U"})):
        outcome = driver.run(tree, run=run, trigger=Trigger.ON_FAILURE, **more)
        assert isinstance(outcome, Withdrawn)
        assert outcome.reason is Reason.NOT_HANDLED


def test_a_row_that_cannot_be_read_is_not_judged(driver: Driver, tree: Tree) -> None:
    """No body has begun, so that the run is not failed: it waits until the table is there (R12)."""
    tree.things()
    tree.dated("T")
    outcome = driver.run(tree, row_key="[1]")
    assert isinstance(outcome, Unjudged), outcome
    assert outcome.detail == "models.Thing: no table Thing in its database"


def test_peak_memory_is_told_of_a_process_of_its_own(kind: str, driver: Driver, tree: Tree) -> None:
    """The process's peak so far: what the first run held, the second one shows."""
    body = "from jittask import currentTask\n\ndef customFunc():\n    return len(b'x' * (120_000_000 if currentTask.runId == 1 else 1))\n"
    tree.scheduled("T", body)
    for run in (1, 2):
        outcome = driver.run(tree, run=run)
        assert isinstance(outcome, Completed)
        if kind == "process":
            assert outcome.peak_kb is not None
            assert 117_000 < outcome.peak_kb < 1_000_000
        else:
            assert outcome.peak_kb is None


def test_a_log_call_that_is_wrong_is_no_error(
    driver: Driver, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own would raise
    tree.scheduled("T", "from jittask import log\ndef customFunc():\n    log.info('%d', 'x')\n")
    assert isinstance(driver.run(tree), Completed)
    assert "Message: '%d'" in driver.output(1, "stderr")


@pytest.mark.parametrize("kind", ["thread", "inline"])
def test_lines_keep_their_order(driver: Driver, tree: Tree) -> None:
    body = "from jittask import log\ndef customFunc():\n    print('a', end='')\n    log.info('l')\n    print('b')\n"
    tree.scheduled("T", body)
    driver.run(tree)
    assert driver.output() == "l\nab\n"


def test_of_much_output_the_first_and_the_last_lines_are_kept(driver: Driver, tree: Tree) -> None:
    tree.scheduled("T", "def customFunc():\n    for n in range(600):\n        print(f'{n:1000}')\n")
    driver.run(tree)
    kept = [int(line) for line in driver.output(1, "stdout").splitlines()]
    first, last = LOG_HEAD // 1001, LOG_TAIL // 1001
    assert kept == [*range(first), *range(600 - last, 600)]
    cut = 600 - first - last
    [note] = driver.output(1, "note").splitlines()
    assert note == f"… {cut * 1001:,} characters ({cut:,} lines) that came here are not kept …"


def test_models_and_a_transaction(driver: Driver, tree: Tree) -> None:
    tree.things()
    body = """from jittask import app

def customFunc():
    Thing = app.getElement("models.Thing")
    try:
        with app.transaction():
            Thing.create({"name": "lost"})
            raise KeyError
    except KeyError:
        pass
    Thing.create({"name": "kept"})
    return [thing["name"] for thing in Thing.query()]
"""
    tree.scheduled("T", body)
    app = compile_tree(tree.root).app
    data = AppData(app.databases, tree.root)
    data.add_missing(app.models["models.Thing"])
    data.close()
    outcome = driver.run(tree)
    assert isinstance(outcome, Completed), outcome
    assert outcome.result == '["kept"]'


@pytest.mark.parametrize("kind", ["thread"])
def test_a_finalizer_may_print_while_its_body_prints(driver: Driver, tree: Tree) -> None:
    """It runs in the same thread, wherever the collector is at work."""
    tree.scheduled(
        "T",
        "import sys\n\n"
        "def customFunc():\n"
        "    def trace(frame, event, argument):\n"
        "        if frame.f_code.co_name == '_add_to_head':\n"
        "            sys.setprofile(None)\n"
        "            print('from a finalizer')\n"
        "    sys.setprofile(trace)\n"
        "    print('from the body')\n",
    )
    assert isinstance(driver.run(tree), Completed)
    assert "from a finalizer" in driver.output()
    assert "from the body" in driver.output()
