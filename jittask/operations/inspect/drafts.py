"""Unsaved texts of an element's files, compiled against the tree (rules C9, C11, C23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jittask.model import ElementKind
from jittask.operations.edit.element_files import FILES_OF_KIND, ElementFile
from jittask.operations.errors import InvalidArgument

if TYPE_CHECKING:
    from jittask.compiler.draft import Draft
    from jittask.operations.workspace import Workspace


def draft(
    workspace: Workspace,
    element: str,
    texts: Mapping[ElementFile, str],
    *,
    with_function: bool = True,
) -> Draft:
    """Return what an element means with these texts; it need not exist.

    Nothing is imported. Without ``with_function``, what a task runs is not looked for.
    Raises InvalidArgument for a name that no element can have, and a file or a text that
    elements of its kind cannot.
    """
    named = draft_texts(element, texts)
    try:
        return workspace.drafts.check(element, named, with_function=with_function)
    except UnicodeEncodeError as error:
        raise InvalidArgument("text", "it holds half of a character, which no file can") from error


def draft_texts(element: str, texts: Mapping[ElementFile, str]) -> dict[str, str]:
    """Return the texts by path relative to the tree. Raises InvalidArgument."""
    folder = "/".join(_parts(element))
    known = FILES_OF_KIND[ElementKind(element.partition(".")[0])]
    for file in texts:
        if file not in known:
            hint = f"its files are {' and '.join(known)}"
            raise InvalidArgument("file", f"{element} can have no {file}", hint)
    return {f"{folder}/{file}": text for file, text in texts.items()}


def _parts(element: str) -> list[str]:
    """Return the folders of a full name, which all are Python names: no path leads elsewhere."""
    parts = element.split(".")
    kinds = {kind.value for kind in ElementKind}
    if len(parts) < 2 or parts[0] not in kinds or not all(part.isidentifier() for part in parts):
        hint = "names are full, such as tasks.billing.Reminder"
        raise InvalidArgument("element", f"{element!r} is no name of an element", hint)
    return parts
