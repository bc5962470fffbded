"""Copies an element under another name and title (C20)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from jittask.compiler.edit import NotJson, with_value
from jittask.compiler.files import Files
from jittask.model import Element, ElementKind
from jittask.operations.edit.opened_files import opened_folder
from jittask.operations.edit.write_element import (
    NewElement,
    WrittenElement,
    new_path,
    write_files,
)
from jittask.operations.errors import Conflict, NotFound, OperationError

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace

_E_JSON = "e.json"


def duplicate_element(
    workspace: Workspace, name: str, title: str, new_name: str | None = None
) -> WrittenElement:
    """Copy an element's own files into a folder beside it; a task's copy is disabled.

    Of ``e.json`` only the title changes, and ``enable``; a class that has the element's name
    gets the new one, and so does a database's ``<Name>.json``. Raises NotFound, Conflict where
    the new name is taken or the e.json is no JSON, OperationError for a copy that does not
    validate, of which nothing is left.
    """
    found = workspace.compilation.app.elements.get(name)
    if found is None:
        raise NotFound(f"no element {name!r}", "names are full, such as tasks.billing.Reminder")
    above = PurePosixPath(found.folder).parent
    folder = above.relative_to(found.kind.value).as_posix() if len(above.parts) > 1 else None
    path = new_path(workspace, found.kind.value, NewElement(title, new_name, folder))
    short = path.rpartition("/")[2]
    contents = dict(_contents(workspace, found, short))
    try:
        e_json = with_value(contents.pop(_E_JSON), "title", title)
        if found.kind is ElementKind.TASK:
            e_json = with_value(e_json, "enable", 0)
    except NotJson as error:
        raise Conflict(f"{found.folder}/{_E_JSON}: {error}", "see jittask validate") from error
    return write_files(workspace, path, {**contents, _E_JSON: e_json})


def _contents(workspace: Workspace, element: Element, short: str) -> Iterator[tuple[str, bytes]]:
    """Yield the element's own files, by their new path in its folder."""
    old = element.name.rpartition(".")[2]
    for file in _own_files(workspace, element):
        inside = PurePosixPath(file).relative_to(element.folder)
        holder = (PurePosixPath(element.folder) / inside.parent).as_posix()
        try:
            with opened_folder(workspace.root, holder) as opened:
                content, _ = opened.read(inside.name)
        except OSError as error:
            raise OperationError(f"{file} cannot be read: {error.strerror}") from error
        if inside.as_posix() == f"{old}.json" and element.kind is ElementKind.DATABASE:
            inside = PurePosixPath(f"{short}.json")
        elif inside.as_posix() in ("service.py", "model.py"):
            content = _with_class(content, old, short)
        yield inside.as_posix(), content


def _own_files(workspace: Workspace, element: Element) -> list[str]:
    """Return the files of its folder, but not those of elements inside it."""
    known = workspace.compilation.reusable.known
    return Files(workspace.root, known, tops=(element.folder,)).under(element.folder)


def _with_class(code: bytes, old: str, new: str) -> bytes:
    """Return code whose class of the element's name has the new one."""
    pattern = rf"^class[ \t]+{re.escape(old)}(?=[ \t]*[(:])".encode()
    return re.sub(pattern, f"class {new}".encode(), code, count=1, flags=re.MULTILINE)
