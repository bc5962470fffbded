"""A network link that a test can cut or hold: a TCP proxy between a program and its server.

It acts as a network that is partitioned, and needs none of the rights that a real one takes.
A link that is cut refuses and resets, as a router without a route does; one that is held keeps
every connection open and passes nothing on, as a network that loses every packet.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

_RESETS = struct.pack("ii", 1, 0)


class Link:
    """Passes connections on to one server."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open = threading.Event()
        self._open.set()
        self._is_cut = False
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Reset every connection, and refuse others."""
        self._is_cut = True
        self._reset()

    def hold(self) -> None:
        """Pass nothing on, in neither direction."""
        self._open.clear()

    def heal(self) -> None:
        """Pass on what comes, and what has waited."""
        self._is_cut = False
        self._open.set()

    def close(self) -> None:
        """End every connection, and take no more."""
        self._server.close()
        self.cut()
        self._open.set()

    def _reset(self) -> None:
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for each in sockets:
            with contextlib.suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # it is closed
            while True:
                near, _ = self._server.accept()
                threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        self._open.wait()
        try:
            far = socket.create_connection(self._target)
        except OSError:  # the server is down: the program sees that
            near.close()
            return
        with self._lock:
            self._sockets |= {near, far}
        if self._is_cut:
            self._reset()
            return
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):  # reset meanwhile
            while data := source.recv(65536):
                self._open.wait()
                sink.sendall(data)
        self._open.wait()
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def linked(url: str) -> Iterator[tuple[Link, str]]:
    """Give a link to the server of a URL, and the URL by which it is reached."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    link = Link(parts.hostname, parts.port)
    login, at, _ = parts.netloc.rpartition("@")
    netloc = f"{login}{at}127.0.0.1:{link.port}"
    try:
        yield link, url.replace(parts.netloc, netloc, 1)
    finally:
        link.close()
