"""A console that really listens, over a small tree."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from jittask.web.roles import Role
from jittask.web.server import Address, ConsoleServer
from tests.tree import Tree

PATIENCE = 30.0


@dataclass
class Answer:
    """What the server has answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Served:
    """A server in a thread, and ways to ask it."""

    server: ConsoleServer
    tree: Tree
    links: list[str]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        role: str | None = "edit",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request with the token of a role, and read its answer."""
        sent = {"Host": self.host}
        if role is not None:
            sent["Authorization"] = f"Bearer {self.tokens[role]}"
        raw = None
        if method not in ("GET", "HEAD"):
            sent["Content-Type"] = "application/json"
            raw = b"" if body is None else json.dumps(body).encode()
        sent |= headers or {}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if raw is not None:
                connection.putheader("Content-Length", str(len(raw)))
            connection.endheaders(raw)
            answered = connection.getresponse()
            return Answer(
                answered.status,
                {name.lower(): value for name, value in answered.getheaders()},
                answered.read().decode(),
            )
        finally:
            connection.close()

    def get(self, path: str, **more: Any) -> Any:
        """Return the JSON of a path that answers 200."""
        answer = self.ask("GET", path, **more)
        assert answer.status == 200, answer.text
        return answer.json

    def sign_in(self) -> dict[str, str]:
        """Use the newest link, and return the headers of a browser that has."""
        path = self.links[-1].removeprefix(self.server.url)
        answer = self.ask("GET", path, role=None)
        assert answer.status == 303, answer.text
        cookie = {"Cookie": answer.headers["set-cookie"].split(";")[0]}
        session = self.ask("GET", "/api/session", role=None, headers=cookie).json
        return {**cookie, "X-JitTask-Write": session["writeValue"]}

    def audit(self) -> list[dict[str, Any]]:
        """Return what the audit has."""
        file = self.tree.root / ".jittask/console-audit.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()]


Serve = Callable[..., Served]


def serving(root: Path, ceiling: Role = Role.EDIT, port: int = 0) -> Iterator[Served]:
    ready = threading.Event()
    links: list[str] = []

    def new_link(url: str) -> None:
        links.append(url)
        ready.set()

    tree = Tree(root)
    server = ConsoleServer(root, Address(port=port), ceiling=ceiling, new_link=new_link)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        yield Served(server, tree, links, server.sessions.new_tokens())
    finally:
        server.stop()
        thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Served]:
    yield from serving(tmp_path / "app")


@pytest.fixture(scope="module")
def shared_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for all tests of a file, which only ask it."""
    root = tmp_path_factory.mktemp("console") / "app"
    tree = Tree(root)
    tree.things()
    tree.scheduled("A", tags=["x"])
    tree.dated("B")
    tree.scheduled("Broken", None, {"repeatType": "never"})
    yield from serving(root)
