"""An element's files: read, and saved by those who have seen the version before (C14)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header, Response

from jittask.operations.edit.element_files import element_file, save_element_file
from jittask.operations.edit.enabled import set_enabled
from jittask.operations.edit.file_places import ElementFile, commons_modules, may_hold_secrets
from jittask.operations.views.element_files import file_view, saved_view
from jittask.operations.views.requests import switched_view
from jittask.web.api import EDIT, READ, Asking, Audited, Opened, answer
from jittask.web.guarded_route import guarded_routes
from jittask.web.problems import Refused
from jittask.web.roles import Role
from jittask.web.shapes import elements, requests, runs

routes = guarded_routes("files", "/api")
_TAG = re.compile(r'"([0-9a-f]{64})"')


@routes.get("/commons", response_model=elements.Commons, **READ)
def commons(opened: Opened) -> Response:
    """Return the names of the shared modules."""
    return answer({"modules": list(commons_modules(opened))})


@routes.get("/elements/{element}/files/{file}", response_model=elements.File, **READ)
def read_file(opened: Opened, caller: Asking, element: str, file: ElementFile) -> Response:
    """Return a file's text with plain line ends; its version is the ETag.

    ``element`` may also be ``app``, or a shared module such as ``commons.money``.
    """
    if may_hold_secrets(element) and caller.role < Role.EDIT:
        raise Refused(403, f"files of {element} may hold a password: reading them needs edit")
    text = element_file(opened, element, file)
    response = answer(file_view(text))
    response.headers["etag"] = f'"{text.sha256}"'
    return response


@routes.put("/elements/{element}/files/{file}", response_model=elements.SavedFile, **EDIT)
def save_file(
    opened: Opened,
    change: Audited,
    element: str,
    file: ElementFile,
    asked: requests.FileRequest,
    if_match: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Save a file, if it still is of the version that ``If-Match`` names.

    A new file is saved with ``If-None-Match: *``. Its mode, line ends and byte
    order mark stay as they are.
    """
    version = _version(if_match, if_none_match)
    change.before = version
    saved = save_element_file(opened, element, file, asked.text, version=version)
    change.after = saved.file.sha256
    response = answer(saved_view(saved))
    response.headers["etag"] = f'"{saved.file.sha256}"'
    return response


@routes.post("/tasks/{task}/enable", response_model=runs.Switched, **EDIT)
def enable(opened: Opened, change: Audited, task: str) -> Response:
    """Let a task fire again, in its e.json."""
    return _switch(opened, change, task, enabled=True)


@routes.post("/tasks/{task}/disable", response_model=runs.Switched, **EDIT)
def disable(opened: Opened, change: Audited, task: str) -> Response:
    """Keep a task from firing, in its e.json."""
    return _switch(opened, change, task, enabled=False)


def _switch(opened: Opened, change: Audited, task: str, *, enabled: bool) -> Response:
    switched = set_enabled(opened, task, enabled=enabled)
    change.before = {"enabled": enabled != switched.changed}
    change.after = {"enabled": enabled}
    return answer(switched_view(switched))


def _version(if_match: str | None, if_none_match: str | None) -> str | None:
    """Return the version that a save begins from; None for a new file. Raises Refused."""
    if if_match is None and if_none_match == "*":
        return None
    found = _TAG.fullmatch(if_match or "")
    if found is None or if_none_match is not None:
        hint = "send If-Match with the ETag that was read, or If-None-Match: * for a new file"
        raise Refused(428, "the version that is replaced is not named", hint)
    return found[1]
