"""What the watch of a tree tells, and what it does not (H5)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.clock import FixedClock
from jittask.runtime import watch
from jittask.runtime.watch import Watch
from tests.tree import Tree

NOW = datetime(2026, 1, 5, tzinfo=UTC)
NOTHING_MILLIS = 50
PATIENCE = 100
"""Looks: far more than any change takes."""


class Watched:
    """A tree under a watch."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.troubles: list[str] = []
        self.watch = Watch(tree.root, self.troubles.append)
        self.stop = threading.Event()

    def look(self) -> frozenset[str] | None:
        return self.watch.look(self.stop, debounce_millis=20, look_every_millis=NOTHING_MILLIS)

    def tells(self) -> bool:
        """Whether a change is told; keeps looking until all is quiet again."""
        seen = any(self.look() for _ in range(PATIENCE))
        while self.look():
            continue
        return seen

    def is_quiet(self) -> bool:
        return not any(self.look() for _ in range(6))


@pytest.fixture
def watched(tree: Tree) -> Iterator[Watched]:
    tree.scheduled("A")
    tree.write(".jittask/bundles/one/app.json", "{}")
    tree.write("pages/P/e.json", "{}")
    found = Watched(tree)
    with found.watch:
        yield found


def replaced_top(root: Path) -> None:
    (root / "tasks").rename(root / "old")
    (root / "new").rename(root / "tasks")


def rewritten_app(root: Path) -> None:
    (root / "app.json").write_text('{"settings": {"timezone": "Asia/Shanghai"}}')


CHANGES: list[tuple[str, Callable[[Path], object]]] = [
    ("an edit", lambda root: (root / "tasks/A/inner.py").write_text("x = 1\n")),
    ("a new element", lambda root: (root / "tasks/B").mkdir()),
    ("a removed file", lambda root: (root / "tasks/A/inner.py").unlink()),
    ("an edited manifest", rewritten_app),
    ("a replaced manifest", lambda root: (root / "other.json").replace(root / "app.json")),
    ("a removed manifest", lambda root: (root / "app.json").unlink()),
    ("a new top folder", lambda root: (root / "commons").mkdir()),
    ("a removed top folder", lambda root: (root / "tasks").rename(root / "old")),
    ("a replaced top folder", replaced_top),
]


@pytest.mark.parametrize(("what", "change"), CHANGES, ids=[name for name, _ in CHANGES])
def test_a_change_is_told(watched: Watched, what: str, change: Callable[[Path], object]) -> None:
    root = watched.tree.root
    watched.tree.write("other.json", "{}")
    (root / "new/C").mkdir(parents=True)
    assert watched.is_quiet()
    change(root)
    assert watched.tells(), what
    assert watched.troubles == []


@pytest.mark.parametrize("folder", ["commons", "tasks"])
def test_what_has_come_anew_is_watched_too(watched: Watched, folder: str) -> None:
    root = watched.tree.root
    if (root / folder).exists():
        (root / folder).rename(root / "old")
        assert watched.tells()
    (root / folder / "deep").mkdir(parents=True)
    assert watched.tells()
    (root / folder / "deep/one.py").write_text("ONE = 1\n")
    assert watched.tells()


QUIET = [
    ".jittask/jittask.db",
    ".jittask/bundles/one/app.json",
    "pages/P/e.json",
    "app.db",
    "tasks/A/__pycache__/inner.pyc",
]


@pytest.mark.parametrize("file", QUIET)
def test_what_bears_on_nothing_is_not_told(watched: Watched, file: str) -> None:
    watched.tree.write(file, "more")
    assert watched.is_quiet()


def test_what_changes_before_anybody_asks_is_told(watched: Watched) -> None:
    watched.tree.write("tasks/A/inner.py", "x = 2\n")
    assert watched.tells()


def test_a_lone_edit_is_told_alone_and_at_once(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The editor's own draft beside it is no second edit."""
    monkeypatch.setattr(watch, "_QUIET_MILLIS", 10**6)  # what waits for quiet never ends
    watched.tree.write("tasks/A/inner.py", "x = 2\n")
    seen: set[str] = set()
    root = watched.tree.root
    while str(root / "tasks/A/inner.py") not in seen:
        seen |= (
            watched.watch.look(watched.stop, debounce_millis=10**6, look_every_millis=10**6)
            or set()
        )
    assert seen <= {str(root / "tasks/A/inner.py"), str(root / "tasks/A/inner.py~")}


BESIDE = ["4913", ".inner.py.swp", "inner.py~", ".#inner.py", "#inner.py#", "inner.py___jb_tmp___"]


@pytest.mark.parametrize("name", BESIDE)
def test_what_an_editor_has_beside_a_file_is_no_second_edit(tree: Tree, name: str) -> None:
    file = tree.write("tasks/A/inner.py", "x = 1\n")
    file.with_name(name).symlink_to("nobody@nowhere.1")
    assert watch._is_lone({str(file), str(file.with_name(name))})
    assert not watch._is_lone({str(file), str(tree.write("tasks/A/other.py", "x = 1\n"))})


NOT_ALONE: list[tuple[str, dict[str, str]]] = [
    ("half a file", {"tasks/A/inner.py": "def ("}),
    ("an empty file", {"tasks/A/inner.py": ""}),
    ("no code", {"tasks/A/note.txt": "text"}),
    ("two files", {"tasks/A/inner.py": "x = 3\n", "tasks/A/e.json": "{}"}),
]


@pytest.mark.parametrize("files", [files for _, files in NOT_ALONE], ids=[n for n, _ in NOT_ALONE])
def test_what_may_be_followed_by_more_waits_for_quiet(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    waits: list[int] = []
    watcher = watched.watch._watcher
    assert watcher is not None

    class Noted:
        def watch(self, debounce: int, step: int, wait: int, stop: threading.Event) -> object:
            waits.append(wait)
            return watcher.watch(debounce, step, wait, stop)

        def close(self) -> None:
            watcher.close()

    monkeypatch.setattr(watched.watch, "_watcher", Noted())
    for file, text in files.items():
        (watched.tree.root / file).write_text(text)
    seen: set[str] = set()
    while not seen >= {str(watched.tree.root / file) for file in files}:
        seen |= (
            watched.watch.look(watched.stop, debounce_millis=500, look_every_millis=5000) or set()
        )
    assert waits[-1] == 50


def test_a_burst_without_end_is_told_when_the_time_is_over(watched: Watched) -> None:
    clock = FixedClock(NOW)
    watched.watch._clock = clock

    class Restless:
        def watch(self, *_: object) -> object:
            clock.move_to(clock.now() + timedelta(milliseconds=40))
            return {(1, str(watched.tree.root / f"tasks/A/{clock.now().microsecond}.py"))}

        def close(self) -> None:
            return

    watched.watch._watcher = Restless()  # type: ignore[assignment]
    seen = watched.watch.look(watched.stop, debounce_millis=190, look_every_millis=5000)
    assert seen is not None
    assert len(seen) == 6


def test_a_folder_that_goes_while_the_watch_begins_is_tried_again(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.scheduled("A")
    asked = failing(monkeypatch, FileNotFoundError("gone"), times=1)
    watched = Watched(tree)
    assert watched.tells()
    assert len(asked) == 3
    tree.write("tasks/A/inner.py", "x = 2\n")
    assert watched.tells()
    assert watched.troubles == []


def test_a_limit_of_the_system_is_told_and_the_tree_polled(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.scheduled("A")
    asked = failing(monkeypatch, OSError("OS file watch limit reached"), times=1)
    watched = Watched(tree)
    assert asked == [False, True]
    assert [one.partition(":")[0] for one in watched.troubles] == [
        "the system's file watch failed, so the files are polled instead"
    ]
    assert watched.is_quiet()
    tree.scheduled("B")
    assert watched.tells()


def test_where_nothing_can_be_watched_it_says_so_and_ends(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, OSError("no"), times=2)
    watched = Watched(tree)
    assert watched.troubles[-1] == (
        "changes to files cannot be seen, so nothing reloads by itself: no"
    )
    assert watched.look() is None


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int) -> list[bool]:
    """Have the next watches fail; return whether each one that is asked for polls."""
    asked: list[bool] = []
    original = watch.RustNotify  # type: ignore[attr-defined]

    def make(paths: list[str], debug: bool, polling: bool, *more: object) -> object:
        asked.append(polling)
        if len(asked) <= times:
            raise error
        return original(paths, debug, polling, *more)

    monkeypatch.setattr(watch, "RustNotify", make)
    return asked
