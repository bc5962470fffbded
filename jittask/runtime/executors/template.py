"""The clean, warm process that worker processes are forked from (rule R6).

It has one thread, has done once what each bundle would need, on a tree of its
own, and never loads element code. It speaks in frames of one size over the
socket that it is started with: FORK comes with a socket for the new worker,
KILL names a worker by its number; it answers with the worker's process id, and
later with how the worker ended.
Killing here, by the parent of the worker, cannot hit a process that took over
a freed process id.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

FRAME = struct.Struct("!cqq")
"""What is said, the worker's number, and a process id or an exit code."""
FORK, KILL, FORKED, ENDED = b"F", b"K", b"P", b"E"
LEASE_OVER = 75
"""The exit code of a worker that ended because nothing put its end off."""

_WARM = (
    "encodings.utf_8_sig",
    "jittask.prelude.call",
    "jittask.runtime.executors.worker_main",
    "jittask.data.app_data",
    "sqlalchemy.dialects.sqlite",
    "sqlite3",
)
_TIMES = {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": "day"}, "skipHoliday": 1}
_DATES = {"startField": "due", "startOffset": {"offsetType": -1, "offset": 1, "offsetUnit": "day"}}
_TASK = {"title": "T", "enable": 1, "funcType": "Global", "func": "services.S.f"}
_ROWS = {"modelPath": "models.M", "filter": "Q('status','=','open')"}
_MODEL = {"type": "models.TableType", "title": "M", "db": "databases.D", "table": "m"}
_EXAMPLE: dict[str, object] = {
    "app.json": {"settings": {"timezone": "Asia/Shanghai", "calendar": "CN"}},
    "services/S/e.json": {"type": "services.NormalType", "title": "S"},
    "services/S/service.py": "def f(*row):\n    return None\n",
    "databases/D/e.json": {"type": "databases.SqliteType", "title": "D", "database": "d.db"},
    "models/M/e.json": _MODEL,
    "tasks/T/e.json": _TASK | {"type": "tasks.NormalType", "timerCfg": _TIMES},
    "tasks/D/e.json": _TASK | _ROWS | {"type": "tasks.DateFieldType", "timerCfg": _DATES},
}
"""A tree with something of each kind that a bundle may hold."""


def warm() -> None:
    """Import and build what the first bundle of a fresh process would have to."""
    from jittask.compiler import compile_tree

    for module in _WARM:
        __import__(module)
    with suppress(OSError), TemporaryDirectory(prefix="jittask-") as folder:  # a disk may be full
        for name, content in _EXAMPLE.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else json.dumps(content))
        compile_tree(folder)
    gc.collect()
    gc.freeze()  # no worker goes through, and so copies, what all of them share


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
            except ConnectionResetError:  # it closed before it read all that we told
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
    _tell(control, FORKED, number, process)


def _become_worker(connection: int) -> NoReturn:
    from jittask.runtime.executors.worker_main import main

    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    status = 1
    try:
        main(connection)
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
            _tell(control, ENDED, number, os.waitstatus_to_exitcode(status))


def _tell(control: socket.socket, what: bytes, number: int, value: int) -> None:
    try:
        control.sendall(FRAME.pack(what, number, value))
    except OSError:
        sys.exit(0)  # the runtime is gone; the workers see it too, and end


def main() -> None:
    """Warm up and serve on the socket whose number is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    warm()
    serve(control)


if __name__ == "__main__":
    main()
