"""The lines of a run's log, made from the pieces that are stored (rule U5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from jittask.run_log import LEVEL_OF_STREAM, LEVELS, NOTE, rank

if TYPE_CHECKING:
    from jittask.store.run_logs import LogChunk

_OLD_LEVEL = re.compile(rf"({'|'.join(LEVELS)}) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that a run printed or logged."""

    attempt: int
    at: datetime
    stream: str
    """``stdout``, ``stderr``, ``log``, or ``note`` for what JitTask says about the log."""
    level: str
    """``debug``, ``info``, ``warning``, ``error`` or ``critical``.

    What is printed to standard output counts as ``info``, to standard error as ``warning``.
    """
    text: str
    """Without its line end."""

    def is_of(self, level: str) -> bool:
        """Whether it is of this level or above; a note is of every level."""
        return self.stream == NOTE or rank(self.level) >= rank(level)


class LineReader:
    """Puts the lines together whose parts are in several pieces."""

    def __init__(self) -> None:
        self._parts: dict[tuple[int, str], LogLine] = {}

    def lines(self, chunk: LogChunk) -> Iterator[LogLine]:
        """Yield the lines that a piece completes."""
        *whole, part = chunk.text.split("\n")
        for text in whole:
            yield self._line(chunk, text)
        if part:
            self._parts[chunk.attempt, chunk.stream] = self._line(chunk, part)

    def rest(self) -> Iterator[LogLine]:
        """Yield the lines whose end has not come."""
        parts, self._parts = self._parts, {}
        yield from parts.values()

    def _line(self, chunk: LogChunk, text: str) -> LogLine:
        before = self._parts.pop((chunk.attempt, chunk.stream), None)
        if before is not None:
            return replace(before, text=before.text + text)
        level = chunk.level or LEVEL_OF_STREAM.get(chunk.stream)
        if level is None:
            found = _OLD_LEVEL.match(text)
            level = found[1].lower() if found else "info"
            text = text[found.end() :] if found else text
        return LogLine(chunk.attempt, chunk.at, chunk.stream, level, text)


def lines_of(chunks: Iterable[LogChunk]) -> Iterator[LogLine]:
    """Yield all lines of a log, in order."""
    reader = LineReader()
    for chunk in chunks:
        yield from reader.lines(chunk)
    yield from reader.rest()
