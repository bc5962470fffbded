"""The outermost layer: nothing reaches a route that is not shown to be allowed (rule C22).

It fails closed. What is open to everyone is listed, in ``OPEN`` and by the exact names of
the page's files; all else needs a known caller, and a request that no other site's page can
have caused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jittask.web.hosts import Place, place_of_host, place_of_origin
from jittask.web.problems import Refused, problem_of
from jittask.web.security_headers import with_security_headers
from jittask.web.sessions import Caller, Sessions

SAFE_METHODS = frozenset({"GET", "HEAD"})
PROBES = ("/livez", "/readyz", "/healthz")
OPEN = frozenset(
    {
        ("GET", "/login"),
        *((method, path) for path in ("/", *PROBES) for method in SAFE_METHODS),
    }
)
"""The requests that need no caller: the page without data, the exchange of a code, and probes."""
WRITE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
WRITE_HEADER = "x-jittask-write"
"""Carries the session's value that a page gets by ``/api/session``, and that no cookie holds."""
_OWN_SITES = frozenset({"same-origin", "none"})
_POLICY_VIOLATION = 1008


@dataclass(frozen=True, slots=True)
class Policy:
    """What the gate compares requests with."""

    places: frozenset[Place]
    """The origins under which the server may be called."""
    scheme: str
    """That of its callers: ``https`` behind TLS, its own or a proxy's."""
    cookie: str
    """The cookie's name, which holds the port: cookies do not tell ports apart."""
    body_bytes: int = 5_000_000
    body_seconds: float = 15.0
    """In which the whole body must have come."""


def open_requests(assets: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return the requests that need no caller, with those for the files of the page."""
    return OPEN | {(method, path) for path in assets for method in SAFE_METHODS}


class Gate:
    """An ASGI app in front of another; ``scope["state"]["caller"]`` is who passed."""

    def __init__(
        self,
        app: ASGIApp,
        policy: Policy,
        sessions: Sessions,
        *,
        assets: Iterable[str] = (),
        is_full: Callable[[], bool] = lambda: False,
    ) -> None:
        """``assets`` are the paths of the page's files, which hold no data.

        While ``is_full`` says so, nobody is served.
        """
        self._app = app
        self._is_full = is_full
        self._open = open_requests(assets)
        self._policy = policy
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] not in ("http", "websocket"):
            raise RuntimeError(f"the gate knows no {scope['type']!r}")
        send = with_security_headers(send)
        try:
            if self._is_full():
                raise Refused(503, "too many clients are connected; try again later")
            scope.setdefault("state", {})["caller"] = self._judge(scope)
            if scope["type"] == "http":
                receive = await self._with_body(scope, receive)
        except Refused as refused:
            await _refuse(refused, scope, receive, send)
            return
        except Exception:  # a mistake of ours: it is answered like all else, and logged above
            await _refuse(Refused(500, "the console failed"), scope, receive, send)
            raise
        await self._app(scope, receive, send)

    def _judge(self, scope: Scope) -> Caller | None:
        """Return who calls; None where the request is open to everyone. Raises Refused."""
        headers = _Headers(scope)
        here = self._place(headers)
        method = scope.get("method", "GET")
        is_http = scope["type"] == "http"
        if is_http and (method, scope["path"]) in self._open:
            return None
        self._check_site(headers, here, must_say=not is_http)
        caller = self._caller(headers)
        if is_http and method not in SAFE_METHODS:
            _check_write(headers, method, caller)
        return caller

    def _place(self, headers: _Headers) -> Place:
        """Return under which origin the server is called."""
        try:
            host = headers.one("host")
            place = None if host is None else place_of_host(self._policy.scheme, host)
        except ValueError:
            place = None
        if place not in self._policy.places or place is None:
            hint = "jittask console --allow-host NAME allows a name"
            raise Refused(400, "the server is not called by a name that it allows", hint)
        return place

    def _check_site(self, headers: _Headers, here: Place, *, must_say: bool) -> None:
        """Refuse what the page of another origin has caused, or may have."""
        try:
            site, origin = headers.one("sec-fetch-site"), headers.one("origin")
            foreign = site is not None and site not in _OWN_SITES
            foreign = foreign or (origin is not None and place_of_origin(origin) != here)
        except ValueError:
            foreign = True
        if foreign or (must_say and site is None and origin is None):
            raise Refused(403, "the request does not come from this console's own page")

    def _caller(self, headers: _Headers) -> Caller:
        """Return who calls, by the token if one is given, else by the cookie."""
        caller = None
        try:
            given = headers.one("authorization")
            if given is not None:
                kind, _, token = given.partition(" ")
                caller = self._sessions.of_token(token) if kind.lower() == "bearer" else None
            else:
                secret = headers.cookie(self._policy.cookie)
                caller = None if secret is None else self._sessions.of_cookie(secret)
        except ValueError:
            caller = None
        if caller is None:
            hint = "open the address that jittask console has printed, or send a bearer token"
            raise Refused(401, "who is calling is not known", hint)
        return caller

    async def _with_body(self, scope: Scope, receive: Receive) -> Receive:
        """Read the body, at most so much and for so long; return what gives it to the app."""
        headers = _Headers(scope)
        try:
            length, encoding = headers.one("content-length"), headers.one("transfer-encoding")
        except ValueError:
            raise Refused(400, "the length of the request is given twice") from None
        if scope["method"] in SAFE_METHODS:
            if encoding is not None or length not in (None, "0"):
                raise Refused(400, f"a {scope['method']} request has no body")
            return receive
        most = self._policy.body_bytes
        if length is not None and (not length.isdecimal() or int(length) > most):
            raise _too_large(most)
        try:
            async with asyncio.timeout(self._policy.body_seconds):
                body = await _read(receive, most)
        except TimeoutError:
            raise Refused(408, "the request's body came too slowly") from None
        return _giving(body, receive)


class _Headers:
    """The headers of a request; one that may be given once, and is given twice, is a ValueError."""

    def __init__(self, scope: Scope) -> None:
        self._raw: list[tuple[bytes, bytes]] = scope.get("headers", [])

    def all(self, name: str) -> list[str]:
        return [value.decode("latin-1") for key, value in self._raw if key.lower() == name.encode()]

    def one(self, name: str) -> str | None:
        """Return a header's value, None where it is missing. Raises ValueError for two."""
        values = self.all(name)
        if len(values) > 1:
            raise ValueError(f"{name} is given twice")
        return values[0] if values else None

    def cookie(self, name: str) -> str | None:
        """Return a cookie's value, None where it is missing. Raises ValueError for two."""
        pairs = (
            pair.strip().partition("=") for line in self.all("cookie") for pair in line.split(";")
        )
        values = [value for key, _, value in pairs if key == name]
        if len(values) > 1:
            raise ValueError(f"the cookie {name} is given twice")
        return values[0] if values else None


def _check_write(headers: _Headers, method: str, caller: Caller) -> None:
    """Refuse a change that a form or a foreign page could send. Raises Refused."""
    if method not in WRITE_METHODS:
        raise Refused(405, f"no path has the method {method}")
    try:
        kind, value = headers.one("content-type"), headers.one(WRITE_HEADER)
    except ValueError:
        raise Refused(400, "a header that may be given once is given twice") from None
    if not caller.may_write(value):
        raise Refused(403, f"the header {WRITE_HEADER} does not have this session's value")
    if kind is None or kind.partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "a change is sent as application/json, also one without a body")


def _too_large(most: int) -> Refused:
    return Refused(413, f"expected a request of at most {most:,} bytes")


async def _read(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the client left before its request was complete")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return b"".join(parts)


def _giving(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body once, and then waits for the client to leave."""
    waiting = [body]

    async def give() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return give


async def _refuse(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, and close the connection: the rest of the request may still be coming."""
    if scope["type"] == "websocket":
        message: dict[str, Any] = {"type": "websocket.close", "code": _POLICY_VIOLATION}
        await send(message)
        return
    response = problem_of(refused)
    response.headers["connection"] = "close"
    if refused.status == 401:
        response.headers["www-authenticate"] = "Bearer"
    await response(scope, receive, send)
