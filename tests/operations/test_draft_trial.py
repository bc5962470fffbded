"""A function is tried from unsaved text, in a process of its own, rolled back (C15)."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator

import pytest

from jittask.operations.draft_trial import trial as trials
from jittask.operations.draft_trial import trial_process
from jittask.operations.draft_trial.trial import DraftTrial, try_draft
from jittask.operations.edit.file_places import ElementFile
from jittask.operations.errors import BrokenTask, Conflict, InvalidArgument, NotFound, Unavailable
from jittask.operations.workspace import Workspace
from tests.tree import Tree

ADDS = """import logging
from jittask import app


def customFunc():
    Thing = app.getElement("models.Thing")
    Thing.create({"name": "x"})
    print("one")
    logging.warning("two")
    return Thing.count()
"""


@pytest.fixture
def opened(tree: Tree) -> Iterator[Workspace]:
    tree.things()
    with sqlite3.connect(tree.root / "d.db") as connection:
        connection.execute(
            'CREATE TABLE "Thing" (id INTEGER PRIMARY KEY, name TEXT, at TEXT, day TEXT)'
        )
        connection.execute(
            """INSERT INTO "Thing" VALUES (7, 'seven', '2026-05-04 08:00:00', NULL)"""
        )
    tree.scheduled("A")
    tree.dated("Row", filter="Q('name','=','eight')")
    with Workspace(tree.root) as workspace:
        yield workspace


def tried(workspace: Workspace, inner: str, task: str = "A", **more: object) -> DraftTrial:
    return try_draft(workspace, task, {ElementFile.INNER: inner}, **more)  # type: ignore[arg-type]


def test_unsaved_code_runs_and_its_changes_are_rolled_back(tree: Tree, opened: Workspace) -> None:
    before = (tree.root / "tasks/A/inner.py").read_text()
    found = tried(opened, ADDS)
    assert (found.outcome, found.result, found.error) == ("completed", "2", None)
    assert [(piece.stream, piece.level, piece.text) for piece in found.output] == [
        ("stdout", "info", "one\n"), ("log", "warning", "two\n"),
    ]  # fmt: skip
    with sqlite3.connect(tree.root / "d.db") as connection:
        assert connection.execute('SELECT count(*) FROM "Thing"').fetchone() == (1,)
    assert (tree.root / "tasks/A/inner.py").read_text() == before
    assert not list((tree.root / ".jittask").glob("try-*"))
    assert found.version != opened.app.tasks["tasks.A"].version


def test_what_is_saved_can_be_tried(opened: Workspace) -> None:
    found = try_draft(opened, "A")
    assert (found.outcome, found.result) == ("completed", "1")
    assert found.version == opened.app.tasks["tasks.A"].version


def test_an_error_has_its_place_in_the_tree(opened: Workspace) -> None:
    found = tried(opened, "def customFunc():\n    x = {}\n    return x['missing']\n")
    assert (found.outcome, found.result) == ("failed", None)
    assert found.error is not None
    assert (found.error.file, found.error.line) == ("tasks/A/inner.py", 3)
    assert "KeyError: 'missing'" in found.error.text
    assert 'File "tasks/A/inner.py", line 3' in found.error.text


def test_an_import_that_fails_is_an_error_too(opened: Workspace) -> None:
    found = tried(opened, "import nowhere\n\n\ndef customFunc(): ...\n")
    assert found.error is not None
    assert (found.outcome, found.error.file, found.error.line) == (
        "failed", "tasks/A/inner.py", 1,
    )  # fmt: skip


def test_a_row_that_does_not_pass_is_tried_and_said(opened: Workspace) -> None:
    found = tried(opened, "def customFunc(row):\n    return row['name']\n", "Row", row="7")
    assert (found.result, found.passes) == ('"seven"', False)
    assert found.filter_values == {"at": "2026-05-04T08:00:00", "name": "seven"}
    with pytest.raises(NotFound):
        tried(opened, "def customFunc(row): ...\n", "Row", row="8")
    with pytest.raises(InvalidArgument):
        tried(opened, "def customFunc(row): ...\n", "Row")


def test_an_unsaved_filter_judges_the_row(opened: Workspace) -> None:
    text = (opened.root / "tasks/Row/e.json").read_text().replace("eight", "seven")
    found = try_draft(opened, "Row", {ElementFile.E_JSON: text}, "7")
    assert found.passes is True


def test_a_function_that_does_not_end_is_ended_with_all_that_it_started(
    tree: Tree, opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "MOST_SECONDS", 1.0)
    lives = tree.root / "lives.pid"
    found = tried(
        opened,
        "import os, signal, subprocess, time\n\n\n"
        "def customFunc():\n"
        "    print('begun')\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        f"    open({str(lives)!r}, 'w').write(str(child.pid))\n"
        "    time.sleep(600)\n",
    )
    assert (found.outcome, found.seconds, found.error) == ("timeout", None, None)
    assert [piece.text for piece in found.output] == ["begun\n"]
    pid = int(lives.read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_code_that_does_not_load_in_time_is_no_timeout_of_the_function(
    opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_process, "START_SECONDS", 1.0)
    with pytest.raises(Unavailable, match="not loaded within 1 s"):
        tried(opened, "import time\n\ntime.sleep(600)\n\n\ndef customFunc():\n    pass\n")


def test_a_process_that_ends_by_itself_is_no_success(opened: Workspace) -> None:
    found = tried(opened, "import os\n\n\ndef customFunc():\n    os._exit(3)\n")
    assert found.outcome == "died"
    assert found.error is not None
    assert "3" in found.error.text


def test_a_function_cannot_report_a_success_that_is_none(opened: Workspace) -> None:
    found = tried(
        opened,
        "import os\n\n\ndef customFunc():\n"
        "    for fd in range(3, 40):\n"
        "        try:\n"
        "            os.write(fd, b'nonsense\\n[1]\\n{}\\n')\n"
        "        except OSError:\n"
        "            pass\n"
        "    return 5\n",
    )
    assert (found.outcome, found.result) == ("completed", "5")


def test_a_text_that_does_not_load_is_not_run(opened: Workspace) -> None:
    with pytest.raises(BrokenTask, match="line 1"):
        tried(opened, "def customFunc(:\n")
    with pytest.raises(BrokenTask, match="requires"):
        tried(opened, "def customFunc(a): ...\n")
    with pytest.raises(NotFound):
        try_draft(opened, "None")
    with pytest.raises(InvalidArgument):
        try_draft(opened, "A", {ElementFile.MODEL: ""})


def test_a_task_that_is_not_saved_yet_can_be_tried(opened: Workspace) -> None:
    texts = {
        ElementFile.E_JSON: (opened.root / "tasks/A/e.json").read_text(),
        ElementFile.INNER: "def customFunc():\n    return 'new'\n",
    }
    assert try_draft(opened, "New", texts).result == '"new"'


def test_secrets_of_the_environment_are_masked(
    tree: Tree, opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "hunter2hunter2")
    tree.write(
        "app.json",
        {"appId": "t", "name": "t", "settings": {"timezone": "UTC",
         "store": "sqlite:///runs-${SHOP_PASSWORD}.db"}},
    )  # fmt: skip
    opened.refresh()
    found = tried(
        opened, "import os\n\n\ndef customFunc():\n    print(os.environ['SHOP_PASSWORD'])\n"
    )
    assert "hunter2" not in "".join(piece.text for piece in found.output)


def test_only_a_few_are_tried_at_once(opened: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(trials, "_running", full)
    with pytest.raises(Conflict, match="other functions"):
        try_draft(opened, "A")
