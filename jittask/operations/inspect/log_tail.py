"""What a run has printed since the last look, for those who follow it (rule U5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jittask.model import TRANSITIONS, Run
from jittask.operations.inspect.log_lines import LineReader, LogLine
from jittask.operations.naming import find_run

if TYPE_CHECKING:
    from jittask.store import StoreReader


class NewLines(NamedTuple):
    """The lines since the last look, and the run as it is now."""

    lines: tuple[LogLine, ...]
    run: Run
    ended: bool
    """Whether the run has come to its end, so that nothing more will come."""


class LogTail:
    """Reads a run's log piece by piece; ``place`` is how far it has read."""

    def __init__(self, number: int, after: int = 0) -> None:
        """``after``: the ``place`` at which an earlier reader was."""
        self._number = number
        self._reader = LineReader()
        self.place = after

    def look(self, store: StoreReader) -> NewLines:
        """Return what has been added. Raises NotFound for a run that does not exist."""
        run = find_run(store, self._number)  # first: its last output is written with its end
        lines: list[LogLine] = []
        for chunk in store.log(self._number, self.place):
            self.place = chunk.id
            lines += self._reader.lines(chunk)
        ended = not TRANSITIONS[run.status]
        if ended:
            lines += self._reader.rest()
        return NewLines(tuple(lines), run, ended)
