"""Says to systemd, or to what speaks its protocol, what ``jittask run`` does (rule R13).

One datagram a message, to the socket that NOTIFY_SOCKET names (sd_notify(3)). Without
the variable nothing is sent.
"""

from __future__ import annotations

import os
import socket

_PARTS = 2
"""How many messages a watchdog gets in the time after which it ends the service."""


class ServiceManager:
    """The manager that has started this process, or none."""

    def __init__(self) -> None:
        """Read what it has said in the environment, and keep that from what bodies start."""
        self._address = os.environ.pop("NOTIFY_SOCKET", "").strip()
        micros, process = os.environ.pop("WATCHDOG_USEC", ""), os.environ.pop("WATCHDOG_PID", "")
        is_meant = bool(self._address) and micros.isdigit() and process in ("", str(os.getpid()))
        self.interval = int(micros) / 1e6 / _PARTS if is_meant else None
        """Seconds between two messages of ``alive``; None where nobody waits for one."""
        self._turns = -1

    def ready(self) -> None:
        """Say that every task has been planned, and runs."""
        self._send("READY=1\nSTATUS=running")

    def stopping(self) -> None:
        """Say that no more runs begin."""
        self._send("STOPPING=1\nSTATUS=stopping: running tasks may end")

    def alive(self, turns: int) -> None:
        """Say that the work has gone on, if it has: ``turns`` counts its passes."""
        if turns != self._turns and self.interval is not None:
            self._turns = turns
            self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        name = self._address
        address = "\0" + name[1:] if name.startswith("@") else name
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
            manager.settimeout(1)
            try:
                manager.sendto(message.encode(), address)
            except (TimeoutError, BlockingIOError):  # it is busy; the next message comes soon
                return
            except OSError as error:
                self._address = ""  # said once: a manager that is gone does not come back
                os.write(2, f"jittask: NOTIFY_SOCKET {name}: {error.strerror}\n".encode())
