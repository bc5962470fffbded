"""The console's compiled tree follows the files, and says so (C1)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import pytest

from jittask.clock import FixedClock
from jittask.operations.workspace import Workspace
from jittask.web.live_tree import LiveTree
from tests.store.runs import NOW
from tests.tree import Tree
from tests.web.conftest import PATIENCE

NOTHING: frozenset[str] = frozenset()
ALL = frozenset({"."})
"""The tree itself means all that is in it."""


class HandWatch:
    """A watch that sees what the test says."""

    def __init__(self) -> None:
        self.seen: queue.Queue[frozenset[str] | None] = queue.Queue()
        self.looks = threading.Semaphore(0)
        self.closed = False

    def look(self, stop: threading.Event, **_: int) -> frozenset[str] | None:
        self.looks.release()
        return self.seen.get(timeout=PATIENCE)

    def close(self) -> None:
        self.closed = True

    def next_look(self) -> None:
        assert self.looks.acquire(timeout=PATIENCE)


class Live:
    """A live tree with its watch, and what it has said."""

    def __init__(self, workspace: Workspace) -> None:
        self.watch = HandWatch()
        self.changes = 0
        self.troubles: list[str] = []
        self.tree = LiveTree(
            workspace, self.watch, FixedClock(NOW), self._changed, self.troubles.append
        )
        self.tree.start()
        self.watch.next_look()

    def _changed(self) -> None:
        self.changes += 1

    def see(self, found: frozenset[str] | None) -> None:
        self.watch.seen.put(found)
        if found is not None:
            self.watch.next_look()

    def close(self) -> None:
        self.watch.seen.put(None)
        self.tree.close()
        assert self.watch.closed


@pytest.fixture
def workspace(tree: Tree) -> Workspace:
    tree.scheduled("A")
    return Workspace(tree.root)


def test_what_the_watch_sees_is_compiled_and_told(workspace: Workspace, tree: Tree) -> None:
    live = Live(workspace)
    assert (live.changes, set(workspace.app.tasks)) == (1, {"tasks.A"})
    tree.scheduled("B")
    live.see(NOTHING)
    assert (live.changes, set(workspace.app.tasks)) == (1, {"tasks.A"})
    live.see(ALL)
    assert (live.changes, set(workspace.app.tasks)) == (2, {"tasks.A", "tasks.B"})
    live.see(ALL)
    assert live.changes == 2
    live.close()


def test_a_change_that_an_operation_has_looked_at_is_told_too(
    workspace: Workspace, tree: Tree
) -> None:
    live = Live(workspace)
    tree.scheduled("B")
    workspace.refresh()
    live.see(ALL)
    assert live.changes == 2
    live.close()


def test_what_cannot_be_compiled_is_said_once_and_tried_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError("too many open files")] * 3
    refresh: Callable[[object], object] = workspace.refresh

    def failing(paths: object) -> object:
        if failures:
            raise failures.pop()
        return refresh(paths)

    monkeypatch.setattr(workspace, "refresh", failing)
    live = Live(workspace)
    assert live.troubles == ["the tree cannot be read: OSError: too many open files"]
    assert live.changes == 1
    live.close()


def test_readers_do_not_wait_for_a_compilation(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = workspace.compilation
    compiling, done = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> object:
        compiling.set()
        assert done.wait(PATIENCE)
        return before

    monkeypatch.setattr("jittask.compiler.incremental.TreeCompiler.look_at_all", slow)
    thread = threading.Thread(target=workspace.refresh)
    thread.start()
    assert compiling.wait(PATIENCE)
    read: list[object] = []
    reader = threading.Thread(
        target=lambda: read.extend((workspace.compilation, workspace.settings)), daemon=True
    )
    reader.start()
    reader.join(PATIENCE / 3)
    assert read == [before, before.app.settings]
    done.set()
    thread.join()


def test_what_asks_for_the_latest_looks_at_files_only_where_nobody_watches(
    workspace: Workspace, tree: Tree
) -> None:
    live = Live(workspace)
    tree.scheduled("New")
    assert "tasks.New" not in workspace.latest.app.tasks
    live.see(ALL)
    assert "tasks.New" in workspace.latest.app.tasks
    live.close()
    tree.scheduled("Newer")
    assert "tasks.Newer" in workspace.latest.app.tasks
