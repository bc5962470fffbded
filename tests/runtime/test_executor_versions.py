"""No two versions of a module meet in a body, in any executor (H4)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jittask.runtime.executors import in_process
from jittask.runtime.executors.protocol import (
    Completed,
    Failed,
)
from tests.runtime.executor_driver import Driver, Gate
from tests.tree import Tree

OUR_FOLDER = str(Path(in_process.__file__).parents[2])

MODULE = "name = {name!r}\nseen = []\n"
USES = """from commons.shared import name, seen

def customFunc():
    {wait}
    from commons.shared import name as late
    import commons.later
    seen.append(late)
    return [name, late, commons.later.name, len(seen)]
"""


def version(root: Path, name: str, wait: str = "pass") -> Tree:
    tree = Tree(root)
    tree.scheduled("T", USES.format(wait=wait))
    tree.write("commons/shared.py", MODULE.format(name=name))
    tree.write("commons/later.py", MODULE.format(name=name))
    return tree


def test_versions_never_meet(driver: Driver, tmp_path: Path) -> None:
    old, new = version(tmp_path / "old", "old"), version(tmp_path / "new", "new")
    results = []
    for run, tree in enumerate([old, new, old, new, old]):
        outcome = driver.run(tree, run=run)
        assert isinstance(outcome, Completed), outcome
        results.append(outcome.result)
    assert [result.rpartition(",")[0] for result in results] == [
        '["old", "old", "old"',
        '["new", "new", "new"',
    ] * 2 + ['["old", "old", "old"']
    assert not any(name == "commons" or name.startswith("commons.") for name in sys.modules)


def test_a_failure_in_a_module_that_another_bundle_has_loaded(
    driver: Driver, tmp_path: Path
) -> None:
    """Its traceback is the element's all the same, and its process lives on."""
    for run, name in enumerate(("one", "two"), 1):
        tree = Tree(tmp_path / "app" / ".jittask" / "bundles" / name)
        tree.write("commons/__init__.py", "")
        tree.write("commons/failing.py", "def fail():\n    raise ValueError(1)\n")
        tree.scheduled("T", "from commons.failing import fail as customFunc\n")
        outcome = driver.run(tree, run=run)
        assert isinstance(outcome, Failed)
        assert outcome.error.splitlines()[-1] == "ValueError: 1"
        assert OUR_FOLDER not in outcome.error


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_a_run_in_flight_keeps_its_version(driver: Driver, tmp_path: Path) -> None:
    """What it imports only after the new version has run is its own, too."""
    gate = Gate(tmp_path / "gate")
    old = version(tmp_path / "old", "old", f"print('begun'); {gate.wait}")
    new = version(tmp_path / "new", "new")
    driver.submit(old)
    driver.wait_for_output("begun")
    outcome = driver.run(new, run=2)
    assert isinstance(outcome, Completed)
    assert outcome.result == '["new", "new", "new", 1]'
    gate.open()
    outcome = driver.outcome(1)
    assert isinstance(outcome, Completed)
    assert outcome.result == '["old", "old", "old", 1]'


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_each_of_two_at_once_is_itself(driver: Driver, tree: Tree, tmp_path: Path) -> None:
    gates = {run: Gate(tmp_path / f"gate{run}") for run in (1, 2)}
    body = f"""from jittask import currentTask, log

def customFunc():
    print("begun")
    open({str(tmp_path)!r} + f"/gate{{currentTask.runId}}").read()
    print(f"run {{currentTask.runId}}")
    log.info("row %s", currentTask.rowKey)
    return currentTask.runId
"""
    tree.scheduled("T", body)
    for run in gates:
        driver.submit(tree, run=run, row_key=f"[{run}]")
    assert driver.executor.free() == 0
    for run in gates:
        driver.wait_for_output("begun", run)
    for run in (2, 1):
        gates[run].open()
        outcome = driver.outcome(run)
        assert isinstance(outcome, Completed)
        assert outcome.result == str(run)
        assert driver.output(run, "stdout") == f"begun\nrun {run}\n"
        assert driver.output(run, "log") == f"row [{run}]\n"


def test_old_bundles_are_let_go(
    thread_driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_process, "_MAX_LOADED", 2)
    trees = [version(tmp_path / str(n), str(n)) for n in range(4)]
    for run, tree in enumerate([*trees, trees[0]]):
        outcome = thread_driver.run(tree, run=run)
        assert isinstance(outcome, Completed)
        assert outcome.result == f'["{run % 4}", "{run % 4}", "{run % 4}", 1]'
    assert len([name for name in sys.modules if name.endswith(".commons.shared")]) <= 3
