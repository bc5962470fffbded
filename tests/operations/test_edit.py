"""Enabling, new tasks and new trees: values in, files out (V5)."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.clock import FixedClock
from jittask.operations.edit.element_name import free_path
from jittask.operations.edit.enabled import Switched, set_enabled
from jittask.operations.edit.new_task import NewTask, new_date_field, new_scheduled
from jittask.operations.edit.new_tree import make_tree
from jittask.operations.edit.replace import replace_file
from jittask.operations.errors import Conflict, InvalidArgument, NotFound, OperationError
from jittask.operations.workspace import Workspace
from tests.tree import Tree

NOW = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)


def test_a_task_is_switched_and_says_whether_it_changed(tree: Tree) -> None:
    tree.scheduled("A")
    file = "tasks/A/e.json"
    workspace = Workspace(tree.root)
    for enabled, changed in ((True, False), (False, True), (False, False), (True, True)):
        switched = set_enabled(workspace, "A", enabled=enabled)
        assert switched == Switched("tasks.A", enabled, changed, file)
        assert json.loads((tree.root / file).read_text())["enable"] == int(enabled)


def test_a_file_that_is_not_json_is_left_alone(tree: Tree) -> None:
    tree.scheduled("A")
    tree.write("tasks/A/e.json", "{")
    with pytest.raises(Conflict, match=r"tasks/A/e\.json: expected JSON"):
        set_enabled(Workspace(tree.root), "A", enabled=False)
    assert (tree.root / "tasks/A/e.json").read_text() == "{"


def test_a_replaced_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    replace_file(link, b"new")
    assert (link.is_symlink(), file.read_bytes()) == (True, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert {path.name for path in tmp_path.iterdir()} == {"file", "link"}
    with pytest.raises(FileNotFoundError):
        replace_file(tmp_path / "missing", b"")


def test_a_new_task_loads_and_begins_tomorrow_in_the_apps_zone(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "app", timezone="Asia/Shanghai")
    with Workspace(tree.root, FixedClock(NOW)) as workspace:
        written = new_scheduled(workspace, NewTask("每日报表", folder="reports"))
        assert written.name == "tasks.reports.MeiRiBaoBiao"
        assert written.name in workspace.app.tasks
    data = json.loads(written.files[1].read_text(encoding="utf-8"))
    assert data["timerCfg"]["startTime"] == "2026-01-07 09:00:00"
    assert compile_tree(tree.root).diagnostics == ()


@pytest.mark.parametrize(("text", "days", "kind"), [("-3d", 3, -1), ("0", 0, 0), ("2d", 2, 1)])
def test_a_new_date_field_task_fires_days_before_or_after(
    tree: Tree, text: str, days: int, kind: int
) -> None:
    tree.things()
    workspace = Workspace(tree.root)
    written = new_date_field(workspace, NewTask("X"), field="day", offset=text)
    offset = json.loads(written.files[1].read_text())["timerCfg"]["startOffset"]
    assert (offset["offsetType"], offset["offset"]) == (kind, days)


def test_what_would_not_load_leaves_nothing_behind(tree: Tree) -> None:
    tree.things()
    workspace = Workspace(tree.root)
    with pytest.raises(OperationError, match="expected five cron fields"):
        new_scheduled(workspace, NewTask("X"), cron="x")
    with pytest.raises(InvalidArgument, match=r"name a date field of models\.Thing: at, day"):
        new_date_field(workspace, NewTask("X"))
    with pytest.raises(NotFound, match="has no date field 'name'"):
        new_date_field(workspace, NewTask("X"), field="name")
    assert not list(tree.root.glob("tasks/*/*"))


@pytest.mark.parametrize("folder", ["a/b", "kept"])
def test_a_refused_task_leaves_no_folder_behind(tree: Tree, folder: str) -> None:
    tree.scheduled("kept/A")
    before = sorted((tree.root / "tasks").rglob("*"))
    with pytest.raises(OperationError, match="startTime"):
        new_scheduled(Workspace(tree.root), NewTask("B", folder=folder), start="nonsense")
    assert sorted((tree.root / "tasks").rglob("*")) == before


def test_a_free_path_differs_in_more_than_case(tree: Tree) -> None:
    tree.scheduled("weeklyreport")
    with pytest.raises(Conflict) as taken:
        free_path(tree.root, "tasks", None, "Weekly report")
    assert taken.value.hint == "choose another --name, such as WeeklyReport2"
    with pytest.raises(Conflict):
        free_path(tree.root, "tasks", "WeeklyReport", "")
    with pytest.raises(OperationError, match="'class' is no name"):
        free_path(tree.root, "tasks", "class", "")


def test_a_new_tree_validates_and_is_never_written_over(tmp_path: Path) -> None:
    make_tree(tmp_path / "shop", "Europe/Berlin")
    compilation = compile_tree(tmp_path / "shop", imports=True)
    assert (compilation.diagnostics, compilation.app.settings.timezone) == ((), "Europe/Berlin")
    with pytest.raises(Conflict, match="is not empty"):
        make_tree(tmp_path / "shop", "UTC")
    with pytest.raises(NotFound, match="no time zone 'Mars'"):
        make_tree(tmp_path / "other", "Mars")
    assert not (tmp_path / "other").exists()
