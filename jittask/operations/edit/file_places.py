"""Where the files are that clients can name: an element and one of a fixed set, never a path (C23).

Besides elements there are ``app``, which has ``app.json``, and the shared modules, each under
its dotted name, such as ``commons.money``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from jittask.compiler.files import COMMONS, MANIFEST
from jittask.model import ElementKind
from jittask.operations.errors import InvalidArgument, NotFound

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace

APP = "app"
_MOST_BYTES_OF_NAME = 200


class ElementFile(StrEnum):
    """The files that can be read and saved."""

    E_JSON = "e.json"
    INNER = "inner.py"
    SERVICE = "service.py"
    MODEL = "model.py"
    CONFIG = "config.json"
    """The settings of a database, where they are not in its ``e.json``: ``<Name>.json`` where
    that exists, else ``config.json``."""
    MANIFEST = "app.json"
    """The settings of the app, which is named ``app``."""
    MODULE = "module.py"
    """A shared module, which is named as it is imported."""


FILES_OF_KIND: Mapping[ElementKind, tuple[ElementFile, ...]] = {
    ElementKind.TASK: (ElementFile.E_JSON, ElementFile.INNER),
    ElementKind.SERVICE: (ElementFile.E_JSON, ElementFile.SERVICE),
    ElementKind.MODEL: (ElementFile.E_JSON, ElementFile.MODEL),
    ElementKind.DATABASE: (ElementFile.E_JSON, ElementFile.CONFIG),
}


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a file is, or would be."""

    owner: str
    """The element, ``app``, or a module of ``commons``."""
    folder: str
    """Posix path relative to the tree; ``.`` for the tree itself."""
    name: str

    @property
    def path(self) -> str:
        """Posix path relative to the tree."""
        return self.name if self.folder == "." else f"{self.folder}/{self.name}"


def may_hold_secrets(element: str) -> bool:
    """Whether files of what is named so may hold a password: databases, and the store's URL."""
    return element == APP or element.startswith(f"{ElementKind.DATABASE.value}.")


def file_place(workspace: Workspace, element: str, file: ElementFile) -> FilePlace:
    """Return where a file of an element, of the app or of ``commons`` is.

    Raises NotFound for an element that is not there, InvalidArgument for a file that
    it cannot have.
    """
    known = files_of(element)
    if known is None or (
        known[0] is ElementFile.E_JSON and element not in workspace.compilation.app.elements
    ):
        raise NotFound(f"no element {element!r}", "names are full, such as tasks.billing.Reminder")
    return place_in(workspace, element, file)


def place_in(workspace: Workspace, element: str, file: ElementFile) -> FilePlace:
    """Return what ``file_place`` returns, also for an element that is not there yet.

    Raises InvalidArgument for a name that nothing can have, too.
    """
    known = files_of(element)
    if known is None:
        hint = "names are full, such as tasks.billing.Reminder"
        raise InvalidArgument("element", f"{element!r} is no name of an element", hint)
    if file not in known:
        named = " and ".join(known)
        hint = f"its files are {named}" if len(known) > 1 else f"its file is {named}"
        raise InvalidArgument("file", f"{element} can have no {file}", hint)
    folder = element.replace(".", "/")
    match file:
        case ElementFile.MANIFEST:
            return FilePlace(element, ".", MANIFEST)
        case ElementFile.MODULE if (workspace.root / folder).is_dir():
            return FilePlace(element, folder, "__init__.py")
        case ElementFile.MODULE:
            parent, _, short = folder.rpartition("/")
            return FilePlace(element, parent, f"{short}.py")
        case ElementFile.CONFIG:
            own = f"{folder.rpartition('/')[2]}.json"
            exists = (workspace.root / folder / own).exists()
            return FilePlace(element, folder, own if exists else file.value)
        case _:
            return FilePlace(element, folder, file.value)


def files_of(element: str) -> tuple[ElementFile, ...] | None:
    """Return the files that what is named so can have; None for a name that nothing can have.

    All parts of a name are Python names, so that no name leads elsewhere.
    """
    if element == APP:
        return (ElementFile.MANIFEST,)
    top, *inside = element.split(".")
    if not inside or not all(_can_be_a_folder(part) for part in inside):
        return None
    if top == COMMONS:
        return (ElementFile.MODULE,)
    return FILES_OF_KIND.get(ElementKind(top)) if top in {*ElementKind} else None


def _can_be_a_folder(part: str) -> bool:
    """Whether a part of a name is a Python name that file systems take, with an ending."""
    return part.isidentifier() and len(part.encode()) <= _MOST_BYTES_OF_NAME


def commons_modules(workspace: Workspace) -> tuple[str, ...]:
    """Return the names of the shared modules, by name."""
    from jittask.compiler.files import Files

    known = workspace.compilation.reusable.known
    files = Files(workspace.root, known, tops=(COMMONS,)).under(COMMONS)
    names = (file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
             for file in files if file.endswith(".py"))  # fmt: skip
    return tuple(sorted(name for name in names if files_of(name) is not None))
