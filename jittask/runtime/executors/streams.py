"""Separates what bodies in the runtime's own process print and log from what the runtime prints.

A body is known by its context: what its thread writes to ``sys.stdout`` and
``sys.stderr`` and logs is its own. What its subprocesses write, and threads
that it starts without its context, goes where the runtime's own output goes.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from jittask.runtime.executors.protocol import LOG_CAP
from jittask.runtime.executors.worker_output import LogHandler

_PIECE = 8192  # characters that wait for the end of their line

Sink = Callable[[str, str], None]
"""Takes a stream's name and a text."""


class Streams:
    """Standard output, standard error and logging of this process, until ``close``."""

    def __init__(self) -> None:
        self._body: ContextVar[_Body | None] = ContextVar("body", default=None)
        self._out = _Stream("stdout", sys.stdout, self._body)
        self._error = _Stream("stderr", sys.stderr, self._body)
        sys.stdout, sys.stderr = self._out, self._error
        self._handler = _Handler(self._body)
        root = logging.getLogger()
        self._level = root.level
        root.addHandler(self._handler)
        root.setLevel(min(root.level, logging.INFO))

    @contextmanager
    def capture(self, sink: Sink) -> Iterator[None]:
        """Give ``sink`` what the code inside prints and logs, line by line."""
        body = _Body(sink)
        mark = self._body.set(body)
        try:
            yield
        finally:
            self._body.reset(mark)
            body.end()

    def close(self) -> None:
        """Restore everything, except what others have changed since."""
        if sys.stdout is self._out:
            sys.stdout = self._out.own
        if sys.stderr is self._error:
            sys.stderr = self._error.own
        root = logging.getLogger()
        root.removeHandler(self._handler)
        root.setLevel(self._level)


class _Body:
    """What a body prints and logs; nothing is taken after its end, nor much beyond the cap."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._lock = threading.RLock()  # a finalizer may print while the body does
        self._lines = {"stdout": "", "stderr": ""}
        self._left = LOG_CAP + 1  # one more than the cap shows that there was more

    def write(self, stream: str, text: str) -> None:
        with self._lock:
            self._lines[stream] += text
            if "\n" in text or len(self._lines[stream]) > _PIECE:
                self._send_lines(stream)

    def flush(self) -> None:
        with self._lock:
            for stream in self._lines:
                self._send_lines(stream)

    def log(self, line: str) -> None:
        self.flush()  # so that the order is kept
        with self._lock:
            self._send("log", line)

    def end(self) -> None:
        with self._lock:  # else a thread of the body could still print in between
            self.flush()
            self._left = 0

    def _send_lines(self, stream: str) -> None:
        text, self._lines[stream] = self._lines[stream], ""
        self._send(stream, text)

    def _send(self, stream: str, text: str) -> None:
        text = text[: self._left]
        self._left -= len(text)
        if text:
            self._sink(stream, text)


class _Stream:
    """``sys.stdout`` or ``sys.stderr``: a body's where a body writes, else the runtime's own."""

    def __init__(self, name: str, own: TextIO, body: ContextVar[_Body | None]) -> None:
        self._name = name
        self.own = own
        self._body = body

    def write(self, text: str) -> int:
        body = self._body.get()
        if body is None:
            return self.own.write(text)
        body.write(self._name, text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        body = self._body.get()
        if body is None:
            self.own.flush()
        else:
            body.flush()

    def isatty(self) -> bool:
        return self._body.get() is None and self.own.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)


class _Handler(LogHandler):
    """Takes what bodies log; what the runtime logs is passed on as if this were not here."""

    def __init__(self, body: ContextVar[_Body | None]) -> None:
        super().__init__(self._log)
        self._body = body

    def emit(self, record: logging.LogRecord) -> None:
        if self._body.get() is not None:
            super().emit(record)
        elif logging.getLogger().handlers == [self]:
            last = logging.lastResort
            if last is not None and record.levelno >= last.level:
                last.handle(record)

    def _log(self, line: str) -> None:
        body = self._body.get()
        assert body is not None
        body.log(line)
