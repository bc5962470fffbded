"""What will be due soon is loaded beforehand, by processes with nothing to do (R6, H4)."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from jittask import compile_tree
from jittask.clock import FixedClock, SystemClock
from jittask.model import AppSettings, Trigger
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.executors.protocol import (
    Completed,
    Expected,
    Failed,
    Interrupted,
    Outcome,
    TimedOut,
)
from jittask.runtime.prefetch import Prefetch
from jittask.runtime.snapshot import first_snapshot
from jittask.store import Store
from jittask.store.plans import NewRun
from tests.running import PATIENCE
from tests.runtime.executor_driver import Driver, Gate, workplace
from tests.tree import Tree

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
BODY = """import os
with open({witness!r}, "w") as file:
    file.write(f"{{os.getpid()}}\\n")
print("loaded")
{more}

def customFunc():
    print("ran")
    return os.getpid()
"""


class PrefetchDriver(Driver):
    """Names to a pool of processes what to expect; each load is seen as it begins."""

    def __init__(self, folder: Path, size: int) -> None:
        super().__init__(lambda: ProcessExecutor(size, workplace(folder), SystemClock()))
        self._folder = folder
        self._tasks: dict[Path, str] = {}
        self._loads: list[int] = []
        self._counted = threading.Semaphore(0)
        os.mkfifo(folder / "witness")
        self._witness = (folder / "witness").open("r+b", buffering=0)
        self._counting = threading.Thread(target=self._count_loads)
        self._counting.start()

    def _count_loads(self) -> None:
        while line := self._witness.readline().strip():
            if line == b"counted":
                self._counted.release()
            else:
                self._loads.append(int(line))
                self.executor.wake()

    @property
    def loads(self) -> list[int]:
        """The processes that have loaded something, one by one."""
        self._witness.write(b"counted\n")
        assert self._counted.acquire(timeout=PATIENCE)
        return list(self._loads)

    def close(self) -> None:
        self._witness.write(b"\n")
        self._counting.join()
        self._witness.close()
        self.executor.close()

    def tree(self, name: str, more: str = "", task: str | None = None) -> Tree:
        tree = Tree(self._folder / name)
        self._tasks[tree.root] = f"tasks.{task or name}"
        witness = str(self._folder / "witness")
        tree.scheduled(task or name, BODY.format(witness=witness, more=more))
        return tree

    def submit(self, tree: Tree, run: int = 1, **more: Any) -> int:
        return super().submit(tree, run, task=self._tasks[tree.root], **more)

    def expect(self, *trees: Tree, loads: int) -> None:
        """Expect their tasks, and wait until so many loads have begun, since the first."""
        self.executor.expect([Expected(self._tasks[tree.root], str(tree.root)) for tree in trees])
        self.poll_until(lambda: len(self.loads) >= loads)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[PrefetchDriver]:
    yield from _pool(tmp_path, 2)


@pytest.fixture
def single(tmp_path: Path) -> Iterator[PrefetchDriver]:
    yield from _pool(tmp_path, 1)


def _pool(folder: Path, size: int) -> Iterator[PrefetchDriver]:
    pool = PrefetchDriver(folder, size)
    yield pool
    pool.close()


def process_of(outcome: Outcome) -> int:
    assert isinstance(outcome, Completed), outcome
    return int(outcome.result)


def test_a_run_finds_its_code_loaded(pair: PrefetchDriver) -> None:
    """What was said meanwhile is told with the first run, as if that had loaded it."""
    tree = pair.tree("a")
    pair.expect(tree, loads=1)
    assert pair.executor.free() == 2
    for run, said in ((1, "loaded\nran\n"), (2, "ran\n")):
        assert [process_of(pair.run(tree, run=run))] == pair.loads
        assert pair.output(run) == said


def test_every_process_gets_ready(pair: PrefetchDriver) -> None:
    trees = [pair.tree("a"), pair.tree("b")]
    pair.expect(*trees, loads=4)
    assert sorted(pair.loads) == sorted(2 * list(set(pair.loads)))


def test_one_run_expected_has_one_process_begun(pair: PrefetchDriver) -> None:
    tree = pair.tree("a")
    pair.expect(tree, loads=1)
    pair.run(tree)
    assert len(pair.executor._pool) == 1  # type: ignore[attr-defined]


def test_an_import_that_raises_is_met_by_the_run(pair: PrefetchDriver) -> None:
    tree = pair.tree("a", more="raise ValueError('no')")
    pair.expect(tree, loads=1)
    outcome = pair.run(tree)
    assert isinstance(outcome, Failed)
    assert outcome.message == "ValueError: no"
    assert f'"{tree.root / "tasks/a/inner.py"}", line 5' in outcome.error
    assert pair.output() == "loaded\n"
    assert len(pair.loads) == 2


def test_a_process_that_dies_of_it_is_not_given_it_again(single: PrefetchDriver) -> None:
    deadly, sound = single.tree("a", more="os._exit(3)"), single.tree("b")
    single.expect(deadly, loads=1)
    single.expect(deadly, sound, loads=2)
    assert process_of(single.run(sound)) == single.loads[-1]
    assert isinstance(single.run(deadly, run=2), Interrupted)
    assert len(single.loads) == 3


def test_a_load_that_hangs_gives_way(single: PrefetchDriver, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    hangs, sound = single.tree("a", more=gate.wait), single.tree("b")
    single.expect(hangs, loads=1)
    assert process_of(single.run(sound)) == single.loads[-1] != single.loads[0]
    single.expect(hangs, sound, loads=2)
    assert process_of(single.run(sound, run=2)) == single.loads[-1]
    assert len(single.loads) == 2


def test_a_run_of_what_hangs_has_its_timeout(single: PrefetchDriver, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    tree = single.tree("a", more=gate.wait)
    single.expect(tree, loads=1)
    assert isinstance(single.run(tree, timeout_seconds=0.01), TimedOut)
    assert len(single.loads) == 1


def test_a_run_joins_the_load_of_its_own_bundle(single: PrefetchDriver, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    tree = single.tree("a", more=gate.wait)
    single.expect(tree, loads=1)
    single.submit(tree)
    gate.open()
    assert [process_of(single.outcome())] == single.loads


def test_a_new_version_is_loaded_by_a_fresh_process(single: PrefetchDriver) -> None:
    old, new = single.tree("old", task="T"), single.tree("new", "version = 2", task="T")
    single.expect(old, loads=1)
    single.run(old)
    single.expect(new, loads=2)
    assert process_of(single.run(new, run=2)) == single.loads[1] != single.loads[0]
    assert len(single.loads) == 2


def test_two_that_cannot_meet_do_not_drive_each_other_out(single: PrefetchDriver) -> None:
    """Both are current: a broken element's last good version stands beside the others'."""
    one, other = single.tree("one", task="T"), single.tree("other", "version = 2", task="T")
    single.expect(one, other, loads=1)
    for run in (1, 2):
        assert [process_of(single.run(one, run=run))] == single.loads


# --- what is named to the executor


def test_the_next_minute_is_named_every_few_seconds(tree: Tree, tmp_path: Path) -> None:
    for name in ("Soon", "Later"):
        tree.scheduled(name)
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
    executor, clock = Mock(), FixedClock(NOW)
    with Store.open(AppSettings(), tmp_path, create=True) as store:
        for name, seconds in (("Soon", 60), ("Later", 61), ("Gone", 1)):
            at = NOW + timedelta(seconds=seconds)
            store.plan(NOW, [NewRun(f"tasks.{name}", "", Trigger.SCHEDULE, (at,), at)])
        prefetch = Prefetch(store, executor, clock)
        expected = []
        for after, shown in (
            (0, snapshot),
            (4.9, snapshot),
            (4.9, replace(snapshot)),  # another, after a reload
            (9.8, snapshot),
        ):
            clock.move_to(NOW + timedelta(seconds=after))
            prefetch.step(shown, clock.now())
            expected.append(
                [[item.task for item in call.args[0]] for call in executor.expect.mock_calls]
            )
            executor.reset_mock()
    soon, both = ["tasks.Soon"], ["tasks.Soon", "tasks.Later"]
    assert expected == [[soon], [], [both], [both]]
