"""Deleting elements, putting them back, and copying them."""

from __future__ import annotations

from fastapi import Response

from jittask.operations.edit.duplicate import duplicate_element
from jittask.operations.edit.trash import (
    delete_element,
    empty_trash,
    restore_element,
    trash,
)
from jittask.operations.views.requests import written_view
from jittask.operations.views.trash import trash_view, trashed_view
from jittask.web.api import EDIT, READ, Audited, Opened, answer
from jittask.web.guarded_route import guarded_routes
from jittask.web.shapes import elements, requests

routes = guarded_routes("trash", "/api")


@routes.get("/trash", response_model=elements.Trash, **READ)
def show_trash(opened: Opened) -> Response:
    """Return the elements that were deleted, the newest first, and how long they are kept."""
    return answer(trash_view(trash(opened), opened.settings.retention.longest))


@routes.delete("/elements/{element}", response_model=elements.Trashed, **EDIT)
def delete(opened: Opened, change: Audited, element: str) -> Response:
    """Move an element to the trash."""
    trashed = trashed_view(delete_element(opened, element))
    change.after = trashed
    empty_trash(opened)
    return answer(trashed)


@routes.post("/trash/{trash_id}/restore", response_model=elements.Trashed, **EDIT)
def restore(opened: Opened, change: Audited, trash_id: str) -> Response:
    """Put an element back where it was, if its place is free."""
    restored = trashed_view(restore_element(opened, trash_id))
    change.before = restored
    change.after = {"element": restored["element"]}
    return answer(restored)


@routes.post(
    "/elements/{element}/duplicate", status_code=201, response_model=requests.Written, **EDIT
)
def duplicate(
    opened: Opened, change: Audited, element: str, asked: requests.DuplicateRequest
) -> Response:
    """Copy an element beside it; a task's copy is disabled."""
    written = duplicate_element(opened, element, asked.title, asked.name)
    change.before, change.after = {"element": element}, {"element": written.name}
    return answer(written_view(written, opened.root), 201)
