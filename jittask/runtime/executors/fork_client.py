"""The runtime's side of the fork server: starts it, and asks it to fork and to kill (rule R6)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jittask.runtime.executors.bodies_mark import MARK, end_marked, mark_of
from jittask.runtime.executors.fork_protocol import ENDED, FORK, FORKED, FRAME, KILL

_PROGRAM = "from jittask.runtime.executors.fork_server import main; main()"
_CLOSE_SECONDS, _NUDGES = 10.0, 100


@dataclass(frozen=True, slots=True)
class Forked:
    """A worker process exists."""

    number: int
    process: int
    handle: int | None
    """A descriptor of the process, readable when it has ended (pidfd); None where there is none."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A worker process has ended, and all that it left behind."""

    number: int
    status: int
    """An exit code, or minus the signal's number."""
    left_behind: str
    """What it left behind, in a line; empty for nothing."""


class ForkClient:
    """One fork server, or the next one where it died; from one thread."""

    _control: socket.socket

    def __init__(self, bodies_lock: Path) -> None:
        self._mark = mark_of(bodies_lock)
        self._start()

    @property
    def control(self) -> socket.socket:
        """The socket that is readable when ``receive`` has something to return."""
        return self._control

    def fork(self, number: int) -> socket.socket:
        """Ask for a worker process; return the socket to it.

        Raises OSError where the fork server has died.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [FRAME.pack(FORK, number, 0, 0)], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours

    def kill(self, number: int) -> None:
        """Ask for the end of a worker process."""
        with contextlib.suppress(OSError):  # it has died: its workers end when that is seen
            self._control.sendall(FRAME.pack(KILL, number, 0, 0))

    def let_it_continue(self) -> None:
        """Continue it where a body has stopped it."""
        self._process.send_signal(signal.SIGCONT)

    def receive(self) -> Forked | Ended | None:
        """Return what the fork server says; None where it has died."""
        try:
            data, handles, _, _ = socket.recv_fds(self._control, FRAME.size, 1)
            if not data:
                return None
            kind, number, value, length = FRAME.unpack(data)
            text = self._control.recv(length, socket.MSG_WAITALL).decode() if length else ""
        except ConnectionError:
            return None
        if kind == FORKED:
            self._has_forked = True
            return Forked(number, value, handles[0] if handles else None)
        assert kind == ENDED
        return Ended(number, value, text)

    def restart(self) -> None:
        """Start another fork server in place of the one that died; end all that it forked.

        Raises RuntimeError where that one ended by itself before it had forked once.
        """
        self._control.close()
        killed = self._process.wait() == -signal.SIGKILL
        end_marked(self._mark)
        if not self._has_forked and not killed:
            raise RuntimeError("the fork server of the worker processes cannot start")
        self._start()

    def close(self) -> None:
        """End it and all that it forked, and wait for their end."""
        self._control.close()
        for _ in range(_NUDGES):
            self.let_it_continue()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_CLOSE_SECONDS / _NUDGES)
                return
        self._process.kill()
        self._process.wait()

    def _start(self) -> None:
        self._has_forked = False
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, MARK: self._mark},
                start_new_session=True,  # a Ctrl-C on the terminal is for the runtime alone
            )
