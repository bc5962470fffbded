"""The runtime's side of the fork server: starts it, and asks it to fork and to kill (rule R6)."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection

from jittask.runtime.executors.fork_protocol import ENDED, FORK, FORKED, FRAME, KILL, LEASE_OVER

_PROGRAM = "from jittask.runtime.executors.fork_server import main; main()"


@dataclass(frozen=True, slots=True)
class Forked:
    """A worker process exists."""

    number: int
    process: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A worker process has ended; ``status`` is an exit code, or minus the signal's number."""

    number: int
    status: int

    @property
    def cause(self) -> str | None:
        """What a record says of it; None where the exit code says nothing."""
        if self.status == LEASE_OVER:
            return "its lease ran out: the run store did not answer for too long"
        if self.status < 0:
            return f"its worker process died by {signal.Signals(-self.status).name}"
        return None


class ForkClient:
    """One fork server, or the next one where it died; from one thread."""

    _control: socket.socket

    def __init__(self) -> None:
        self._start()

    @property
    def control(self) -> socket.socket:
        """The socket that is readable when ``receive`` has something to return."""
        return self._control

    def fork(self, number: int) -> Connection:
        """Ask for a worker process; return the connection to it.

        Raises OSError where the fork server has died.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [FRAME.pack(FORK, number, 0)], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return Connection(ours.detach())

    def kill(self, number: int) -> None:
        """Ask for the end of a worker process."""
        with contextlib.suppress(OSError):  # it has died: its workers end when that is seen
            self._control.sendall(FRAME.pack(KILL, number, 0))

    def receive(self) -> Forked | Ended | None:
        """Return what the fork server says; None where it has died."""
        try:
            data = self._control.recv(FRAME.size)
        except ConnectionError:
            data = b""
        if not data:
            return None
        kind, number, value = FRAME.unpack(data)
        if kind == FORKED:
            self._has_forked = True
            return Forked(number, value)
        assert kind == ENDED
        return Ended(number, value)

    def restart(self) -> None:
        """Start another fork server in place of the one that died.

        Raises RuntimeError where that one ended by itself before it had forked once.
        """
        self._control.close()
        killed = self._process.wait() == -signal.SIGKILL
        if not self._has_forked and not killed:
            raise RuntimeError("the fork server of the worker processes cannot start")
        self._start()

    def close(self) -> None:
        """End it, and wait for its end."""
        self._control.close()
        self._process.wait()

    def _start(self) -> None:
        self._has_forked = False
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C on the terminal is for the runtime alone
            )
