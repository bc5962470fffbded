"""What a reload replaces and writes, whichever thread makes it (H1, H3)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jittask import Client, Runtime
from jittask.clock import SystemClock
from jittask.compiler import compile_tree
from jittask.data.app_data import AppData
from jittask.data.engines import ENGINES
from jittask.runtime.assembly import Parts, assemble
from jittask.runtime.bundles import Bundles
from jittask.runtime.current import Current, Loaded
from jittask.runtime.element_states import ElementStates
from jittask.runtime.events import Event, Finished, Reloaded
from jittask.runtime.row_scan import RowScan
from jittask.runtime.signals import Signals
from jittask.runtime.snapshot import first_snapshot
from tests.running import PATIENCE
from tests.tree import Tree

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_two_threads_do_not_write_at_once(tmp_path: Path) -> None:
    """Else the one with the older snapshot could have the last word."""
    compilation = compile_tree(tmp_path)
    writes, inside, go_on = [], threading.Event(), threading.Event()

    def put_elements(*_: object) -> None:
        writes.append(threading.current_thread().name)
        inside.set()
        assert go_on.wait(10)

    store = SimpleNamespace(put_elements=put_elements, note=lambda *_, **__: None, elements=dict)
    snapshot = first_snapshot(compilation, {}, {}, NOW)
    states = ElementStates(
        store,  # type: ignore[arg-type]
        SystemClock(),
        lambda: "me",
        lambda: snapshot,
        {},
    )
    states.reloaded(NOW, ["tasks.A"], success=True)
    threads = [threading.Thread(target=states.write_pending, name=name) for name in ("a", "b")]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    threads[1].join(0.2)  # it waits for the other, or has written beside it by now
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert writes == ["a"]


def test_a_disk_that_cannot_be_written_ends_nothing_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = Tree(tmp_path / "app", runtime={"executor": "inline"})
    tree.scheduled("A")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with Runtime(tree.root) as runtime:
        before = runtime.snapshot
        with monkeypatch.context() as patched:
            patched.setattr(Bundles, "lay_out_all", full)
            tree.scheduled("B")
            told = runtime.wait_for(lambda event: getattr(event, "code", "") == "reload-failed")
            assert "No space left on device; the last version keeps running" in told.text  # type: ignore[union-attr]
            assert runtime.snapshot.tasks == before.tasks
        runtime.wait_for(lambda event: isinstance(event, Reloaded) and event.added == ("tasks.B",))


def test_readers_see_a_snapshot_and_its_databases_together(tmp_path: Path) -> None:
    """One assignment replaces both, and the databases that are left are closed after it (H1)."""
    closed: list[AppData] = []

    class Watched(AppData):
        def close(self) -> None:
            assert current.loaded.data is not self
            closed.append(self)

    compilation = compile_tree(tmp_path)
    snapshots = [first_snapshot(compilation, {}, {}, NOW) for _ in range(3)]
    datas = [Watched({}, tmp_path), Watched({}, tmp_path)]
    swaps: list[bool] = []
    current = Current(Loaded(snapshots[0], compilation, datas[0]), lambda: swaps.append(True))
    current.swap(Loaded(snapshots[1], compilation, datas[0]))
    assert (closed, len(swaps), current.snapshot) == ([], 1, snapshots[1])
    current.swap(Loaded(snapshots[2], compilation, datas[1]))
    assert (closed, len(swaps)) == ([datas[0]], 2)
    assert current.loaded.data is datas[1]


@pytest.fixture
def parts(tree: Tree) -> Iterator[Parts]:
    """Return what a start has opened, for a test to do the duties."""
    tree.things()
    tree.scheduled("T")
    tree.dated("Row")
    clock = SystemClock()
    opened = assemble(tree.root, clock, Signals(clock), lambda _event: None, watched=False)
    with opened.opened:
        yield opened


def test_upkeep_deletes_no_version_that_a_reload_has_just_laid_out(
    tree: Tree, parts: Parts
) -> None:
    """The work has the snapshot before it, where the reload comes in the midst of a pass."""
    before = parts.current.snapshot
    tree.scheduled("T", "def customFunc():\n    return 2\n")
    parts.reloader.reload()
    parts.upkeep.step(before, parts.clock.now())
    after = parts.current.snapshot.tasks["tasks.T"].task.version
    assert before.tasks["tasks.T"].task.version != after
    assert Bundles(tree.root / ".jittask").has(after)


def has_finished(run: int, event: Event) -> bool:
    return isinstance(event, Finished) and event.run == run


def test_a_start_keeps_the_versions_that_run_or_have_run(tree: Tree) -> None:
    versions = []
    for result in (1, 2, 3):
        tree.scheduled("T", f"def customFunc():\n    return {result}\n")
        with Runtime(tree.root) as runtime:
            versions.append(runtime.snapshot.tasks["tasks.T"].task.version)
            if result == 1:
                run = Client(tree.root).trigger("T").run.id
                runtime.wait_for(partial(has_finished, run), PATIENCE)
    kept = {entry.name for entry in (tree.root / ".jittask/bundles").iterdir()}
    assert kept == {versions[0], versions[2]}


def test_a_scan_leaves_nothing_open_of_what_a_reload_has_closed(
    tree: Tree, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = RowScan.scan

    def scanned(row_scan: RowScan, *arguments: Any, **named: Any) -> bool:
        tree.write(
            "databases/D/e.json",
            {"type": "databases.SqliteType", "title": "D", "database": "other.db"},
        )
        parts.reloader.reload()
        return scan(row_scan, *arguments, **named)

    monkeypatch.setattr(RowScan, "scan", scanned)
    parts.scan_rows(parts.clock.now(), PATIENCE)
    parts.opened.close()
    assert [url for url in ENGINES._shared if str(tree.root) in str(url)] == []
