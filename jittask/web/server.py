"""Runs the console: socket, workspace, watch and app, from start to end (rules C1, C22)."""

from __future__ import annotations

import errno
import resource
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.types import Receive, Scope, Send

from jittask.clock import Clock, SystemClock
from jittask.operations.edit.trash import empty_trash
from jittask.operations.errors import InvalidArgument, OperationError
from jittask.operations.inspect.changes import Topic, store_marks
from jittask.operations.workspace import Workspace
from jittask.runtime.watch import Watch
from jittask.store import made_state_folder
from jittask.web import built_page
from jittask.web.app import Console, make_app
from jittask.web.audit import Audit
from jittask.web.built_page import BuiltPage
from jittask.web.connection import PatientConnection
from jittask.web.gate import Gate, Policy
from jittask.web.hosts import Place, allowed_places, has_port, is_loopback, place_of_host
from jittask.web.hub import MOST_STREAMS, Hub
from jittask.web.live_tree import LiveTree
from jittask.web.roles import Role
from jittask.web.sessions import Sessions

MOST_CONNECTIONS = MOST_STREAMS + 500
_STOP_SECONDS = 3
_WATCH_STEP_MILLIS = 50
"""A look for changed files costs an idle console more than anything else."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, and what a client may call it."""

    host: str = "127.0.0.1"
    port: int = 8420
    """0 takes any free one."""
    names: tuple[str, ...] = ()
    """Further host names, with a port where it is not the scheme's or this one."""
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    """A proxy in front encrypts: callers use https, and only the proxy is let through to here."""

    @property
    def scheme(self) -> str:
        """What callers use."""
        return "https" if self.certificate is not None or self.behind_proxy else "http"

    def place(self, port: int) -> Place:
        """Return what to write into a browser: the first name, or this machine.

        A name without a port is the proxy's; without a proxy it has the server's ``port``.
        """
        if not self.names:
            return Place(self.scheme, "127.0.0.1" if self.host == "localhost" else self.host, port)
        named = place_of_host(self.scheme, self.names[0])
        return named if self.behind_proxy or has_port(self.names[0]) else replace(named, port=port)

    def check(self) -> None:
        """Refuse to be reached from elsewhere without names and encryption.

        Raises InvalidArgument.
        """
        if is_loopback(self.host):
            return
        if not self.names:
            message = f"{self.host} can be reached from other machines: say by which names"
            raise InvalidArgument("allow_host", message, "--allow-host console.example.org")
        if self.scheme != "https":
            message = f"{self.host} can be reached from other machines, and nothing encrypts"
            hint = "give --tls-cert and --tls-key, or --behind-proxy where a proxy encrypts"
            raise InvalidArgument("tls_cert", message, hint)


class ConsoleServer:
    """One console of one tree; ``serve`` returns when a signal or ``stop`` has ended it."""

    def __init__(
        self,
        root: Path,
        address: Address,
        *,
        ceiling: Role = Role.EDIT,
        clock: Clock | None = None,
        trouble: Callable[[str], None] = lambda _: None,
        new_link: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``new_link`` is given a one-time address at the start, and after each that is used.

        Raises OperationError where it cannot listen, or its files cannot be used.
        """
        address.check()
        clock = clock or SystemClock()
        self.workspace = Workspace(root, clock)
        self.sessions = Sessions(ceiling)
        self._address = address
        self._new_link = new_link
        self._trouble = trouble
        audit = None
        if ceiling > Role.READ:
            audit = Audit(made_state_folder(self.workspace.root), clock)
        self._socket = _listening(address)
        self.port: int = self._socket.getsockname()[1]
        self.policy = _policy(address, self.port)
        self.hub = Hub(lambda: store_marks(self.workspace), clock)
        self.tree = LiveTree(
            self.workspace,
            Watch(self.workspace.root, trouble, step_millis=_WATCH_STEP_MILLIS),
            clock,
            lambda: self.hub.announce(Topic.TREE, Topic.STATUS),
            trouble,
        )
        console = Console(
            self.workspace,
            self.hub,
            self.sessions,
            audit,
            self.policy,
            BuiltPage.read(built_page.FOLDER),
            lambda: len(self._server.server_state.connections) > MOST_CONNECTIONS,
            self._offer_link,
        )
        gate = make_app(console)
        assert isinstance(gate, Gate)
        config = uvicorn.Config(
            _with_start(gate, self.hub, self._offer_link),
            http=PatientConnection,
            ws="none",
            lifespan="on",
            interface="asgi3",
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
            ssl_certfile=address.certificate,
            ssl_keyfile=address.key,
        )
        self._server = _Uvicorn(config, self.hub)
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:
            self._socket.close()
            raise InvalidArgument("tls_cert", f"cannot be used: {error}") from error

    @property
    def url(self) -> str:
        """The address by which browsers call it."""
        return str(self._address.place(self.port))

    def serve(self) -> None:
        """Serve until a signal (in the main thread) or ``stop``."""
        _raise_limit_of_files()
        self.tree.start()
        self._empty_trash()
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self.hub.close()
            self.tree.close()
            self.workspace.close()
            self._socket.close()

    def stop(self) -> None:
        """End ``serve``; from any thread."""
        self._server.handle_exit(signal.SIGTERM, None)

    def _empty_trash(self) -> None:
        if self.sessions.ceiling is Role.READ:
            return
        try:
            empty_trash(self.workspace)
        except OperationError as error:
            self._trouble(str(error))

    def _offer_link(self) -> None:
        code = self.sessions.new_code(self.sessions.ceiling)
        self._new_link(f"{self.url}/login?code={code}")


class _Uvicorn(uvicorn.Server):
    """uvicorn's server, which ends the open streams first, and is ended by signals quietly."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; once more ends at once."""
        self._hub.close()
        if self.should_exit:
            self.force_exit = True
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Obey signals while it serves; uvicorn would raise them once more at the end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _with_start:  # noqa: N801 - it is used as a function
    """The app, with what begins when the server's loop does."""

    def __init__(self, gate: Gate, hub: Hub, started: Callable[[], None]) -> None:
        self._gate = gate
        self._hub = hub
        self._started = started

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._gate(scope, receive, send)
            return
        await receive()
        self._hub.start()
        self._started()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _policy(address: Address, port: int) -> Policy:
    try:
        places: frozenset[Place] = allowed_places(address.scheme, address.host, port, address.names)
    except ValueError as error:
        raise InvalidArgument("allow_host", str(error), "such as console.example.org") from error
    return Policy(places, address.scheme, f"jittask_{port}")


def _listening(address: Address) -> socket.socket:
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        family, _, _, _, place = found[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(1024)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        hint = "--port 0 takes any free one" if taken else None
        words = error.strerror or str(error)
        raise OperationError(f"{address.host}:{address.port}: {words}", hint) from error
    return listening


def _raise_limit_of_files() -> None:
    """Let as many connections be open as the system allows, if that is less than we allow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + 100
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
