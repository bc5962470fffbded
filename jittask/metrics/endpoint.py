"""A small server beside a runtime: ``/metrics`` and three probes, for machines (rule R13).

It asks nobody who they are, as exporters do, and listens on this machine only, unless another
address is given. It changes nothing.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jittask.metrics.exposition import CONTENT_TYPE, Exposition
from jittask.metrics.probes import OK, Verdict, health, liveness, readiness
from jittask.operations.errors import OperationError
from jittask.operations.inspect.vitals import VitalsReader
from jittask.runtime.lifecycle import State

_TEXT = "text/plain; charset=utf-8"
_PATIENCE = 5.0
"""Seconds in which a client must send its request, and take the answer."""
_MOST_CLIENTS = 16
"""How many are served at once; further ones are cut off."""
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Endpoint:
    """Serves from its construction until ``close``."""

    def __init__(
        self,
        host: str,
        port: int,
        reader: VitalsReader,
        exposition: Exposition,
        state: Callable[[], State],
    ) -> None:
        """``port`` 0 takes any free one. Raises OperationError where it cannot listen."""
        self._reader = reader
        self._exposition = exposition
        self._state = state
        self._server = _listening(host, port, self._answer)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="jittask-metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, path: str) -> tuple[int, str, bytes]:
        """Return the status, the type and the body of an answer."""
        match path:
            case "/metrics":
                return OK, CONTENT_TYPE, self._exposition.text()
            case "/healthz":
                return _of(health(self._reader))
            case "/readyz":
                return _of(readiness(self._reader, self._state()))
            case "/livez":
                return _of(liveness(self._state()))
            case _:
                return 404, _TEXT, b"there are: /metrics /healthz /readyz /livez\n"


def _of(verdict: Verdict) -> tuple[int, str, bytes]:
    return verdict.status, _TEXT, f"{verdict.text}\n".encode()


Reply = tuple[int, str, bytes]
"""The status, the type and the body of an answer."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, family: socket.AddressFamily, place: Any, answer: Callable[[str], Reply]
    ) -> None:
        self.address_family = family
        self.answer = answer
        self.own_names_only = ipaddress.ip_address(place[0]).is_loopback
        self._room = threading.BoundedSemaphore(_MOST_CLIENTS)
        super().__init__(place, _Handler)

    def server_bind(self) -> None:
        """Bind; the base class would ask the name service for the address's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Take a client where there is room."""
        return self._room.acquire(blocking=False)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a client in a thread for it."""
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one client in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE
    server: _Server

    def do_GET(self) -> None:
        """Answer."""
        self._reply(*self._answered(), with_body=True)

    def do_HEAD(self) -> None:
        """Answer without the body."""
        self._reply(*self._answered(), with_body=False)

    def _answered(self) -> Reply:
        if self.server.own_names_only and _name_in(self.headers.get("Host", "")) not in _OWN_NAMES:
            return 400, _TEXT, b"the server is not called by a name of this machine's own\n"
        return self.server.answer(self.path.partition("?")[0])

    def _reply(self, status: int, content_type: str, body: bytes, *, with_body: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def version_string(self) -> str:
        """Return what the header ``Server`` says."""
        return "jittask"

    def log_message(self, *_: object) -> None:
        """Write nothing: stderr is the runtime's."""


def _name_in(host: str) -> str:
    """Return a ``Host`` header without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _listening(host: str, port: int, answer: Callable[[str], Reply]) -> _Server:
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return _Server(family, place, answer)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        hint = "--metrics-port 0 takes any free one" if taken else None
        raise OperationError(f"{host}:{port}: {error.strerror or error}", hint) from error
