"""Catches what bodies print in a worker process, and their subprocesses: descriptors 1 and 2."""

from __future__ import annotations

import fcntl
import logging
import os
import select
import sys
import termios
import threading
from collections.abc import Callable

from jittask.runtime.executors.descriptors import beyond_reach
from jittask.runtime.executors.standard_streams import open_stream

_READ = 65_536


class Capture:
    """Sends all that is written to a descriptor to ``sink(stream, text)``, to the process's end."""

    def __init__(self, stream: str, descriptor: int, sink: Callable[[str, str], None]) -> None:
        self._stream = stream
        self._sink = sink
        read, write = os.pipe()
        self._read = beyond_reach(read)
        os.set_blocking(self._read, False)
        os.dup2(write, descriptor)
        os.close(write)
        self._rest = b""
        self._passing = threading.Lock()
        threading.Thread(target=self._pump, daemon=True).start()

    def drain(self) -> None:
        """Pass on everything written so far: it is in the pipe. What others write now may wait."""
        with self._passing:
            waiting = fcntl.ioctl(self._read, termios.FIONREAD, bytes(4))
            left = int.from_bytes(waiting, sys.byteorder)
            while left > 0 and (passed := self._pass_on()):
                left -= passed
            self._send(everything=True)

    def _pump(self) -> None:
        poller = select.poll()
        poller.register(self._read, select.POLLIN)
        while True:
            poller.poll()
            with self._passing:
                self._pass_on()

    def _pass_on(self) -> int:
        """Pass on what can be read; return how many bytes it was."""
        try:
            data = os.read(self._read, _READ)
        except BlockingIOError:
            return 0
        self._rest += data
        self._send(everything=False)
        return len(data)

    def _send(self, *, everything: bool) -> None:
        text, self._rest = _whole(self._rest, everything=everything)
        if text:
            self._sink(self._stream, text)


def _whole(data: bytes, *, everything: bool) -> tuple[str, bytes]:
    """Cut ``data`` where a character is not complete yet."""
    if everything:
        return data.decode(errors="replace"), b""
    for cut in range(len(data), max(len(data) - 4, 0), -1):
        try:
            return data[:cut].decode(), data[cut:]
        except UnicodeDecodeError:
            continue
    return data.decode(errors="replace"), b""


def capture_output(sink: Callable[[str, str], None]) -> Callable[[], None]:
    """Catch standard output and error from now on; return what waits until all of it is sent."""
    captures = (Capture("stdout", 1, sink), Capture("stderr", 2, sink))
    sys.stdout, sys.stderr = open_stream(1), open_stream(2)

    def drain() -> None:
        for capture in captures:
            capture.drain()

    return drain


class LogHandler(logging.Handler):
    """Gives each line that a body logs to ``sink``."""

    def __init__(self, sink: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._sink = sink
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the line on; one that cannot be formatted is not an error of the body."""
        try:
            self._sink(self.format(record) + "\n")
        except Exception:
            self.handleError(record)
