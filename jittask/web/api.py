"""What routes are declared with: parts of a request, forms of an answer, what they document."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from jittask.operations.times import Direction, read_instant
from jittask.operations.workspace import Workspace
from jittask.web.audit import Change
from jittask.web.hub import Hub
from jittask.web.roles import ASKS_KEY, Role, needs
from jittask.web.sessions import Caller
from jittask.web.shapes.base import PROBLEM, Shape

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "It is refused, with the reason.",
        "content": {"application/problem+json": {"schema": {"$ref": PROBLEM}}},
    }
}
READ: dict[str, Any] = {"openapi_extra": needs(Role.READ), "responses": _PROBLEMS}
ASK: dict[str, Any] = {
    "openapi_extra": {**needs(Role.READ), ASKS_KEY: True},
    "responses": _PROBLEMS,
}
"""A question that is sent as a body: it changes nothing, and leaves no audit line."""
OPERATE: dict[str, Any] = {"openapi_extra": needs(Role.OPERATE), "responses": _PROBLEMS}
EDIT: dict[str, Any] = {"openapi_extra": needs(Role.EDIT), "responses": _PROBLEMS}


def also(declared: dict[str, Any], status: int, model: type[Shape] | None = None) -> dict[str, Any]:
    """Return what a route is declared with that has one more answer than 200 and refusals."""
    more = {"description": HTTPStatus(status).phrase, **({} if model is None else {"model": model})}
    return {**declared, "responses": {**declared["responses"], status: more}}


async def _workspace(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


async def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


async def _change(request: Request) -> Change:
    change: Change = request.scope["state"]["change"]
    return change


async def _caller(request: Request) -> Caller:
    caller: Caller = request.scope["state"]["caller"]
    return caller


Opened = Annotated[Workspace, Depends(_workspace)]
Changes = Annotated[Hub, Depends(_hub)]
Audited = Annotated[Change, Depends(_change)]
"""What the audit gets of a change: a write route sets ``before`` and ``after``."""
Asking = Annotated[Caller, Depends(_caller)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Time = Annotated[
    str | None, Query(description="ISO 8601, a date, or relative, such as 1h or today.")
]


def instant(
    workspace: Workspace,
    text: str | None,
    argument: str,
    direction: Direction = Direction.BACK,
    *,
    end: bool = False,
) -> Any:
    """Return the instant that a text means in the app's zone; None for none."""
    if text is None:
        return None
    return read_instant(
        text, workspace.zone, workspace.now(), argument, direction=direction, end=end
    )


def answer(view: Any, status: int = 200) -> Response:
    """Return a view as an answer."""
    return JSONResponse(view, status)


def answer_if_new(request: Request, view: Any) -> Response:
    """Return a view; 304 where the client has the same, by its ``If-None-Match``."""
    response = JSONResponse(view)
    tag = f'"{hashlib.sha256(response.body).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag})
    response.headers["etag"] = tag
    return response
