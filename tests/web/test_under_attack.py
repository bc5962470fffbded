"""Whatever is done to the console, the runtime beside it runs its tasks (C1, C22)."""

from __future__ import annotations

import http.client
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import psutil
import pytest

from tests.running import PATIENCE, Program, jittask_here
from tests.tree import Tree

pytestmark = pytest.mark.process
STREAMS = 1000
SLOW = 200
HUNDRED_MB = 100_000_000


class Attacked:
    """A runtime with a console beside it, in which a browser has signed in."""

    def __init__(self, program: Program, tree: Tree) -> None:
        link = urlsplit(program.wait("link")["url"])
        assert link.port is not None
        self.port = link.port
        self.host = link.netloc
        self._program = program
        self._tree = tree
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", f"{link.path}?{link.query}")
        self.cookie = str(connection.getresponse().headers["set-cookie"]).split(";")[0]
        connection.close()

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def head(self, line: str, *more: str) -> bytes:
        lines = [f"{line} HTTP/1.1", f"Host: {self.host}", f"Cookie: {self.cookie}", *more]
        return "".join(f"{each}\r\n" for each in lines).encode()

    def console(self) -> psutil.Process:
        children = psutil.Process(self._program.process.pid).children(recursive=True)
        [console] = [child for child in children if "console" in child.cmdline()]
        return console

    def check_runtime(self) -> None:
        """Run a task by hand, to its end."""
        assert jittask_here("trigger", "A", "--tree", self._tree.root).returncode == 0
        self._program.wait("finished", status="completed")


@pytest.fixture
def attacked(tree: Tree) -> Iterator[Attacked]:
    tree.scheduled("A")
    with Program(tree.root, more=("--console", "--port", "0")) as program:
        yield Attacked(program, tree)
        assert program.stop() == 0


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process hold as many sockets as the attack needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, STREAMS + SLOW + 500)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_a_thousand_streams_that_nobody_reads(attacked: Attacked) -> None:
    with ExitStack() as opened:
        streams = [opened.enter_context(attacked.connected()) for _ in range(STREAMS)]
        for stream in streams:
            stream.sendall(attacked.head("GET /api/events") + b"\r\n")
        for stream in streams:
            assert stream.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"
        attacked.check_runtime()
    attacked.check_runtime()


def test_requests_that_do_not_end(attacked: Attacked) -> None:
    with ExitStack() as opened:
        for _ in range(SLOW):
            client = opened.enter_context(attacked.connected())
            client.sendall(attacked.head("GET /api/status"))
        attacked.check_runtime()


def test_a_request_of_a_hundred_megabytes(attacked: Attacked) -> None:
    more = ("Content-Type: application/json", f"Content-Length: {HUNDRED_MB}")
    before = attacked.console().memory_info().rss
    with attacked.connected() as client:
        client.sendall(attacked.head("PUT /api/elements/tasks.A/files/e.json", *more) + b"\r\n")
        sent = 0
        try:
            while sent < HUNDRED_MB:
                sent += client.send(b"x" * 65_536)
        except OSError:
            pass
        assert sent < HUNDRED_MB
    attacked.check_runtime()
    assert attacked.console().memory_info().rss - before < 20_000_000


@pytest.mark.parametrize("how", ["suspend", "kill"])
def test_a_console_that_hangs_or_dies(attacked: Attacked, how: str) -> None:
    getattr(attacked.console(), how)()
    attacked.check_runtime()
