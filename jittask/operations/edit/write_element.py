"""Writes a new element's files; nothing is left of one that would not load."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jittask.model import ElementKind
from jittask.operations.edit.element_name import SuggestedName, free_path, name_in
from jittask.operations.errors import OperationError
from jittask.rules import RULES

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class NewElement:
    """What a new element is called, and where it goes."""

    title: str
    name: str | None = None
    """The element's name; None: made from the title."""
    folder: str | None = None
    """A folder under its kind's top folder; None is that folder itself."""


@dataclass(frozen=True, slots=True)
class WrittenElement:
    """An element that has been written, and that loads."""

    name: str
    """Its full name."""
    files: tuple[Path, ...]
    ended: str | None = None
    """Of a task, why it will not fire; None where it will, or is no scheduled task."""


def new_path(workspace: Workspace, top: str, element: NewElement) -> str:
    """Return where a new element goes: its folder, relative to the tree.

    Raises Conflict where one is there, OperationError for an impossible name.
    """
    return free_path(workspace.root, _parent(top, element), element.name, element.title)


def suggested_name(workspace: Workspace, kind: ElementKind, element: NewElement) -> SuggestedName:
    """Return the name that a new element would have, and whether it is free; nothing is written."""
    return name_in(workspace.root, _parent(kind.value, element), element.name, element.title)


def _parent(top: str, element: NewElement) -> str:
    if element.folder is None:
        return top
    return f"{top}/{element.folder.strip('/').removeprefix(f'{top}/')}"


def write_element(
    workspace: Workspace, path: str, data: Mapping[str, Any], code: Mapping[str, str]
) -> WrittenElement:
    """Write ``e.json`` last, after its code files, and compile the tree.

    Raises OperationError for an element that does not validate cleanly, of which
    nothing is left, and where it cannot be written.
    """
    texts = {**code, "e.json": json.dumps(data, ensure_ascii=False, indent=2) + "\n"}
    return write_files(workspace, path, {name: text.encode() for name, text in texts.items()})


def write_files(workspace: Workspace, path: str, contents: Mapping[str, bytes]) -> WrittenElement:
    """Write the files of a new element in their order, ``e.json`` last, and compile the tree.

    Raises what ``write_element`` raises.
    """
    folder = workspace.root / path
    files = tuple(folder / name for name in contents)
    made = [place for place in folder.parents if not place.exists()]
    try:
        folder.mkdir(parents=True)
        for file, content in zip(files, contents.values(), strict=True):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    except OSError as error:
        raise OperationError(f"{folder}: {error.strerror}") from error
    name = path.replace("/", ".")
    found = workspace.refresh().of(name)
    mistake = next((finding for finding in found if not RULES[finding.code].about_machine), None)
    if mistake is not None:
        shutil.rmtree(folder)
        for place in made:
            place.rmdir()
        workspace.refresh()
        raise OperationError(mistake.message, mistake.hint)
    return WrittenElement(name, files)
