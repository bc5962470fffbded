"""A task is written as its text is given, with a first function; what is no task is refused."""

from __future__ import annotations

import pytest

from jittask.operations.edit.task_text import new_task_of_text
from jittask.operations.edit.write_element import NewElement
from jittask.operations.errors import InvalidArgument, OperationError
from jittask.operations.workspace import Workspace
from tests.tree import Tree

TEXT = """{ "type" : "tasks.NormalType",\r
  "title": "Weekly",  "enable": 1.0,
  "timerCfg": {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "week"}} }"""
TITLE = NewElement('Say "hi" %s\\')


def test_the_text_is_written_byte_for_byte(tree: Tree) -> None:
    written = new_task_of_text(Workspace(tree.root), TITLE, TEXT)
    folder = tree.root / written.name.replace(".", "/")
    assert (folder / "e.json").read_bytes() == TEXT.encode()
    compile((folder / "inner.py").read_text(encoding="utf-8"), "inner.py", "exec")


def test_a_task_that_calls_a_service_gets_no_function_of_its_own(tree: Tree) -> None:
    tree.write("services/S/e.json", {"type": "services.NormalType", "title": "S"})
    tree.write("services/S/service.py", "def run():\n    pass\n")
    text = TEXT.replace('"enable"', '"funcType": "Global", "func": "services.S.run", "enable"')
    written = new_task_of_text(Workspace(tree.root), TITLE, text)
    assert [file.name for file in written.files] == ["e.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{} {}", '{"type": "models.NormalType"}', '{"a": "\ud800"}', "[" * 100_000]
)
def test_what_is_no_task_is_refused(tree: Tree, text: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        new_task_of_text(Workspace(tree.root), TITLE, text)
    assert caught.value.argument == "text"


def test_a_mistake_leaves_nothing_behind(tree: Tree) -> None:
    with pytest.raises(OperationError, match="expected yyyy-MM-dd"):
        new_task_of_text(Workspace(tree.root), TITLE, TEXT.replace("09:00:00", "nine"))
    assert not (tree.root / "tasks").exists()
