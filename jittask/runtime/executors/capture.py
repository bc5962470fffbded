"""Catches what a body prints: descriptors 1 and 2, so that its subprocesses count too."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import threading
from collections.abc import Callable

_READ = 65_536


class Capture:
    """Sends whatever is written to a descriptor to ``sink(stream, text)``, for ever."""

    def __init__(self, stream: str, descriptor: int, sink: Callable[[str, str], None]) -> None:
        self._stream = stream
        self._sink = sink
        read, self._write = os.pipe()
        os.dup2(self._write, descriptor)
        self._marker = b""
        self._seen = threading.Event()
        threading.Thread(target=self._pump, args=(read,), daemon=True).start()

    def drain(self) -> None:
        """Return when everything written so far has reached the sink."""
        self._seen.clear()
        self._marker = f"\0{secrets.token_hex(16)}\0".encode()
        os.write(self._write, self._marker)
        self._seen.wait()

    def _pump(self, read: int) -> None:
        held = b""
        while data := os.read(read, _READ):
            held += data
            marker = self._marker
            drained = bool(marker) and marker in held
            if drained:
                held = held.replace(marker, b"")
                self._marker = b""
            elif marker and b"\0" in held[-len(marker) :]:
                continue  # the rest of the marker is on its way
            text, held = _whole(held, everything=drained)
            if text:
                self._sink(self._stream, text)
            if drained:
                self._seen.set()


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
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)

    def drain() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        for one in captures:
            one.drain()

    return drain


class LogHandler(logging.Handler):
    """Gives each line that a body logs to ``sink``."""

    def __init__(self, sink: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._sink = sink
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Give the line on; one that cannot be formatted is no error of the body's."""
        try:
            self._sink(self.format(record) + "\n")
        except Exception:
            self.handleError(record)
