"""The code that a run ran, beside the task's code now (rules H4, C17)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jittask.model import RunStatus, Trigger
from jittask.operations.inspect.run import raw_log, search_log
from jittask.operations.inspect.version import FileChange, LineMark, run_version
from jittask.operations.workspace import Workspace
from jittask.run_log import LogPiece
from jittask.runtime.bundles import Bundles
from jittask.state_folder import state_folder
from jittask.store.claim_types import Choice, Claim, Ending
from jittask.store.run_logs import AttemptPiece
from tests.tree import Tree

BODY = "\n".join(f"line{n} = {n}" for n in range(12))


@pytest.fixture
def workspace(tree: Tree) -> Iterator[Workspace]:
    tree.things()
    tree.scheduled("A", f"{BODY}\n\ndef customFunc():\n    return app.getElement('models.Thing')\n")
    with Workspace(tree.root) as opened:
        yield opened


def executed(workspace: Workspace, *output: str) -> int:
    """Run the task as a runtime would: lay out its version, begin and end a run of it."""
    task = workspace.app.tasks["tasks.A"]
    Bundles(state_folder(workspace.root)).lay_out(task, workspace.root)
    now = workspace.now()
    with workspace.store(create=True) as store:
        number = store.enqueue("tasks.A", "", Trigger.MANUAL, now)
        chosen = lambda due, _: Choice(tuple(Claim(run, task.version) for run in due), ())  # noqa: E731
        [claim] = store.take(chosen, "w", now, 1)[1].claimed
        pieces = [
            AttemptPiece(number, claim.token, 1, LogPiece(now, "stdout", "info", text))
            for text in output
        ]
        store.finish([Ending(number, claim.token, 1, RunStatus.COMPLETED)], now, pieces)
    return number


def test_a_version_that_is_current_has_no_changes(workspace: Workspace) -> None:
    found = run_version(workspace, executed(workspace), secrets=True)
    assert found.version == found.current
    assert found.kept
    files = {file.path: file for file in found.files}
    assert {"app.json", "tasks/A/inner.py", "tasks/A/e.json", "models/Thing/model.py"} <= set(files)
    assert all(file.change is FileChange.SAME and not file.lines for file in found.files)
    assert (files["tasks/A/inner.py"].text or "").startswith("line0 = 0")


def test_a_changed_file_is_compared_line_by_line(workspace: Workspace, tree: Tree) -> None:
    number = executed(workspace)
    tree.scheduled("A", f"{BODY}\n\ndef customFunc():\n    return 2\n")
    tree.write("tasks/A/helper.py", "x = 1\n")
    workspace.refresh()
    found = run_version(workspace, number)
    assert found.kept
    assert found.version != found.current
    files = {file.path: file for file in found.files}
    assert files["tasks/A/helper.py"].change is FileChange.ADDED
    assert files["models/Thing/model.py"].change is FileChange.REMOVED
    inner = files["tasks/A/inner.py"]
    assert inner.change is FileChange.CHANGED
    marks = [line.mark for line in inner.lines]
    assert marks.count(LineMark.REMOVED) == marks.count(LineMark.ADDED) == 1
    assert [line.then for line in inner.lines if line.mark is LineMark.REMOVED] == [15]
    assert [line.text for line in inner.lines if line.mark is LineMark.ADDED] == ["    return 2"]
    assert len(inner.lines) < 8


def test_files_of_databases_are_withheld(workspace: Workspace) -> None:
    number = executed(workspace)
    path = "databases/D/e.json"
    for secrets in (False, True):
        [file] = [
            each for each in run_version(workspace, number, secrets=secrets).files
            if each.path == path
        ]  # fmt: skip
        assert (file.text is None) == file.withheld == (not secrets)


def test_a_version_that_was_removed(workspace: Workspace, tree: Tree) -> None:
    number = executed(workspace)
    tree.scheduled("A")
    workspace.refresh()
    bundles = Bundles(state_folder(workspace.root))
    bundles.forget_unused(frozenset(), recorded=lambda _: frozenset())
    found = run_version(workspace, number)
    assert (found.kept, found.files) == (False, ())


def test_a_run_that_has_not_begun_has_no_version(workspace: Workspace) -> None:
    with workspace.store(create=True) as store:
        number = store.enqueue("tasks.A", "", Trigger.MANUAL, workspace.now())
    found = run_version(workspace, number)
    assert (found.version, found.kept) == (None, False)
    assert found.current


def test_a_log_is_searched_and_given_as_it_came(workspace: Workspace) -> None:
    number = executed(workspace, "one\nTwo\n", "\x1b[31mtwo\x1b[0m\nthree")
    found = search_log(workspace, number, "two", limit=1)
    assert found.total == 2
    assert [(each.number, each.line.text) for each in found.found] == [(2, "Two")]
    assert search_log(workspace, number, "two", "error").total == 0
    assert "".join(raw_log(workspace, number)) == "one\nTwo\n\x1b[31mtwo\x1b[0m\nthree"
