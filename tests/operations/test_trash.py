"""Elements are deleted and put back whole, and copied (C20, C23)."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.clock import FixedClock
from jittask.operations.edit.duplicate import duplicate_element
from jittask.operations.edit.trash import delete_element, empty_trash, restore_element, trash
from jittask.operations.errors import Conflict, NotFound, OperationError
from jittask.operations.workspace import Workspace
from tests.tree import Tree

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def opened(tree: Tree) -> Iterator[Workspace]:
    with Workspace(tree.root, FixedClock(NOW)) as workspace:
        yield workspace


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


# --- delete and restore


def test_what_is_deleted_comes_back_as_it_was(tree: Tree, opened: Workspace) -> None:
    tree.scheduled("deep/A")
    tree.write("tasks/deep/A/data/more.txt", "x")
    (tree.root / "tasks/deep/A/inner.py").chmod(0o755)
    folder = tree.root / "tasks/deep/A"
    before = files_of(folder)
    trashed = delete_element(opened, "tasks.deep.A")
    assert not folder.exists()
    assert "tasks.deep.A" not in opened.app.elements
    assert trash(opened) == (trashed,)
    assert (trashed.element, trashed.title, trashed.deleted) == ("tasks.deep.A", "T", NOW)
    (tree.root / "tasks/deep").rmdir()
    assert restore_element(opened, trashed.id) == trashed
    assert files_of(folder) == before
    assert (folder / "inner.py").stat().st_mode & 0o777 == 0o755
    assert "tasks.deep.A" in opened.app.tasks
    assert trash(opened) == ()
    with pytest.raises(NotFound):
        restore_element(opened, trashed.id)


def test_a_broken_element_can_be_deleted(tree: Tree, opened: Workspace) -> None:
    tree.write("tasks/Broken/e.json", "{")
    delete_element(opened, "tasks.Broken")
    assert opened.compilation.ok


def test_the_trash_shows_the_newest_first(tree: Tree, opened: Workspace) -> None:
    for minute, name in enumerate("AB"):
        tree.scheduled(name)
        opened.refresh()
        opened.clock = FixedClock(NOW.replace(minute=minute))
        delete_element(opened, f"tasks.{name}")
    assert [each.element for each in trash(opened)] == ["tasks.B", "tasks.A"]


def test_the_trash_is_emptied_of_what_is_older_than_records_are_kept(
    tree: Tree, opened: Workspace
) -> None:
    settings = {"timezone": "UTC", "retentionDays": 30}
    tree.write("app.json", {"appId": "t", "name": "t", "settings": settings})
    (tree.root / ".jittask/trash/gone-by-half/files").mkdir(parents=True)
    for name, days in {"Old": 30, "New": 29}.items():
        tree.scheduled(name)
        opened.refresh()
        opened.clock = FixedClock(NOW - timedelta(days=days))
        delete_element(opened, f"tasks.{name}")
    opened.clock = FixedClock(NOW)
    new, old = trash(opened)
    assert empty_trash(opened) == (old,)
    assert trash(opened) == (new,)
    assert [entry.name for entry in (tree.root / ".jittask/trash").iterdir()] == [new.id]
    assert empty_trash(opened) == ()


def test_the_trash_is_kept_while_nobody_can_read_for_how_long(
    tree: Tree, opened: Workspace
) -> None:
    tree.scheduled("A")
    trashed = delete_element(opened, "tasks.A")
    opened.clock = FixedClock(NOW + timedelta(days=1000))
    tree.write("app.json", "{")
    opened.refresh()
    assert empty_trash(opened) == ()
    assert trash(opened) == (trashed,)


@pytest.mark.parametrize("taken", ["A", "a"])
def test_a_place_that_is_taken_stays_as_it_is(tree: Tree, opened: Workspace, taken: str) -> None:
    tree.scheduled("A")
    trashed = delete_element(opened, "tasks.A")
    tree.scheduled(taken, "def customFunc():\n    return 'other'\n")
    before = files_of(tree.root / "tasks")
    with pytest.raises(Conflict, match="is there already"):
        restore_element(opened, trashed.id)
    assert files_of(tree.root / "tasks") == before
    assert trash(opened) == (trashed,)


@pytest.mark.parametrize("name", ["tasks.None", "tasks", "..", "", "app", "commons"])
def test_only_elements_can_be_deleted(tree: Tree, opened: Workspace, name: str) -> None:
    tree.scheduled("A")
    with pytest.raises(NotFound):
        delete_element(opened, name)
    assert (tree.root / "tasks/A/e.json").exists()


@pytest.mark.parametrize("trash_id", ["", "..", "../..", "20260101T000000-0000000", "x"])
def test_an_id_is_no_path(tree: Tree, opened: Workspace, trash_id: str) -> None:
    tree.write(
        ".jittask/trashed.json", {"element": "tasks.X", "title": "", "deleted": NOW.isoformat()}
    )
    (tree.root / ".jittask/files").mkdir()
    (tree.root / ".jittask/trash").mkdir()
    with pytest.raises(NotFound):
        restore_element(opened, trash_id)


def test_a_folder_with_other_elements_is_not_deleted(tree: Tree, opened: Workspace) -> None:
    tree.scheduled("A")
    tree.scheduled("A/Inside")
    with pytest.raises(Conflict, match=r"holds tasks\.A\.Inside"):
        delete_element(opened, "tasks.A")


def test_a_link_out_of_the_tree_is_left_alone(
    tree: Tree, opened: Workspace, tmp_path: Path
) -> None:
    other = Tree(tmp_path / "other")
    other.scheduled("A")
    (tree.root / "tasks").mkdir()
    (tree.root / "tasks/A").symlink_to(other.root / "tasks/A")
    with pytest.raises(Conflict):
        delete_element(opened, "tasks.A")
    tree.scheduled("B")
    (tree.root / "tasks/C").symlink_to(tree.root / "tasks/B")
    opened.refresh()
    with pytest.raises(Conflict, match="symbolic link"):
        delete_element(opened, "tasks.C")
    assert (other.root / "tasks/A/e.json").exists()


def test_nothing_is_restored_through_a_link(tree: Tree, opened: Workspace, tmp_path: Path) -> None:
    tree.scheduled("deep/A")
    trashed = delete_element(opened, "tasks.deep.A")
    (tmp_path / "elsewhere").mkdir()
    (tree.root / "tasks/deep").rmdir()
    (tree.root / "tasks/deep").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Conflict):
        restore_element(opened, trashed.id)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_trash_on_another_disk_is_refused(
    tree: Tree, opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.scheduled("A")

    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OperationError, match=r"cannot be moved to the trash: .*cross-device"):
        delete_element(opened, "tasks.A")
    assert (tree.root / "tasks/A/e.json").exists()
    assert list((tree.root / ".jittask/trash").iterdir()) == []


# --- duplicate


def test_a_copy_of_a_task_is_disabled_and_otherwise_the_same(tree: Tree, opened: Workspace) -> None:
    tree.scheduled("deep/A", tags=["x"])
    tree.write("tasks/deep/A/notes/read.txt", "x")
    text = (tree.root / "tasks/deep/A/e.json").read_text()
    (tree.root / "tasks/deep/A/e.json").write_bytes(text.replace("\n", "\r\n").encode())
    written = duplicate_element(opened, "tasks.deep.A", "每周 copy")
    assert written.name == "tasks.deep.MeiZhouCopy"
    folder = tree.root / "tasks/deep/MeiZhouCopy"
    expected = text.replace('"enable": 1', '"enable": 0').replace(
        '"title": "T"', '"title": "每周 copy"'
    )
    assert (folder / "e.json").read_bytes() == expected.replace("\n", "\r\n").encode()
    assert files_of(folder).keys() == {"e.json", "inner.py", "notes/read.txt"}
    assert not opened.app.tasks[written.name].enabled


def test_a_copy_of_code_has_its_own_class(tree: Tree, opened: Workspace) -> None:
    tree.things()
    tree.write("services/Mail/e.json", {"type": "services.NormalType", "title": "Mail"})
    tree.write("services/Mail/service.py", "class Mail:\n    def send(self): ...\n")
    tree.write("databases/X/e.json", {"type": "databases.SqliteType", "title": "X"})
    tree.write("databases/X/X.json", {"database": "x.db"})
    for name in ("services.Mail", "models.Thing", "databases.X"):
        duplicate_element(opened, name, "Other", "Other")
    assert opened.compilation.ok
    assert "class Other:" in (tree.root / "services/Other/service.py").read_text()
    assert opened.app.models["models.Other"].table == "Other"
    assert opened.app.databases["databases.Other"].settings["database"] == "x.db"


def test_a_copy_that_would_not_load_is_not_made(tree: Tree, opened: Workspace) -> None:
    tree.scheduled("A", repeat={"repeatType": "never"})
    with pytest.raises(OperationError):
        duplicate_element(opened, "tasks.A", "B")
    assert not (tree.root / "tasks/B").exists()
    tree.write("tasks/C/e.json", "{")
    opened.refresh()
    with pytest.raises(Conflict):
        duplicate_element(opened, "tasks.C", "B")
    with pytest.raises(Conflict, match="is there already"):
        duplicate_element(opened, "tasks.A", "x", "a")
    with pytest.raises(NotFound):
        duplicate_element(opened, "tasks.None", "x")


def test_elements_inside_are_not_copied(tree: Tree, opened: Workspace) -> None:
    tree.scheduled("A")
    tree.scheduled("A/Inside")
    duplicate_element(opened, "tasks.A", "B")
    assert json.loads((tree.root / "tasks/B/e.json").read_text())["title"] == "B"
    assert not (tree.root / "tasks/B/Inside").exists()
