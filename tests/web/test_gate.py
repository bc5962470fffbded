"""Nothing reaches a route that is not shown to be allowed (C22), by every method and path."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jittask.web.app import make_api
from jittask.web.gate import OPEN, SAFE_METHODS, WRITE_METHODS, Gate, Policy
from jittask.web.guarded_route import GuardedRoute
from jittask.web.hosts import Place
from jittask.web.roles import Role
from jittask.web.security_headers import HEADERS
from jittask.web.sessions import Sessions
from tests.web.conftest import Served

ROUTES = sorted(
    (method, route.path.replace("{run}", "1").replace("{file}", "e.json"))
    for route in make_api().router.routes
    if isinstance(route, GuardedRoute)
    for method in route.methods or ()
)
EVERY_METHOD = sorted({"GET", "HEAD", "OPTIONS", "TRACE", "PURGE", *WRITE_METHODS})
HOST = "127.0.0.1:8420"
UNENDED = b"more will come"


class Asked:
    """A gate in front of an app that notes what reaches it."""

    def __init__(self, body_seconds: float = 15.0) -> None:
        self.sessions = Sessions(Role.EDIT)
        self.token = self.sessions.new_tokens()["edit"]
        self.secret = self.sessions.exchange(self.sessions.new_code(Role.EDIT)) or ""
        caller = self.sessions.of_cookie(self.secret)
        assert caller is not None
        self.write_value = caller.write_value or ""
        self.reached: list[dict[str, Any]] = []
        places = frozenset({Place("http", "127.0.0.1", 8420), Place("http", "localhost", 8420)})
        policy = Policy(places, "http", "jittask_8420", 1000, body_seconds)
        self.gate = Gate(self._app, policy, self.sessions)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "websocket.accept"})

    def ask(
        self,
        method: str,
        path: str,
        headers: list[tuple[str, str]],
        *,
        kind: str = "http",
        body: list[bytes] | None = None,
    ) -> dict[str, Any]:
        """Return the first message of the answer."""
        parts = body or [b""]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not parts:
                await asyncio.Event().wait()
            part = parts.pop(0)
            return {
                "type": "http.request",
                "body": part,
                "more_body": bool(parts) or part == UNENDED,
            }

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": kind,
            "method": method,
            "path": path,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        }
        asyncio.run(self.gate(scope, receive, send))
        return sent[0]

    def status(self, method: str, path: str, headers: list[tuple[str, str]], **more: Any) -> int:
        status: int = self.ask(method, path, headers, **more).get("status", 0)
        assert (status == 200) == bool(self.reached)
        return status


@pytest.fixture
def asked() -> Asked:
    return Asked()


def allowed(asked: Asked, **other: str | None) -> list[tuple[str, str]]:
    """The headers of a good request from the page, with some replaced or left out."""
    headers = {
        "Host": HOST,
        "Cookie": f"theme=dark; jittask_8420={asked.secret}",
        "Sec-Fetch-Site": "same-origin",
        "X-JitTask-Write": asked.write_value,
        "Content-Type": "application/json",
    } | {name.replace("_", "-"): value for name, value in other.items()}
    return [(name, value) for name, value in headers.items() if value is not None]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_good_request_passes(asked: Asked, method: str, path: str) -> None:
    assert asked.status(method, path, allowed(asked)) == 200
    assert asked.reached[0]["state"]["caller"].role is Role.EDIT


PAIRS = [(method, path) for path in sorted({path for _, path in ROUTES}) for method in EVERY_METHOD]
BAD: dict[str, tuple[int, dict[str, str | None]]] = {
    "nobody": (401, {"Cookie": None}),
    "wrong cookie": (401, {"Cookie": "jittask_8420=x"}),
    "cookie of another port": (401, {"Cookie": "jittask_8421=x"}),
    "wrong token beside a good cookie": (401, {"Authorization": "Bearer x"}),
    "another scheme of authorization": (401, {"Authorization": "Basic x"}),
    "no host": (400, {"Host": None}),
    "rebound name": (400, {"Host": "evil.example:8420"}),
    "another port": (400, {"Host": "127.0.0.1:8421"}),
    "no port": (400, {"Host": "127.0.0.1"}),
    "a host with a user": (400, {"Host": "x@127.0.0.1:8420"}),
    "a host and more": (400, {"Host": "127.0.0.1:8420/x"}),
    "two hosts in one": (400, {"Host": "127.0.0.1:8420, evil.example"}),
    "another port of this machine": (403, {"Sec_Fetch_Site": "same-site"}),
    "another site": (403, {"Sec_Fetch_Site": "cross-site"}),
    "an unknown site": (403, {"Sec_Fetch_Site": "strange"}),
    "origin of another port": (403, {"Sec_Fetch_Site": None, "Origin": "http://127.0.0.1:1"}),
    "origin by https": (403, {"Sec_Fetch_Site": None, "Origin": f"https://{HOST}"}),
    "origin null": (403, {"Sec_Fetch_Site": None, "Origin": "null"}),
    "own site, foreign origin": (403, {"Origin": "http://evil.example"}),
}  # fmt: skip


@pytest.mark.parametrize("why", BAD)
def test_a_bad_request_reaches_no_route_by_no_method(asked: Asked, why: str) -> None:
    expected, other = BAD[why]
    for method, path in PAIRS:
        assert asked.status(method, path, allowed(asked, **other)) == expected, (method, path)


@pytest.mark.parametrize(
    "name", ["Host", "Cookie", "Sec-Fetch-Site", "X-JitTask-Write", "Content-Type"]
)
def test_a_header_that_is_given_twice_is_refused(asked: Asked, name: str) -> None:
    headers = allowed(asked)
    headers.append(next(header for header in headers if header[0] == name))
    assert asked.status("POST", "/api/records/1/rerun", headers) in (400, 401, 403)


def test_authorization_and_lengths_that_are_given_twice(asked: Asked) -> None:
    twice = [("Authorization", f"Bearer {asked.token}")] * 2
    assert asked.status("GET", "/api/status", [("Host", HOST), *twice]) == 401
    lengths = [("Content-Length", "1"), ("Content-Length", "2")]
    assert asked.status("POST", "/api/x", [*allowed(asked), *lengths]) == 400


@pytest.mark.parametrize(
    ("status", "other"),
    [
        (403, {"X_JitTask_Write": None}),
        (403, {"X_JitTask_Write": "guess"}),
        (415, {"Content_Type": None}),
        (415, {"Content_Type": "text/plain"}),
        (415, {"Content_Type": "application/x-www-form-urlencoded"}),
        (413, {"Content_Length": "1001"}),
        (413, {"Content_Length": "-1"}),
    ],
)
def test_a_change_that_a_form_could_send_is_refused(
    asked: Asked, status: int, other: dict[str, str]
) -> None:
    for method in WRITE_METHODS:
        assert asked.status(method, "/api/tasks/A/trigger", allowed(asked, **other)) == status


def test_a_token_needs_no_value_of_a_session(asked: Asked) -> None:
    headers = [
        ("Host", HOST),
        ("Authorization", f"Bearer {asked.token}"),
        ("Content-Type", "application/json; charset=utf-8"),
    ]
    assert asked.status("POST", "/api/tasks/A/trigger", headers) == 200


def test_a_body_without_a_length_is_cut_where_it_is_too_long(asked: Asked) -> None:
    body = [b"x" * 600, b"x" * 600, b""]
    assert asked.status("PUT", "/api/x", allowed(asked), body=body) == 413


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    asked = Asked(body_seconds=0.05)
    assert asked.status("PUT", "/api/x", allowed(asked), body=[UNENDED]) == 408


def test_a_get_with_a_body_is_refused(asked: Asked) -> None:
    assert asked.status("GET", "/api/status", allowed(asked, Content_Length="5")) == 400
    assert asked.status("GET", "/api/status", allowed(asked, Transfer_Encoding="chunked")) == 400


def test_only_the_page_the_exchange_of_a_code_and_the_probes_are_open(asked: Asked) -> None:
    probes = {
        (method, path) for path in ("/livez", "/readyz", "/healthz") for method in SAFE_METHODS
    }
    assert {("GET", "/"), ("HEAD", "/"), ("GET", "/login"), *probes} == OPEN
    for method, path in OPEN:
        assert Asked().status(method, path, [("Host", HOST)]) == 200
        assert Asked().status(method, path, [("Host", "evil.example")]) == 400
    for path in ("//", "/login/", "/LOGIN", "/healthz/", "/metrics", "/.", "/%2f", ""):
        assert asked.status("GET", path, [("Host", HOST)]) == 401


@pytest.mark.parametrize(
    ("other", "passes"),
    [
        ({}, True),
        ({"Cookie": None}, False),
        ({"Host": "evil.example"}, False),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Sec_Fetch_Site": None}, False),
        ({"Sec_Fetch_Site": None, "Origin": f"http://{HOST}"}, True),
        ({"Sec_Fetch_Site": None, "Origin": "http://127.0.0.1:1"}, False),
    ],
)
def test_websockets_pass_the_same_gate(asked: Asked, other: dict[str, str], passes: bool) -> None:
    message = asked.ask("GET", "/api/x", allowed(asked, **other), kind="websocket")
    assert bool(asked.reached) is passes
    assert passes or message == {"type": "websocket.close", "code": 1008}


def test_an_unknown_kind_of_connection_is_refused(asked: Asked) -> None:
    with pytest.raises(RuntimeError):
        asked.ask("GET", "/", allowed(asked), kind="webtransport")


# --- the same over real sockets


def test_every_path_over_a_socket_is_closed_to_strangers(shared_console: Served) -> None:
    bad = [
        (401, None, {}),
        (400, "edit", {"Host": "evil.example"}),
        (403, "edit", {"Origin": "http://127.0.0.1:1"}),
        (403, "edit", {"Sec-Fetch-Site": "same-site"}),
    ]
    for method, path in ROUTES:
        for status, role, headers in bad:
            answer = shared_console.ask(method, path, {}, role=role, headers=headers)
            assert answer.status == status, (method, path, headers)
            assert answer.json["status"] == status
            assert HEADERS.items() <= answer.headers.items()


def test_every_answer_has_the_headers_that_keep_a_browser_in(shared_console: Served) -> None:
    for path in ("/api/status", "/api/nothing", "/api/tasks/none", "/login?code=x"):
        answer = shared_console.ask("GET", path)
        assert HEADERS.items() <= answer.headers.items(), path
        assert "server" not in answer.headers


def test_a_mistake_in_the_gate_has_the_headers_of_every_answer(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gate, "_caller", lambda *_: 1 // 0)
    answer = console.ask("GET", "/api/session")
    assert (answer.status, answer.json["code"]) == (500, "failed")
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_a_link_signs_one_browser_in_and_another_link_follows(console: Served) -> None:
    [first] = console.links
    answer = console.ask("GET", first.removeprefix(console.server.url), role=None)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"jittask_{console.server.port}=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    again = console.ask("GET", first.removeprefix(console.server.url), role=None)
    assert again.status == 401
    assert "set-cookie" not in again.headers
    assert len(console.links) == 2
    assert console.links[1] != first


def test_a_head_request_does_not_use_a_link_up(console: Served) -> None:
    path = console.links[0].removeprefix(console.server.url)
    assert console.ask("HEAD", path, role=None).status in (401, 405)
    assert console.sign_in()


def test_a_browser_changes_something_only_with_the_value_of_its_session(console: Served) -> None:
    console.tree.scheduled("A")
    console.server.workspace.refresh()
    browser = console.sign_in()
    cookie_only = {"Cookie": browser["Cookie"], "Origin": f"http://{console.host}"}
    path = "/api/tasks/A/pause"
    assert console.ask("POST", path, {}, role=None, headers=cookie_only).status == 403
    other = console.sign_in()
    mixed = {**browser, "X-JitTask-Write": other["X-JitTask-Write"]}
    assert console.ask("POST", path, {}, role=None, headers=mixed).status == 403
    assert console.ask("POST", path, {}, role=None, headers=browser).status == 200
