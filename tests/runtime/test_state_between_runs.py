"""A body sees nothing of what the bodies before it changed in its process (R6)."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.clock import SystemClock
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.executors.protocol import Completed, Failed, Outcome, Withdrawn
from tests.prelude.conftest import opened, write_models
from tests.runtime.executor_driver import Driver, workplace
from tests.runtime.state_cases import CASES, Case
from tests.services import URLS, url_of
from tests.tree import Tree

IMPORTS = (
    "import asyncio, datetime, decimal, gc, locale, logging, os, random, resource, signal, socket\n"
    "import subprocess, sys, threading, time, warnings\n\n"
)


class OneProcess:
    """Runs bodies one after the other in one worker process, as long as it can be used."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._runs = count(1)
        self.last = 0

    def run(self, tree: Tree, task: str) -> Outcome:
        self.last = next(self._runs)
        return self._driver.run(tree, run=self.last, task=f"tasks.{task}")

    def result(self, tree: Tree, task: str) -> list[object]:
        """Return what a body returns: the id of its process, and a value."""
        outcome = self.run(tree, task)
        assert isinstance(outcome, Completed), outcome
        found: list[object] = json.loads(outcome.result)
        return found

    def log(self) -> str:
        """Return what the log of the last run says."""
        return self._driver.output(self.last, "log")


@pytest.fixture(scope="module")
def one_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneProcess]:
    folder = tmp_path_factory.mktemp("one_process")
    driver = Driver(lambda: ProcessExecutor(1, workplace(folder), SystemClock()))
    yield OneProcess(driver)
    driver.executor.close()


def change(tree: Tree, statements: str, task: str = "Change") -> None:
    """Write the task that changes something."""
    tree.scheduled(
        task,
        f"{IMPORTS}def customFunc():\n    pid = os.getpid()\n    {statements}\n    return [pid, 0]\n",
    )


def report(tree: Tree, expression: str) -> None:
    """Write the task that says what it sees."""
    tree.scheduled(
        "Report", f"{IMPORTS}def customFunc():\n    return [os.getpid(), {expression}]\n"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_change_is_not_seen(one_process: OneProcess, tree: Tree, case: Case) -> None:
    if case.skip:
        pytest.skip("not on this system")
    tree.write(
        "commons/variable.py",
        "from contextvars import ContextVar\nvariable = ContextVar('v', default=0)\n",
    )
    change(tree, case.change)
    report(tree, case.report)
    process, before = one_process.result(tree, "Report")
    assert one_process.result(tree, "Change")[0] == process
    log = one_process.log()
    other, after = one_process.result(tree, "Report")
    assert after == before
    if case.replaced is not None:
        assert (other != process) == bool(case.replaced), log
        assert case.replaced in log
        assert bool(log) == bool(case.replaced), "what is put back is not worth a line"


# --- what stays


def test_what_an_import_changes_stays(one_process: OneProcess, tree: Tree) -> None:
    """The module stays too, so that its code is not executed a second time."""
    tree.scheduled(
        "Report",
        f"{IMPORTS}os.environ['OURS'] = '1'\nwarnings.simplefilter('error')\n\ndef customFunc():\n    return [os.getpid(), os.environ.get('OURS'), warnings.filters[0][0]]\n",
    )
    first = one_process.result(tree, "Report")
    assert first[1:] == ["1", "error"]
    assert one_process.result(tree, "Report") == first


def test_a_filter_of_warnings_that_an_import_adds_stays(
    one_process: OneProcess, tree: Tree
) -> None:
    """So that a library that hides its own warnings does so in each run, not in the first only."""
    tree.scheduled(
        "Report",
        f"{IMPORTS}warnings.filterwarnings('ignore', 'known')\n\ndef customFunc():\n    warnings.warn('known')\n    warnings.warn('new')\n    return [os.getpid(), 0]\n",
    )
    first = one_process.result(tree, "Report")
    logs = [one_process.log()]
    assert one_process.result(tree, "Report") == first, "the same process"
    logs.append(one_process.log())
    assert ["known" in log for log in logs] == [False, False]
    assert all("new" in log for log in logs), "each run shows its own"


def test_a_finder_that_an_import_in_a_function_installs_stays(
    one_process: OneProcess, tree: Tree
) -> None:
    """As with six: what imports its modules later is that finder."""
    tree.write(
        "commons/finding.py",
        "import sys\n\nclass Finder:\n    def find_spec(self, *_):\n        return None\n\nsys.meta_path.append(Finder())\n",
    )
    change(tree, "import commons.finding")
    report(tree, "type(sys.meta_path[-1]).__name__")
    one_process.result(tree, "Change")
    assert one_process.result(tree, "Report")[1] == "Finder"


def test_an_imported_module_stays(one_process: OneProcess, tree: Tree) -> None:
    change(tree, "import this")
    report(tree, "'this' in sys.modules")
    process = one_process.result(tree, "Change")[0]
    assert one_process.result(tree, "Report") == [process, True]


def test_variables_of_modules_stay(one_process: OneProcess, tree: Tree) -> None:
    tree.write("commons/cache.py", "kept = []\n")
    report(
        tree,
        "__import__('commons.cache', fromlist='x').kept.append(1) or len(__import__('commons.cache', fromlist='x').kept)",
    )
    assert [one_process.result(tree, "Report")[1] for _ in range(2)] == [1, 2]


# --- what is neither put back nor kept


def test_random_numbers_do_not_repeat(one_process: OneProcess, tree: Tree) -> None:
    """A seed of one body is none for the next, which may make keys of its numbers."""
    change(tree, "random.seed(7)")
    report(tree, "random.random()")
    numbers = set()
    for _ in range(3):
        process = one_process.result(tree, "Change")[0]
        same, number = one_process.result(tree, "Report")
        assert same == process
        numbers.add(number)
    assert len(numbers) == 3


def test_each_run_shows_its_own_warnings(one_process: OneProcess, tree: Tree) -> None:
    tree.scheduled(
        "T",
        "import os, sys, warnings\n\ndef customFunc():\n    warnings.warn('careful')\n    return [os.getpid(), 0]\n",
    )
    process = one_process.result(tree, "T")[0]
    assert one_process.result(tree, "T")[0] == process
    assert "careful" in one_process.log()


def test_callbacks_of_atexit_are_not_called(
    one_process: OneProcess, tree: Tree, tmp_path: Path
) -> None:
    """Neither in a later run nor at the end of the process, which is an abrupt one."""
    change(
        tree,
        f"import atexit; atexit.register(open, {str(tmp_path / 'called')!r}, 'w'); time.time = print",
    )
    report(tree, "0")
    one_process.result(tree, "Change")
    one_process.result(tree, "Report")
    assert not (tmp_path / "called").exists()


def test_output_before_the_streams_are_put_back_is_kept(
    one_process: OneProcess, tree: Tree
) -> None:
    tree.scheduled(
        "T",
        "import os, sys\n\ndef customFunc():\n    sys.stdout = os.fdopen(1, 'w', buffering=9999, closefd=False)\n    print('late')\n    return [os.getpid(), 0]\n",
    )
    one_process.result(tree, "T")
    assert one_process._driver.output(one_process.last, "stdout") == "late\n"


# --- code that cannot be loaded


def test_what_half_loaded_code_has_changed_replaces_the_process(
    one_process: OneProcess, tree: Tree
) -> None:
    """A module that did load would miss it, or the next body would see it."""
    tree.write("commons/settings.py", "import os\nos.environ['HALF'] = '1'\n")
    tree.scheduled(
        "T", "import commons.settings\nimport no_such_module\n\ndef customFunc():\n    return 1\n"
    )
    report(tree, "os.environ.get('HALF')")
    process = one_process.result(tree, "Report")[0]
    assert isinstance(one_process.run(tree, "T"), Failed)
    assert "the environment was changed by code that could not be loaded" in one_process.log()
    other, value = one_process.result(tree, "Report")
    assert other != process
    assert value is None


def test_code_that_cannot_be_loaded_and_has_changed_nothing_keeps_the_process(
    one_process: OneProcess, tree: Tree
) -> None:
    tree.scheduled("T", "import this\nimport no_such_module\n\ndef customFunc():\n    return 1\n")
    report(tree, "0")
    process = one_process.result(tree, "Report")[0]
    assert isinstance(one_process.run(tree, "T"), Failed)
    assert one_process.result(tree, "Report")[0] == process


@pytest.mark.parametrize("kind", URLS)
def test_a_run_that_is_withdrawn_keeps_the_process(tmp_path: Path, tree: Tree, kind: str) -> None:
    """The driver of its database was loaded to read its row, and has made loggers."""
    write_models(tree, url_of(kind))
    tree.dated("T", timing={"startField": "day"})
    report(tree, "0")
    driver = Driver(lambda: ProcessExecutor(1, workplace(tmp_path), SystemClock()))
    with opened(tree, compile_tree(tree.root).app.contents), contextlib.closing(driver.executor):
        before = driver.run(tree, run=1, task="tasks.Report")
        withdrawn = driver.run(tree, run=2, row_key="[1]")
        after = driver.run(tree, run=3, task="tasks.Report")
    assert isinstance(withdrawn, Withdrawn), withdrawn
    assert driver.output(2, "log") == ""
    assert isinstance(before, Completed)
    assert isinstance(after, Completed)
    assert after.result == before.result, "the process is the same"
