"""Every route asks for a role, or the server does not start (C23)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Mount, Route, WebSocketRoute

from jittask.web.api import EDIT, READ
from jittask.web.app import make_api
from jittask.web.gate import SAFE_METHODS
from jittask.web.guarded_route import GuardedRoute, UnguardedRoute, check_routes
from jittask.web.roles import ASKS_KEY, ROLE_KEY, Role
from jittask.web.server import Address, ConsoleServer
from tests.tree import Tree
from tests.web.conftest import Served


async def nothing(request: object) -> None:
    """A page."""


def included(app: FastAPI) -> None:
    router = APIRouter()
    router.get("/api/x", **READ)(nothing)
    app.include_router(router)


def guarded(method: str, **declared: object) -> Callable[[FastAPI], None]:
    def add(app: FastAPI) -> None:
        router = APIRouter(route_class=GuardedRoute)
        getattr(router, method)("/api/x", **declared)(nothing)
        app.router.routes += router.routes

    return add


UNGUARDED: dict[str, Callable[[FastAPI], None]] = {
    "a route of Starlette": lambda app: app.router.routes.append(Route("/api/x", nothing)),
    "a route of FastAPI": lambda app: app.get("/api/x")(nothing) and None,
    "an included router": included,
    "a route without a role": guarded("get"),
    "a change that a reader may make": guarded("post", **READ),
    "a websocket": lambda app: app.router.routes.append(WebSocketRoute("/api/x", nothing)),
    "a mounted app": lambda app: app.router.routes.append(Mount("/x", nothing)),
    "another method of an open path": lambda app: app.router.routes.append(
        Route("/login", nothing, methods=["POST"])
    ),
}


@pytest.mark.parametrize("which", UNGUARDED)
def test_a_server_with_a_route_that_nobody_guards_does_not_start(which: str) -> None:
    app = make_api()
    check_routes(app.router.routes)
    UNGUARDED[which](app)
    with pytest.raises(UnguardedRoute):
        check_routes(app.router.routes)


@pytest.mark.parametrize("which", UNGUARDED)
def test_the_whole_server_refuses(which: str, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_api()
    UNGUARDED[which](app)
    monkeypatch.setattr("jittask.web.app.make_api", lambda: app)
    with pytest.raises(UnguardedRoute):
        ConsoleServer(tree.root, Address(port=0))


def test_a_guarded_route_may_be_added() -> None:
    app = make_api()
    guarded("post", **EDIT)(app)
    check_routes(app.router.routes)


OPERATIONS = [
    (method.upper(), path, Role.of_word(operation[ROLE_KEY]), operation.get(ASKS_KEY, False))
    for path, methods in make_api().openapi()["paths"].items()
    for method, operation in methods.items()
]


def test_the_description_names_a_role_for_each_operation() -> None:
    assert len(OPERATIONS) > 25
    for method, _, role, asks in OPERATIONS:
        assert (role is Role.READ) == (asks or method in SAFE_METHODS)


def test_only_a_post_can_be_a_question_with_a_body() -> None:
    assert {method for method, _, _, asks in OPERATIONS if asks} == {"POST"}


@pytest.mark.parametrize("role", ["read", "operate"])
def test_a_role_may_do_nothing_above_it(shared_console: Served, role: str) -> None:
    for method, path, needed, _ in OPERATIONS:
        if needed > Role.of_word(role):
            answer = shared_console.ask(method, path.replace("{run}", "1"), {}, role=role)
            assert answer.status == 403, (method, path)
            assert answer.json["detail"] == f"this needs the role {needed.word}"
            assert answer.json["hint"] == f"yours is {role}"
