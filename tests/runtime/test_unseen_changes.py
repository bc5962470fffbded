"""What no watch has reported is found by a paced look, and said (H5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jittask import Runtime
from jittask.clock import FixedClock
from jittask.compiler.incremental import TreeCompiler
from jittask.runtime import unseen_changes
from jittask.runtime.events import Event, Reloaded, Trouble
from jittask.runtime.unseen_changes import PASS_SECONDS, UnseenChanges, describe
from jittask.runtime.watch import NOTHING, Watch
from tests.tree import Tree

NOW = datetime(2026, 1, 5, tzinfo=UTC)
CODE = "def customFunc():\n    return 2\n"
FILE = "tasks/A/inner.py"
MANY = 40
"""More looks than a pass over the tree, and what is held back, takes."""


class Looks:
    """A tree that is looked at, once for each look of a watch that sees nothing."""

    def __init__(self, tree: Tree) -> None:
        tree.scheduled("A")
        tree.scheduled("B")
        self.clock = FixedClock(NOW)
        self.compiler = TreeCompiler(tree.root)
        assert self.compiler.compilation.ok
        self.unseen = UnseenChanges(self.compiler, self.clock)

    def find(self) -> list[str]:
        """Return what the next looks find."""
        for _ in range(MANY):
            if found := self.unseen.step():
                return found
        return []

    def wait(self) -> None:
        self.clock.move_to(self.clock.now() + timedelta(seconds=PASS_SECONDS))


@pytest.fixture
def looks(tree: Tree) -> Looks:
    return Looks(tree)


def test_a_tree_at_rest_has_nothing_to_find(looks: Looks) -> None:
    assert looks.find() == []
    looks.wait()
    assert looks.find() == []


@pytest.mark.parametrize("at_once", [200, 3, 1])
def test_an_edit_is_found_by_the_next_pass(
    looks: Looks, tree: Tree, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(unseen_changes, "_AT_ONCE", at_once)
    assert looks.find() == []
    tree.write(FILE, CODE)
    assert looks.find() == []  # the next pass is not due yet
    looks.wait()
    assert looks.find() == [FILE]
    looks.compiler.apply([FILE])
    looks.wait()
    assert looks.find() == []


def test_what_comes_and_goes_is_found(looks: Looks, tree: Tree) -> None:
    tree.write("tasks/A/note.txt", "new")
    (tree.root / "tasks/B/inner.py").unlink()
    found = looks.find()
    assert set(found) == {"tasks/A/note.txt", "tasks/B/inner.py"}
    assert "tasks.B" not in looks.compiler.apply(found).app.tasks


def test_what_the_watch_reports_meanwhile_is_no_find(looks: Looks, tree: Tree) -> None:
    tree.write(FILE, CODE)
    assert looks.unseen.step() == []
    looks.unseen.seen({str(tree.root / FILE)})
    looks.compiler.apply([FILE])
    assert looks.find() == []


def test_a_find_names_a_few_files() -> None:
    assert describe(["b", "a"]).endswith("found it: a, b")
    assert describe("fdcba").endswith("found it: a, b, c and 2 more")


@pytest.mark.process
def test_a_runtime_whose_watch_is_deaf_reloads_and_says_why(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unseen_changes, "PASS_SECONDS", 0.0)
    look = Watch.look

    def deaf(watch: Watch, *given: object, **more: int) -> frozenset[str] | None:
        found = look(watch, *given, **{**more, "look_every_millis": 20})  # type: ignore[arg-type]
        return None if found is None else NOTHING

    monkeypatch.setattr(Watch, "look", deaf)
    tree.scheduled("A")
    with Runtime(tree.root) as runtime:
        tree.write(FILE, CODE)

        def unseen(event: Event) -> bool:
            return isinstance(event, Trouble) and event.code == "change-unseen"

        said = runtime.wait_for(unseen, 60)
        assert isinstance(said, Trouble)
        assert said.text.endswith(f"found it: {FILE}")
        runtime.wait_for(lambda event: isinstance(event, Reloaded), 60)
