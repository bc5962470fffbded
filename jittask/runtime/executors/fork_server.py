"""The fork server: the clean, warm process that worker processes are forked from (rule R6).

It has one thread and never loads element code. It talks in the frames of
``fork_protocol`` over the socket that it is started with. Killing here, by the
parent of the worker process, cannot hit a process that took over a freed
process id.

On Linux it is the subreaper of its workers: what a worker leaves behind becomes
its child. A child that is no worker is therefore to be ended.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from contextlib import suppress

# bound here, before any element code: a body can replace os._exit itself
from os import _exit
from typing import NoReturn

from jittask.runtime.executors import worker_main
from jittask.runtime.executors.descendants import (
    Descendant,
    adopt_orphans,
    end_descendants,
    living_descendants,
    named,
    reap,
    signal_at_parents_end,
)
from jittask.runtime.executors.fork_protocol import CHANNEL_LOST, ENDED, FORKED, FRAME, KILL
from jittask.runtime.executors.warm_up import warm_up

_LAST_ROUNDS = 3
"""How often the end of what takes long to end is waited for."""


class ForkServer:
    """Forks and kills on request until the other end closes."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._workers: dict[int, int] = {}  # process id → worker number
        self._ended: list[tuple[int, int]] = []
        """Workers that have ended and are not reported, with their exit codes."""
        self._left_behind: list[Descendant] = []
        """What they had left, before it is ended."""
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        os.set_blocking(self._wake_read, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        adopt_orphans()
        signal_at_parents_end(signal.SIGCONT)  # so that it sees that end where it is stopped

    def serve(self) -> None:
        """Do what is asked; in the end, end every worker and all that they have started."""
        try:
            while self._step():
                continue
        finally:
            signal.set_wakeup_fd(-1)
            for _ in range(_LAST_ROUNDS):
                if not reap() or not end_descendants():
                    break

    def _step(self) -> bool:
        """Wait for one request or one end; return False where the runtime is gone."""
        watched: list[socket.socket | int] = [self._control, self._wake_read]
        readable, _, _ = select.select(watched, [], [])
        if self._wake_read in readable:
            os.read(self._wake_read, 4096)
            self._report_ended()
        if self._control not in readable:
            return True
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, FRAME.size, 1)
        except ConnectionResetError:  # it closed before it read all that was sent
            return False
        if not data:
            return False
        order, number, _, _ = FRAME.unpack(data)
        if order == KILL:
            self._kill(number)
        else:
            self._fork(number, descriptors[0])
        return True

    def _kill(self, number: int) -> None:
        for process, worker in self._workers.items():
            if worker == number:
                os.kill(process, signal.SIGKILL)

    def _fork(self, number: int, connection: int) -> None:
        process = os.fork()
        if process == 0:
            self._control.close()
            os.close(self._wake_read)
            os.close(self._wake_write)
            _become_worker(connection)
        os.close(connection)
        self._workers[process] = number
        self._send_forked(number, process)

    def _send_forked(self, number: int, process: int) -> None:
        frame = FRAME.pack(FORKED, number, process, 0)
        if sys.platform != "linux":
            self._send(frame)
            return
        # no one has taken its exit code, so that the process id is still its own
        handle = os.pidfd_open(process)
        try:
            with suppress(OSError):  # the runtime is gone: the next read says so
                socket.send_fds(self._control, [frame], [handle])
        finally:
            os.close(handle)

    def _report_ended(self) -> None:
        self._reap()
        if not self._ended:
            return
        # by the names that they had while they lived
        left = {each.process: each for each in end_descendants(self._workers, self._reap)}
        left |= {each.process: each for each in self._left_behind}
        self._left_behind.clear()
        text = named(left.values()).encode()
        ended, self._ended = self._ended, []
        for number, status in ended:
            self._send(FRAME.pack(ENDED, number, status, len(text)) + text)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                self._kill_groups()
                process, status = os.waitpid(-1, os.WNOHANG)
                if process == 0:
                    return
                number = self._workers.pop(process, None)
                if number is not None:
                    self._ended.append((number, os.waitstatus_to_exitcode(status)))

    def _kill_groups(self) -> None:
        """Kill the process group of a worker that has ended, while its id is still its own."""
        if sys.platform != "linux":
            return
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None and ended.si_pid in self._workers:
            self._left_behind += living_descendants(self._workers)
            with suppress(OSError):  # it has ended before it had a group
                os.killpg(ended.si_pid, signal.SIGKILL)

    def _send(self, data: bytes) -> None:
        with suppress(OSError):  # the runtime is gone: the next read says so
            self._control.sendall(data)


def _become_worker(connection: int) -> NoReturn:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    status = 1
    try:
        worker_main.main(connection)
        status = 0
    except OSError:  # a body has closed a descriptor that it needs
        status = CHANNEL_LOST
    finally:
        _exit(status)


def main() -> None:
    """Warm up and serve on the socket whose number is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    warm_up()
    ForkServer(control).serve()


if __name__ == "__main__":
    main()
