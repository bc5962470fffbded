"""A route that asks for a role, and leaves an audit line for a write (rule C23)."""

from __future__ import annotations

from collections.abc import Callable, Container, Coroutine, Iterable
from typing import Any

from anyio import CancelScope
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from jittask.web.audit import Audit, Change
from jittask.web.gate import OPEN, SAFE_METHODS
from jittask.web.problems import Refused, code_of
from jittask.web.roles import ASKS_KEY, ROLE_KEY, Role
from jittask.web.sessions import Caller

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """Judges the caller before a body is parsed; a route without a role serves nobody."""

    @property
    def role(self) -> Role | None:
        """The role that it asks for; None where it was declared without one."""
        word = (self.openapi_extra or {}).get(ROLE_KEY)
        return None if word is None else Role.of_word(word)

    @property
    def asks(self) -> bool:
        """Whether it changes nothing, though its method is one of changes."""
        return (self.openapi_extra or {}).get(ASKS_KEY) is True

    def get_route_handler(self) -> Handler:
        """Return the handler, behind the judgement."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            caller: Caller | None = request.scope["state"].get("caller")
            if self.role is None or caller is None:
                raise Refused(403, "nobody may ask for this")
            if caller.role < self.role:
                raise Refused(
                    403, f"this needs the role {self.role.word}", f"yours is {caller.role.word}"
                )
            if self.asks or request.method in SAFE_METHODS:
                return await handler(request)
            return await self._audited(handler, request, caller)

        return guarded

    async def _audited(self, handler: Handler, request: Request, caller: Caller) -> Response:
        audit: Audit = request.app.state.audit
        change = request.scope["state"]["change"] = Change()
        outcome = "done"
        try:
            return await handler(request)
        except BaseException as error:
            outcome = code_of(error)
            raise
        finally:
            with CancelScope(shield=True):  # also where the server ends meanwhile
                await run_in_threadpool(
                    audit.record,
                    caller.name,
                    request.client.host if request.client else "",
                    self.name,
                    dict(request.path_params),
                    change,
                    outcome,
                )


def guarded_routes(tag: str, prefix: str) -> APIRouter:
    """Return where a group of routes is declared; their functions name them to programs."""
    return APIRouter(
        prefix=prefix,
        route_class=GuardedRoute,
        tags=[tag],
        generate_unique_id_function=lambda route: route.name,
    )


class UnguardedRoute(Exception):
    """A route that nobody has decided about: the server must not start."""


def check_routes(
    routes: Iterable[BaseRoute], open_to_all: Container[tuple[str, str]] = OPEN
) -> None:
    """Refuse an app in which anything asks for no role, unless the gate lists it as open.

    Also one that changes something by a safe method's path, or is of a type that this cannot
    judge: a mounted app, a websocket. Raises UnguardedRoute.
    """
    for route in routes:
        methods: set[str] = getattr(route, "methods", None) or {"?"}
        if not isinstance(route, GuardedRoute):
            name = getattr(route, "path", repr(route))
            if not all((method, name) in open_to_all for method in methods):
                raise UnguardedRoute(f"{name} is a {type(route).__name__}, which asks for no role")
        elif route.role is None:
            raise UnguardedRoute(f"{min(methods)} {route.path} asks for no role")
        elif methods - SAFE_METHODS and route.role is Role.READ and not route.asks:
            raise UnguardedRoute(f"{route.path} changes something, and asks only for read")
