"""An element's files: every byte comes back, and nothing leads out of the tree (C14, C23)."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jittask.operations.edit import element_files
from jittask.operations.edit.element_files import (
    LineEnds,
    element_file,
    save_element_file,
)
from jittask.operations.edit.file_places import ElementFile, FilePlace, commons_modules
from jittask.operations.errors import (
    Conflict,
    InvalidArgument,
    NotFound,
    OperationError,
    Outdated,
)
from jittask.operations.workspace import Workspace
from tests.tree import Tree

INNER = ElementFile.INNER
PLACE = FilePlace("tasks.A", "tasks/A", "inner.py")


@pytest.fixture
def workspace(tree: Tree) -> Workspace:
    tree.scheduled("A")
    return Workspace(tree.root)


def inner(workspace: Workspace) -> Path:
    return workspace.root / "tasks/A/inner.py"


def save(workspace: Workspace, text: str, **more: str | None) -> element_files.Saved:
    if "version" not in more:
        more["version"] = hashlib.sha256(inner(workspace).read_bytes()).hexdigest()
    return save_element_file(workspace, "tasks.A", INNER, text, version=more["version"])


@pytest.mark.parametrize(
    ("content", "text", "ends", "mark"),
    [
        (b"a\nb\n", "a\nb\n", LineEnds.LF, False),
        (b"a\r\nb\r\n", "a\nb\n", LineEnds.CRLF, False),
        (b"\xef\xbb\xbfa\r\n", "a\n", LineEnds.CRLF, True),
        (b"a\r\nb\n", "a\r\nb\n", LineEnds.MIXED, False),
        (b"a\rb\n", "a\rb\n", LineEnds.MIXED, False),
        (b"\xef\xbb\xbf\xef\xbb\xbfa", "\ufeffa", LineEnds.LF, True),
        (b"", "", LineEnds.LF, False),
    ],
)
def test_a_text_has_plain_line_ends(
    workspace: Workspace, content: bytes, text: str, ends: LineEnds, mark: bool
) -> None:
    inner(workspace).write_bytes(content)
    found = element_file(workspace, "tasks.A", INNER)
    assert (found.text, found.line_ends, found.has_mark) == (text, ends, mark)
    assert found.sha256 == hashlib.sha256(content).hexdigest()


PIECES = st.lists(st.sampled_from(["a", "é", "\n", "\r\n", "\r", "\ufeff", "\x00", "\u2028"]))


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_an_unchanged_text_keeps_every_byte(pieces: list[str]) -> None:
    """What is read is saved as it was, and a file of another text is written again whole."""
    content = "".join(pieces).encode()
    before = element_files._text_of(PLACE, INNER, content)
    assert element_files._content(before.text, before) == content


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_an_edit_keeps_line_ends_mark_and_mode(workspace: Workspace, mark: bytes) -> None:
    inner(workspace).write_bytes(mark + b"a\r\nb\r\n")
    inner(workspace).chmod(0o640)
    saved = save(workspace, "a\nx\nb\n")
    assert inner(workspace).read_bytes() == mark + b"a\r\nx\r\nb\r\n"
    assert inner(workspace).stat().st_mode & 0o777 == 0o640
    assert saved.changed
    assert saved.file.sha256 == hashlib.sha256(inner(workspace).read_bytes()).hexdigest()
    assert sorted(path.name for path in inner(workspace).parent.iterdir()) == ["e.json", "inner.py"]


def test_an_equal_text_writes_nothing(workspace: Workspace) -> None:
    before = inner(workspace).stat()
    assert not save(workspace, inner(workspace).read_text()).changed
    assert inner(workspace).stat().st_ino == before.st_ino


def test_another_version_is_not_overwritten(workspace: Workspace) -> None:
    read = element_file(workspace, "tasks.A", INNER)
    inner(workspace).write_text("theirs\n")
    with pytest.raises(Outdated) as error:
        save(workspace, "mine\n", version=read.sha256)
    assert error.value.hint == "read it again, and merge"
    assert inner(workspace).read_text() == "theirs\n"
    with pytest.raises(Outdated):
        save(workspace, "mine\n", version=None)
    inner(workspace).unlink()
    with pytest.raises(Outdated):
        save(workspace, "mine\n", version=read.sha256)
    assert not inner(workspace).exists()
    assert save(workspace, "mine\n", version=None).before is None
    assert inner(workspace).read_text() == "mine\n"


def test_of_many_who_save_at_once_one_succeeds(workspace: Workspace) -> None:
    version = element_file(workspace, "tasks.A", INNER).sha256
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def one(number: int) -> None:
        together.wait()
        try:
            save(workspace, f"x = {number}\n", version=version)
            outcomes.append("saved")
        except Outdated:
            outcomes.append("refused")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"saved": 1, "refused": 7}


def test_a_link_out_of_the_tree_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("password\n")
    inner(workspace).unlink()
    inner(workspace).symlink_to(secret)
    for action in (
        lambda: element_file(workspace, "tasks.A", INNER),
        lambda: save(workspace, "x\n"),
        lambda: save(workspace, "x\n", version=None),
    ):
        with pytest.raises(Conflict):
            action()
    assert secret.read_text() == "password\n"


@pytest.mark.parametrize("place", ["outside", ".jittask/x"])
def test_a_folder_that_is_elsewhere_is_refused(
    workspace: Workspace, tmp_path: Path, place: str
) -> None:
    workspace.refresh()
    there = (tmp_path if place == "outside" else workspace.root) / place
    there.parent.mkdir(exist_ok=True)
    inner(workspace).parent.rename(there)
    inner(workspace).parent.symlink_to(there)
    with pytest.raises(Conflict):
        element_file(workspace, "tasks.A", INNER)
    with pytest.raises(Conflict):
        save(workspace, "x\n")


def test_a_folder_that_is_a_link_inside_the_tree_is_followed(workspace: Workspace) -> None:
    inner(workspace).parent.rename(workspace.root / "tasks/Real")
    inner(workspace).parent.symlink_to("Real")
    save(workspace, "x = 1\n")
    assert (workspace.root / "tasks/Real/inner.py").read_text() == "x = 1\n"


def test_a_pipe_is_refused_and_not_waited_for(workspace: Workspace) -> None:
    inner(workspace).unlink()
    os.mkfifo(inner(workspace))
    with pytest.raises(Conflict):
        element_file(workspace, "tasks.A", INNER)


@pytest.mark.parametrize("name", ["../x", "tasks/A", "A", "tasks.A.e", "", "tasks..A", "/etc"])
def test_only_names_of_elements_are_taken(workspace: Workspace, name: str) -> None:
    with pytest.raises(NotFound):
        element_file(workspace, name, INNER)


def test_files_that_the_kind_does_not_have(workspace: Workspace) -> None:
    with pytest.raises(InvalidArgument) as error:
        element_file(workspace, "tasks.A", ElementFile.MODEL)
    assert error.value.hint == "its files are e.json and inner.py"


def test_what_is_no_text_is_said_and_kept(workspace: Workspace) -> None:
    inner(workspace).write_bytes(b"a\xff")
    with pytest.raises(Conflict, match="byte 2"):
        element_file(workspace, "tasks.A", INNER)
    inner(workspace).write_bytes(b"a")
    with pytest.raises(InvalidArgument):
        save(workspace, "\ud800")
    assert inner(workspace).read_bytes() == b"a"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written(workspace: Workspace) -> None:
    inner(workspace).chmod(0o444)
    with pytest.raises(OperationError, match="cannot be changed"):
        save(workspace, "x\n")


# --- files that are not an element's own: the app's, shared modules, a database's settings


def test_the_manifest_is_read_and_saved(tree: Tree, workspace: Workspace) -> None:
    read = element_file(workspace, "app", ElementFile.MANIFEST)
    assert read.text == (tree.root / "app.json").read_text()
    text = read.text.replace('"UTC"', '"Europe/Berlin"')
    save_element_file(workspace, "app", ElementFile.MANIFEST, text, version=read.sha256)
    assert workspace.refresh().app.settings.timezone == "Europe/Berlin"
    with pytest.raises(InvalidArgument):
        element_file(workspace, "app", ElementFile.E_JSON)
    with pytest.raises(InvalidArgument):
        element_file(workspace, "tasks.A", ElementFile.MANIFEST)


def test_shared_modules_are_listed_read_and_saved(tree: Tree, workspace: Workspace) -> None:
    tree.write("commons/money.py", "RATE = 1\n")
    tree.write("commons/deep/__init__.py", "")
    tree.write("commons/deep/more.py", "x = 2\n")
    tree.write("commons/notes.txt", "")
    names = commons_modules(workspace)
    assert names == ("commons.deep", "commons.deep.more", "commons.money")
    texts = [element_file(workspace, name, ElementFile.MODULE).text for name in names]
    assert texts == ["", "x = 2\n", "RATE = 1\n"]
    saved = save_element_file(
        workspace, "commons.deep.new", ElementFile.MODULE, "y = 3\n", version=None
    )
    assert (saved.file.name, saved.before) == ("new.py", None)
    assert (tree.root / "commons/deep/new.py").read_text() == "y = 3\n"


@pytest.mark.parametrize(
    "name", ["commons", "commons.", "commons..x", "commons.a-b", "commons.../app", "app.x", "x.y"]
)
def test_a_name_of_no_file_is_not_found(workspace: Workspace, name: str) -> None:
    for file in ElementFile:
        with pytest.raises((NotFound, InvalidArgument)):
            element_file(workspace, name, file)


def test_a_shared_module_that_leads_out_of_the_tree_is_refused(
    tree: Tree, workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/x.py").write_text("password = 1")
    (tree.root / "commons").mkdir()
    (tree.root / "commons/out").symlink_to(tmp_path / "secret")
    (tree.root / "commons/file.py").symlink_to(tmp_path / "secret/x.py")
    (tree.root / "commons/up").symlink_to(tree.root)
    for name in ("commons.out.x", "commons.file", "commons.up", "commons.up.x"):
        with pytest.raises((Conflict, NotFound)):
            element_file(workspace, name, ElementFile.MODULE)


def test_the_settings_of_a_database_are_where_they_are(tree: Tree, workspace: Workspace) -> None:
    for name, file in (("X", "X.json"), ("Y", "config.json")):
        tree.write(f"databases/{name}/e.json", {"type": "databases.SqliteType", "title": name})
        tree.write(f"databases/{name}/{file}", {"database": f"{name}.db"})
        workspace.refresh()
        read = element_file(workspace, f"databases.{name}", ElementFile.CONFIG)
        assert read.name == file
        text = read.text.replace(".db", ".sqlite")
        saved = save_element_file(
            workspace, f"databases.{name}", ElementFile.CONFIG, text, version=read.sha256
        )
        assert (saved.file.name, saved.changed) == (file, True)
        database = workspace.refresh().app.databases[f"databases.{name}"]
        assert database.settings["database"] == f"{name}.sqlite"
