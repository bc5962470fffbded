"""What Celery and kombu log as errors, as events: each kind once, and as what it is (rule R12)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from jittask.clock import Clock
from jittask.drivers import first_line
from jittask.runtime.events import Event, Trouble

_LOGGERS = ("celery", "kombu")


class CeleryLog(logging.Handler):
    """Takes their errors while it is open; nothing of them goes to stderr."""

    def __init__(self, clock: Clock, emit: Callable[[Event], None]) -> None:
        super().__init__(logging.ERROR)
        self._clock = clock
        self._report = emit
        self._reported: set[str] = set()

    def open(self) -> None:
        """Take what they log from now on."""
        for name in _LOGGERS:
            logging.getLogger(name).addHandler(self)
            logging.getLogger(name).propagate = False

    def close(self) -> None:
        """Take nothing more."""
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(self)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Report an error, unless one with the same template was reported."""
        if str(record.msg) not in self._reported:
            self._reported.add(str(record.msg))
            text = f"Celery reports: {first_line(RuntimeError(record.getMessage()))}"
            self._report(Trouble(self._clock.now(), "celery-error", text))
