"""The logs of a worker process: whose body prints and logs now (rules R6, U5)."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jittask.clock import Clock
from jittask.masking import Mask
from jittask.run_log import LogPiece
from jittask.runtime.executors.attempt_log import AttemptLog
from jittask.runtime.executors.body_logging import LogHandler, show_warnings
from jittask.runtime.executors.protocol import Assignment, Output
from jittask.runtime.executors.worker_output import OutputCapture

_PATIENCE = 0.05  # seconds


class WorkerLog:
    """Gives what is printed and logged in this process to the attempt whose body runs."""

    def __init__(self, send: Callable[[Output], None], clock: Clock) -> None:
        self._send = send
        self._clock = clock
        self._mask = Mask()
        self._folders: set[str] = set()
        self._attempt: AttemptLog | None = None
        self._early: dict[Path, list[LogPiece]] = {}
        """What was printed when a bundle was loaded before any run of it."""
        self._forked = False
        os.register_at_fork(after_in_child=self._in_fork)
        self._capture = OutputCapture(self._print, clock, self._next_send, self._send_due)
        handler = LogHandler(self._log, self._is_of_element)
        root = logging.getLogger()
        root.handlers[:] = [handler]
        root.setLevel(logging.DEBUG)
        show_warnings(self._warn)

    def add_bundle(self, folders: tuple[Path, ...], mask: Mask) -> None:
        """Know the code and the secrets of a bundle from now on."""
        self._folders.update(f"{folder}{os.sep}" for folder in folders)
        self._mask |= mask

    @contextmanager
    def attempt(self, assignment: Assignment, bundle: Path) -> Iterator[None]:
        """Give what the code inside prints and logs to an attempt."""
        run, token, number = assignment.run, assignment.token, assignment.attempt

        def send(pieces: tuple[LogPiece, ...], ending: bool) -> None:
            self._send(Output(run, token, number, pieces, ending))

        attempt = self._new(send)
        for piece in self._early.pop(bundle, ()):
            attempt.take(piece)
        with self._current(attempt):
            yield

    @contextmanager
    def load(self, bundle: Path) -> Iterator[None]:
        """Keep what the code inside prints and logs for the first run of a bundle."""
        first: list[LogPiece] = []
        last: list[LogPiece] = []

        def keep(pieces: tuple[LogPiece, ...], ending: bool) -> None:
            if ending:
                last[:] = pieces
            else:
                first.extend(pieces)

        with self._current(self._new(keep)):
            yield
        if first or last:
            self._early[bundle] = [*first, *last]

    def say(self, level: str, text: str) -> None:
        """Add a line of ours to the log of the attempt whose body runs."""
        self._log(level, text)

    def drain(self) -> None:
        """Take all that has been printed so far."""
        self._capture.drain()

    def _new(self, send: Callable[[tuple[LogPiece, ...], bool], None]) -> AttemptLog:
        return AttemptLog(
            send, self._clock, self._mask, patience=_PATIENCE, waits=self._capture.wake
        )

    @contextmanager
    def _current(self, attempt: AttemptLog) -> Iterator[None]:
        self._attempt = attempt
        try:
            yield
        finally:
            self._capture.drain()
            self._attempt = None
            attempt.end()

    def _print(self, stream: str, text: str) -> None:
        attempt = self._attempt
        if attempt is not None:
            attempt.write(stream, text)

    def _log(self, level: str, text: str) -> None:
        if self._forked:  # the connection, and the log, are the parent's
            os.write(2, f"{level.upper()} {text}\n".encode(errors="replace"))
            return
        self._capture.drain()  # so that the order is kept
        attempt = self._attempt
        if attempt is not None:
            attempt.log(level, text)

    def _warn(self, level: str, text: str) -> bool:
        self._log(level, text)
        return True

    def _is_of_element(self, file: str) -> bool:
        return any(file.startswith(folder) for folder in self._folders)

    def _next_send(self) -> float | None:
        attempt = self._attempt
        return None if attempt is None else attempt.next_send()

    def _send_due(self) -> None:
        attempt = self._attempt
        if attempt is not None:
            attempt.send_due()

    def _in_fork(self) -> None:
        self._forked = True
