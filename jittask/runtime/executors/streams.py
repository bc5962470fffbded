"""Separates what bodies in the runtime's own process print and log from what the runtime prints.

A body is known by its context: what its thread writes to ``sys.stdout`` and
``sys.stderr`` and logs is its own. What its subprocesses write, and threads
that it starts without its context, goes where the runtime's own output goes.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TextIO

from jittask.runtime.executors.attempt_log import AttemptLog
from jittask.runtime.executors.body_logging import LogHandler, show_warnings, show_warnings_again


@dataclass(frozen=True, slots=True)
class _Body:
    log: AttemptLog
    is_of_element: Callable[[str], bool]


_Bodies = ContextVar[_Body | None]


class Streams:
    """Standard output, standard error, logging and warnings of this process, until ``close``."""

    def __init__(self) -> None:
        self._body: _Bodies = ContextVar("body", default=None)
        self._out = _Stream("stdout", sys.stdout, self._body)
        self._error = _Stream("stderr", sys.stderr, self._body)
        sys.stdout, sys.stderr = self._out, self._error
        self._handler = _Handler(self._body)
        root = logging.getLogger()
        self._level = root.level
        # other handlers would show all that the rest of this process logs
        root.setLevel(min(root.level, logging.INFO) if root.handlers else logging.DEBUG)
        root.addHandler(self._handler)
        self._restore_warnings = show_warnings(self._warn)

    @contextmanager
    def capture(self, log: AttemptLog, is_of_element: Callable[[str], bool]) -> Iterator[None]:
        """Give ``log`` what the code inside prints and logs."""
        mark = self._body.set(_Body(log, is_of_element))
        try:
            show_warnings_again()
            yield
        finally:
            self._body.reset(mark)
            log.end()

    def close(self) -> None:
        """Restore everything, except what others have changed since."""
        if sys.stdout is self._out:
            sys.stdout = self._out.own
        if sys.stderr is self._error:
            sys.stderr = self._error.own
        root = logging.getLogger()
        root.removeHandler(self._handler)
        root.setLevel(self._level)
        self._restore_warnings()

    def _warn(self, level: str, text: str) -> bool:
        body = self._body.get()
        if body is not None:
            body.log.log(level, text)
        return body is not None


class _Stream:
    """``sys.stdout`` or ``sys.stderr``: a body's where a body writes, else the runtime's own."""

    def __init__(self, name: str, own: TextIO, body: _Bodies) -> None:
        self._name = name
        self.own = own
        self._body = body

    def write(self, text: str) -> int:
        body = self._body.get()
        if body is None:
            return self.own.write(text)
        body.log.write(self._name, text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self._body.get() is None:
            self.own.flush()

    def isatty(self) -> bool:
        return self._body.get() is None and self.own.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)


class _Handler(LogHandler):
    """Takes what bodies log; what the runtime logs is passed on as if this were not here."""

    def __init__(self, body: _Bodies) -> None:
        super().__init__(self._log, self._is_of_element)
        self._body = body

    def emit(self, record: logging.LogRecord) -> None:
        if self._body.get() is not None:
            super().emit(record)
        elif logging.getLogger().handlers == [self]:
            last = logging.lastResort
            if last is not None and record.levelno >= last.level:
                last.handle(record)

    def _log(self, level: str, text: str) -> None:
        body = self._body.get()
        assert body is not None
        body.log.log(level, text)

    def _is_of_element(self, file: str) -> bool:
        body = self._body.get()
        return body is not None and body.is_of_element(file)
