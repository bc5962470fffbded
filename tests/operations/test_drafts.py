"""Unsaved text is checked as the saved one would be, at the cost of one element (C11, V2)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jittask.operations.edit.file_places import ElementFile, FilePlace, files_of, place_in
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.drafts import check_draft
from jittask.operations.workspace import Workspace
from tests.tree import HEAD, Tree

SERVICE = (
    "from commons.money import rate\n\n\ndef weekly():\n    return rate\n\n\ndef wants(a, b): ...\n"
)


@pytest.fixture
def opened(tree: Tree) -> Iterator[Workspace]:
    tree.things()
    tree.scheduled("A")
    tree.dated("B", filter="Q('name','=','x')")
    tree.write("commons/money.py", "rate = 1\n")
    tree.write("services/Svc/e.json", {"type": "services.NormalType", "title": "Svc"})
    tree.write("services/Svc/service.py", SERVICE)
    with Workspace(tree.root) as workspace:
        assert workspace.compilation.ok
        yield workspace


TIMING = {"startTime": "2026-01-05 09:00:00"}
MISTAKES: list[tuple[str, ElementFile, object]] = [
    ("tasks.A", ElementFile.E_JSON, "{"),
    ("tasks.A", ElementFile.E_JSON, {"type": "tasks.NormalTypo", **HEAD, "timerCfg": TIMING}),
    ("tasks.A", ElementFile.E_JSON,
     {"type": "tasks.NormalType", **HEAD, "timerCfg": {"startTim": "x"}}),
    ("tasks.A", ElementFile.E_JSON,
     {"type": "tasks.NormalType", **HEAD, "funcType": "Global", "func": "services.Svc.wants",
      "timerCfg": TIMING}),
    ("tasks.A", ElementFile.E_JSON,
     {"type": "tasks.NormalType", **HEAD, "funcType": "Global", "func": "services.Svc.weekli",
      "timerCfg": TIMING, "policy": {"onFailure": "services.None.f"}}),
    ("tasks.A", ElementFile.INNER, "def customFunc(:\n"),
    ("tasks.A", ElementFile.INNER, "import commons.mony\n\n\ndef customFunc(a): ...\n"),
    ("tasks.A", ElementFile.INNER, "def customFunc():\n    app.getElement('models.Thin')\n"),
    ("tasks.B", ElementFile.E_JSON,
     {"type": "tasks.DateFieldType", **HEAD, "modelPath": "models.Thing", "filter": "Q('nam',1)",
      "timerCfg": {"startField": "name"}}),
    ("services.Svc", ElementFile.SERVICE, "def weekly(:\n"),
    ("services.Svc", ElementFile.E_JSON,
     {"type": "services.NormalType", "title": "S", "functionList": [{"name": "none"}]}),
    ("models.Thing", ElementFile.MODEL, "class Thing: ...\n"),
    ("models.Thing", ElementFile.E_JSON, {"type": "models.NormalType", "title": "T", "db": "x"}),
    ("databases.D", ElementFile.E_JSON, {"type": "databases.SqliteType", "title": "D"}),
    ("app", ElementFile.MANIFEST,
     {"appId": "t", "name": "t", "settings": {"timezone": "Mars", "calendar": "XX"}}),
    ("commons.money", ElementFile.MODULE, "rate = \n"),
    ("tasks.New", ElementFile.E_JSON, {"type": "tasks.NormalType", **HEAD, "timerCfg": TIMING}),
]  # fmt: skip


@pytest.mark.parametrize(("element", "file", "content"), MISTAKES)
def test_a_draft_has_the_diagnostics_that_the_saved_text_has(
    tree: Tree, opened: Workspace, element: str, file: ElementFile, content: object
) -> None:
    place = place_in(opened, element, file)
    saved = tree.root / place.path
    before = saved.read_text() if saved.exists() else None
    text = tree.write("draft.tmp", content).read_text()
    (tree.root / "draft.tmp").unlink()
    found = check_draft(opened, element, file, text)
    assert (saved.read_text() if saved.exists() else None) == before
    tree.write(place.path, text)
    after = opened.refresh()
    own = [each for each in after.diagnostics if is_about(each.location.file, place)]
    assert list(found) == [each for each in own if each.element in (element, None)]
    assert found, "the case has a mistake"


def is_about(file: str, place: FilePlace) -> bool:
    return file == place.path if place.folder in (".", "commons") else (
        file.startswith(f"{place.folder}/")
    )  # fmt: skip


def test_what_is_saved_has_nothing_to_say(tree: Tree, opened: Workspace) -> None:
    for element in opened.app.elements:
        for file in files_of(element) or ():
            saved = tree.root / place_in(opened, element, file).path
            if saved.exists():
                assert check_draft(opened, element, file, saved.read_text()) == ()


def test_a_file_on_the_disk_is_checked_with_the_draft_beside_it(opened: Workspace) -> None:
    text = (opened.root / "tasks/A/e.json").read_text()
    (opened.root / "tasks/A/inner.py").write_text("def customFunk(): ...\n")
    [found] = check_draft(opened, "tasks.A", ElementFile.E_JSON, text)
    assert found.code == "function-missing"


def test_a_shared_module_that_cannot_be_parsed_is_no_mistake_of_the_draft(
    tree: Tree, opened: Workspace
) -> None:
    tree.write("commons/bad.py", "def (:\n")
    opened.refresh()
    code = "import commons.bad\n\n\ndef customFunc(): ...\n"
    [found] = check_draft(opened, "tasks.A", ElementFile.INNER, code)
    assert (found.code, found.because) == ("broken-dependency", "commons/bad.py")


def test_code_is_never_imported(opened: Workspace, tmp_path: Path) -> None:
    mark = tmp_path / "imported"
    code = f"open({str(mark)!r}, 'w')\n\n\ndef customFunc(): ...\n"
    assert check_draft(opened, "tasks.A", ElementFile.INNER, code) == ()
    assert not mark.exists()


def test_the_cost_is_that_of_one_element(
    opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (opened.root / "tasks/A/e.json").read_text()
    assert check_draft(opened, "tasks.A", ElementFile.E_JSON, text) == ()  # what drafts share
    listed: list[object] = []
    scan, opening = os.scandir, os.open
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(path) or scan(path))
    monkeypatch.setattr(
        os,
        "open",
        lambda path, *more, **named: listed.append(path) or opening(path, *more, **named),
    )
    check_draft(opened, "tasks.A", ElementFile.E_JSON, text)
    folder = str(opened.root / "tasks/A")
    assert listed
    assert all(str(path).startswith(folder) for path in listed), listed


@pytest.mark.parametrize("name", ["tasks", "tasks.a-b", "pages.X", "tasks..", "../x", "commons"])
def test_a_name_of_nothing_is_refused(opened: Workspace, name: str) -> None:
    with pytest.raises(InvalidArgument):
        check_draft(opened, name, ElementFile.E_JSON, "{}")
