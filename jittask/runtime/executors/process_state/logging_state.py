"""How logging is configured: every logger, the handlers of the root, and what is disabled."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

_VALUES = attrgetter("level", "propagate", "disabled")
_DEFAULT = ((logging.NOTSET, True, False), (), ())


@dataclass(frozen=True, slots=True)
class LoggingBefore:
    """The loggers by name, and the handlers of the root with what they let through."""

    loggers: dict[str, tuple[Any, ...]]
    known: list[logging.Logger]
    """The loggers themselves, in the same order."""
    handlers: list[tuple[logging.Handler, tuple[Any, ...]]]
    disabled_below: int


class Logging:
    """A logger that a body has made or configured is as before, without its handlers.

    The root is the logger with the name ``""``.
    """

    name = "the configuration of logging"

    def take(self) -> LoggingBefore:
        """Return every logger's values."""
        loggers = _loggers()
        return LoggingBefore(
            {name: _values(logger) for name, logger in loggers.items()},
            list(loggers.values()),
            [(handler, _passes(handler)) for handler in logging.root.handlers],
            logging.root.manager.disable,
        )

    def differs(self, before: LoggingBefore) -> bool:
        """Whether a logger, or a handler of the root, has other values."""
        if logging.root.manager.disable != before.disabled_below:
            return True
        if list(map(_values, before.known)) != list(before.loggers.values()):
            return True
        if any(_passes(handler) != values for handler, values in before.handlers):
            return True
        loggers = _loggers()
        return len(loggers) != len(before.known) and any(
            _values(logger) != _DEFAULT
            for name, logger in loggers.items()
            if name not in before.loggers
        )

    def put_back(self, before: LoggingBefore) -> str | None:
        """Configure the loggers as they were."""
        for name, logger in _loggers().items():
            (level, propagate, disabled), handlers, filters = before.loggers.get(name, _DEFAULT)
            logger.handlers[:], logger.filters[:] = handlers, filters
            logger.propagate, logger.disabled = propagate, disabled
            logger.setLevel(level)
        for handler, (level, formatter, filters) in before.handlers:
            handler.setLevel(level)
            handler.setFormatter(formatter)
            handler.filters[:] = filters
        logging.disable(before.disabled_below)
        return None


def _loggers() -> dict[str, logging.Logger]:
    made = logging.root.manager.loggerDict
    return {"": logging.root} | {
        name: logger for name, logger in made.items() if isinstance(logger, logging.Logger)
    }


def _values(logger: logging.Logger) -> tuple[Any, ...]:
    return _VALUES(logger), tuple(logger.handlers), tuple(logger.filters)


def _passes(handler: logging.Handler) -> tuple[Any, ...]:
    return handler.level, handler.formatter, tuple(handler.filters)
