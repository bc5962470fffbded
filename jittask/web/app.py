"""The app: routes over one workspace, behind the gate; the only file that makes FastAPI's (C2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from jittask import __version__
from jittask.operations.workspace import Workspace
from jittask.web.audit import Audit
from jittask.web.built_page import BuiltPage
from jittask.web.gate import WRITE_HEADER, Gate, Policy, open_requests
from jittask.web.guarded_route import check_routes
from jittask.web.hub import Hub
from jittask.web.monitor import Monitor
from jittask.web.problems import Refused, add_handlers
from jittask.web.routes import (
    choices,
    control,
    drafts,
    files,
    looking,
    models,
    monitoring,
    new,
    records,
    schedule,
    trash,
    trials,
)
from jittask.web.sessions import Sessions
from jittask.web.shapes.base import Problem


@dataclass(frozen=True, slots=True)
class Console:
    """What the routes work on."""

    workspace: Workspace
    hub: Hub
    sessions: Sessions
    audit: Audit | None
    """None where nobody may change anything."""
    policy: Policy
    page: BuiltPage
    is_full: Callable[[], bool]
    """Whether more clients are connected than may be."""
    signed_in: Callable[[], None]
    """Called when a code has been used, so that the next one can be given out."""


_ROUTES = (
    looking, schedule, records, control, files, new, drafts, models, choices, trash, trials,
    monitoring,
)  # fmt: skip


class _Api(FastAPI):
    """Describes what FastAPI does not see: errors, and how callers sign in."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            parts = document["components"]
            parts["schemas"]["Problem"] = Problem.model_json_schema()
            parts["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "jittask_<port>"},
                "write": {"type": "apiKey", "in": "header", "name": WRITE_HEADER},
            }
            document["security"] = [{"token": []}, {"cookie": [], "write": []}]
        assert self.openapi_schema is not None
        return self.openapi_schema


def make_api() -> FastAPI:
    """Return the app without the gate; it serves nobody by itself."""
    app = _Api(
        title="JitTask console",
        version=__version__,
        summary="Reads and edits a tree, and steers its runtimes.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.openapi_url = "/api/openapi.json"  # what ``openapi()`` needs, without the open route
    for module in _ROUTES:
        app.router.routes.extend(module.routes.routes)
    login = Route("/login", _login, methods=["GET"])
    login.methods = {"GET"}  # a HEAD, of which a preview is made, must not use up the code
    app.router.routes.append(login)
    app.router.routes += monitoring.OPEN_ROUTES
    add_handlers(app)
    return app


def make_app(console: Console) -> ASGIApp:
    """Return the whole app. Raises UnguardedRoute where a route asks for no role."""
    app = make_api()
    app.router.routes += console.page.routes()
    check_routes(app.router.routes, open_requests(console.page.assets))
    app.state.workspace = console.workspace
    app.state.hub = console.hub
    app.state.audit = console.audit
    app.state.console = console
    app.state.monitor = Monitor(console.workspace)
    return Gate(
        app,
        console.policy,
        console.sessions,
        assets=console.page.assets,
        is_full=console.is_full,
    )


def description() -> dict[str, Any]:
    """Return the API's OpenAPI document."""
    return make_api().openapi()


async def _login(request: Request) -> Response:
    """Exchange a code for a session's cookie, and lead to the page; the code is used then.

    A code that is used leads a browser to the page as well: it may be signed in, and else the
    page says how to.
    """
    console: Console = request.app.state.console
    secret = console.sessions.exchange(request.query_params.get("code", ""))
    if secret is None:
        if console.page.index is not None and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/", 303)
        hint = "jittask console prints a new address after each that is used"
        raise Refused(401, "this address has been used, or is of an earlier start", hint)
    console.signed_in()
    response = RedirectResponse("/", 303)
    response.set_cookie(
        console.policy.cookie,
        secret,
        httponly=True,
        samesite="strict",
        secure=console.policy.scheme == "https",
    )
    return response
