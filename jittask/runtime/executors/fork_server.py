"""The fork server: the clean, warm process that worker processes are forked from (rule R6).

It has one thread and never loads element code. It talks in the frames of
``fork_protocol`` over the socket that it is started with. Killing here, by the
parent of the worker process, cannot hit a process that took over a freed
process id.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from typing import NoReturn

from jittask.runtime.executors import worker_main
from jittask.runtime.executors.fork_protocol import ENDED, FORKED, FRAME, KILL
from jittask.runtime.executors.warm_up import warm_up


def serve(control: socket.socket) -> None:
    """Fork and kill on request until the other end closes."""
    children: dict[int, int] = {}  # process id → worker number
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    os.set_blocking(wake_read, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        watched: list[socket.socket | int] = [control, wake_read]
        readable, _, _ = select.select(watched, [], [])
        if wake_read in readable:
            os.read(wake_read, 4096)
            _reap(control, children)
        if control in readable:
            try:
                data, descriptors, _, _ = socket.recv_fds(control, FRAME.size, 1)
            except ConnectionResetError:  # it closed before it read all that was sent
                return
            if not data:
                return
            order, number, _ = FRAME.unpack(data)
            if order == KILL:
                _kill(children, number)
            else:
                _fork(control, number, descriptors[0], children, (wake_read, wake_write))


def _kill(children: dict[int, int], number: int) -> None:
    for process, worker in children.items():
        if worker == number:
            os.kill(process, signal.SIGKILL)


def _fork(
    control: socket.socket,
    number: int,
    connection: int,
    children: dict[int, int],
    ours: tuple[int, int],
) -> None:
    process = os.fork()
    if process == 0:
        control.close()
        for descriptor in ours:
            os.close(descriptor)
        _become_worker(connection)
    os.close(connection)
    children[process] = number
    _send(control, FORKED, number, process)


def _become_worker(connection: int) -> NoReturn:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    status = 1
    try:
        worker_main.main(connection)
        status = 0
    finally:
        os._exit(status)


def _reap(control: socket.socket, children: dict[int, int]) -> None:
    while children:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process == 0:
            return
        number = children.pop(process, None)
        if number is not None:
            _send(control, ENDED, number, os.waitstatus_to_exitcode(status))


def _send(control: socket.socket, kind: bytes, number: int, value: int) -> None:
    try:
        control.sendall(FRAME.pack(kind, number, value))
    except OSError:
        sys.exit(0)  # the runtime is gone; the workers see it too, and end


def main() -> None:
    """Warm up and serve on the socket whose number is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    warm_up()
    serve(control)


if __name__ == "__main__":
    main()
