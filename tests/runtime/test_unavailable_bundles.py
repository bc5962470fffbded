"""A version that cannot get its folder now begins nowhere, and runs once it can (H4, R12)."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jittask import Runtime
from jittask.clock import SystemClock
from jittask.compiler.compiled import CompiledTask
from jittask.runtime import bundle_source
from jittask.runtime import bundles as module
from jittask.runtime.bundle_source import BundleChanged
from jittask.runtime.events import Blocked, Event, Finished, Started, Unblocked
from jittask.runtime.executors.pool_worker import modules_of
from jittask.runtime.executors.protocol import Completed, Expected, Unbegun
from jittask.runtime.executors.workplace import BundleUnavailable, Workplace
from tests.running import PATIENCE
from tests.runtime.executor_driver import KINDS, Driver
from tests.runtime.test_executor_versions import version
from tests.tree import Tree

SECONDLY = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}


class FailingSource:
    """Trees as versions, some of which have no folder now."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def path(self, version: str) -> Path:
        if version in self.refused:
            raise BundleUnavailable(f"version {version} cannot be laid out: no space")
        return Path(version)


@pytest.fixture
def source() -> FailingSource:
    return FailingSource()


@pytest.fixture
def driver(kind: str, tmp_path: Path, source: FailingSource) -> Iterator[Driver]:
    place = Workplace(source, tmp_path / "app", tmp_path / "bodies.lock")
    driver = Driver(lambda: KINDS[kind](1, place, SystemClock()))
    try:
        yield driver
    finally:
        driver.executor.close()


def test_a_run_without_a_folder_is_not_taken_and_nothing_is_remembered_of_it(
    driver: Driver, source: FailingSource, tmp_path: Path
) -> None:
    old, new = version(tmp_path / "old", "old"), version(tmp_path / "new", "new")
    assert isinstance(driver.run(old), Completed)
    source.refused.add(str(new.root))
    driver.executor.expect([Expected("tasks.T", str(new.root))])
    with pytest.raises(BundleUnavailable):
        driver.submit(new, run=2)
    assert not driver.executor.executing()
    source.refused.clear()
    outcome = driver.run(new, run=3)
    assert isinstance(outcome, Completed)
    assert outcome.result == '["new", "new", "new", 1]'


@pytest.mark.parametrize("kind", ["process"])
def test_a_run_that_waits_is_given_back_where_its_folder_has_gone(
    driver: Driver, source: FailingSource, tmp_path: Path
) -> None:
    old, new = version(tmp_path / "old", "old"), version(tmp_path / "new", "new")
    driver.submit(old)
    driver.submit(new, run=2)
    source.refused.add(str(new.root))
    assert driver.outcome(2) == Unbegun()
    assert isinstance(driver.outcome(1), Completed)


def test_nothing_is_remembered_of_a_folder_that_is_missing(tmp_path: Path) -> None:
    tree = version(tmp_path / "later", "later")
    whole = modules_of(tree.root)
    modules_of.cache_clear()
    shutil.move(tree.root, tmp_path / "away")
    with pytest.raises(FileNotFoundError):
        modules_of(tree.root)
    shutil.move(tmp_path / "away", tree.root)
    assert modules_of(tree.root) == whole
    assert "commons/shared.py" in whole


@pytest.mark.parametrize("kind", ["inline", "thread", "process"])
def test_a_disk_that_is_full_delays_runs_and_fails_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(module, "LEAST_PACKED", 1)
    original, is_full = module._write, True

    def write(path: str, content: bytes) -> None:
        if is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        original(path, content)

    monkeypatch.setattr(module, "_write", write)
    tree = Tree(tmp_path / "app", runtime={"executor": kind, "scanSeconds": 0.2})
    tree.scheduled("A", repeat=SECONDLY, policy={"overlap": "queue"})
    events: list[Event] = []
    with Runtime(tree.root, on_event=events.append) as runtime:
        blocked = runtime.wait_for(lambda event: isinstance(event, Blocked), PATIENCE)
        assert isinstance(blocked, Blocked)
        assert blocked.code == "bundle-failed"
        assert "No space left on device" in blocked.reason
        assert not any(isinstance(event, Started | Finished) for event in events)
        is_full = False
        runtime.wait_for(lambda event: isinstance(event, Unblocked), PATIENCE)
        finished = runtime.wait_for(lambda event: isinstance(event, Finished), PATIENCE)
        assert isinstance(finished, Finished)
        assert finished.status == "completed"


def test_a_task_whose_files_keep_changing_keeps_no_other_from_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, is_changing = bundle_source.Source.files, True

    def files(
        source: bundle_source.Source, task: CompiledTask
    ) -> dict[str, bundle_source.SourceFile]:
        if is_changing and task.name == "tasks.A":
            raise BundleChanged(task.name)
        return original(source, task)

    monkeypatch.setattr(bundle_source.Source, "files", files)
    tree = Tree(tmp_path / "app", runtime={"executor": "inline", "scanSeconds": 0.2})
    for name in ("A", "B"):
        tree.scheduled(name, repeat=SECONDLY, policy={"overlap": "queue"})
    events: list[Event] = []
    with Runtime(tree.root, on_event=events.append) as runtime:
        runtime.wait_for(lambda event: isinstance(event, Finished), PATIENCE)
        blocked = {(event.task, event.code) for event in events if isinstance(event, Blocked)}
        assert blocked == {("tasks.A", "bundle-failed")}
        is_changing = False
        runtime.wait_for(
            lambda event: isinstance(event, Finished) and event.task == "tasks.A", PATIENCE
        )
