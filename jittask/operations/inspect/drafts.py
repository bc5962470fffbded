"""Unsaved texts of an element's files, compiled against the tree (rules C9, C11, C23)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jittask.operations.edit.file_places import ElementFile, files_of, place_in
from jittask.operations.errors import InvalidArgument

if TYPE_CHECKING:
    from jittask.compiler.draft import Draft
    from jittask.diagnostics import Diagnostic
    from jittask.operations.workspace import Workspace


def check_draft(
    workspace: Workspace, element: str, file: ElementFile, text: str
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with an element, the app or a shared module of this text.

    Nothing is imported. Raises InvalidArgument as ``draft`` does.
    """
    known = files_of(element)
    if known is not None and known[0] is not ElementFile.E_JSON:
        place = place_in(workspace, element, file)
        with _refused_halves():
            return workspace.drafts.check_shared(place.path, text)
    return draft(workspace, element, {file: text}).diagnostics


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
    named = draft_texts(workspace, element, texts)
    with _refused_halves():
        return workspace.drafts.check(element, named, with_function=with_function)


def draft_texts(
    workspace: Workspace, element: str, texts: Mapping[ElementFile, str]
) -> dict[str, str]:
    """Return the texts by path relative to the tree. Raises InvalidArgument."""
    place_in(workspace, element, ElementFile.E_JSON)  # refuses what is no element, too
    return {place_in(workspace, element, file).path: text for file, text in texts.items()}


@contextmanager
def _refused_halves() -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError as error:
        raise InvalidArgument("text", "it holds half of a character, which no file can") from error
