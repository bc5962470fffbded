"""The words of a run's log: streams, levels, and pieces of it (rule U5)."""

from __future__ import annotations

import logging
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime

LEVELS = ("debug", "info", "warning", "error", "critical")
"""The levels of a log, the least important first."""
LEVEL_OF_STREAM = {"stdout": "info", "stderr": "warning"}
"""With which level what is printed compares."""
NOTE = "note"
"""The stream of what JitTask says in a log about the log itself; shown at every level."""
_NUMBERS = [logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL]


@dataclass(frozen=True, slots=True)
class LogPiece:
    """Lines of one stream and level that came at the same instant."""

    at: datetime
    stream: str
    """``stdout``, ``stderr``, ``log`` or ``note``."""
    level: str
    """One of ``LEVELS``."""
    text: str
    """Whole lines; only the last one that a body printed may lack its line end."""


def level_of(number: int) -> str:
    """Return the level of a number of the ``logging`` module: the one at or below it."""
    return LEVELS[bisect_right(_NUMBERS, number)]


def rank(level: str) -> int:
    """Return the place of a level in ``LEVELS``."""
    return LEVELS.index(level)
