"""Turns what bodies log, and the warnings that they cause, into lines of their log (rule U5).

Kept is all that element code logs. Of other code, what is a warning or worse;
a library's logger whose level element code has set is kept by that level.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import TextIO

from jittask.prelude.context import log as task_log
from jittask.run_log import level_of

Log = Callable[[str, str], None]
"""Takes a level and a text of one line or several."""


class LogHandler(logging.Handler):
    """Gives what a body logs to ``take``; ``is_of_element`` knows its code by the file."""

    def __init__(self, take: Log, is_of_element: Callable[[str], bool]) -> None:
        super().__init__()
        self._take = take
        self._is_of_element = is_of_element
        task_log.setLevel(logging.DEBUG)
        self.addFilter(self._keeps)

    def _keeps(self, record: logging.LogRecord) -> bool:
        """Keep what is a warning or worse, of element code, or of a logger with a level."""
        return (
            record.levelno >= logging.WARNING
            or _has_level(record.name)
            or self._is_of_element(record.pathname)
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the line on; one that cannot be formatted is not an error of the body."""
        try:
            self._take(level_of(record.levelno), self.format(record))
        except Exception:
            self.handleError(record)


def _has_level(name: str) -> bool:
    """Whether a logger, or one above it but the root, has a level."""
    logger: logging.Logger | None = logging.getLogger(name)
    while logger is not None and logger.parent is not None:
        if logger.level:
            return True
        logger = logger.parent
    return False


def show_warnings(take: Callable[[str, str], bool]) -> Callable[[], None]:
    """Give warnings to ``take``, as a level and a text; return what ends that.

    ``take`` returns False for a warning that is of no body: it is shown as before.
    """
    before = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        text = f"{filename}:{lineno}: {category.__name__}: {message}"
        if file is not None or not take("warning", text):
            before(message, category, filename, lineno, file, line)

    def restore() -> None:
        if warnings.showwarning is show:
            warnings.showwarning = before

    warnings.showwarning = show
    return restore


class _NoWarning(Warning):
    """Nothing warns with it."""


def show_warnings_again() -> None:
    """Have each place that warns do so again, once: what it did in earlier runs is forgotten."""
    warnings.simplefilter("default", _NoWarning, append=True)  # any change of the filters does it
