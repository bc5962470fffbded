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
    """Reads a run's log piece by piece; ``read`` is how many lines it has read."""

    def __init__(self, number: int, after: int = 0) -> None:
        """``after`` is how many lines an earlier reader has had: they are left out."""
        self._number = number
        self._reader = LineReader()
        self._after = after
        self._piece = 0
        self.read = 0

    def look(self, store: StoreReader) -> NewLines:
        """Return what has been added. Raises NotFound for a run that does not exist."""
        run = find_run(store, self._number)  # first: its last output is written with its end
        lines: list[LogLine] = []
        for chunk in store.log(self._number, self._piece):
            self._piece = chunk.id
            lines += self._reader.lines(chunk)
        ended = not TRANSITIONS[run.status]
        if ended:
            lines += self._reader.rest()
        new = lines[max(0, self._after - self.read) :]
        self.read += len(lines)
        return NewLines(tuple(new), run, ended)
