"""Keeps the beginning and the end of a line that is too long, and notes what is cut between."""

from __future__ import annotations

from jittask.masking import Mask
from jittask.runtime.executors.protocol import LINE_LIMIT

_HALF = LINE_LIMIT // 2 - 32  # the note is shorter than what is left


class UnfinishedLine:
    """A line that grows; of a very long one, only its beginning and its end are held."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._part = _HALF + mask.longest
        """Characters of each end; the longest secret more, so that none is cut in two."""
        self._start = ""
        self._parts: list[str] = []
        self._length = self._cut = 0

    def add(self, text: str) -> None:
        """Take what follows in the line."""
        self._parts.append(text)
        self._length += len(text)
        if self._length > 4 * self._part:
            whole = "".join(self._parts)
            if not self._cut:
                self._start, whole = whole[: self._part], whole[self._part :]
            self._cut += len(whole) - self._part
            self._parts = [whole[-self._part :]]
            self._length = self._part

    def finish(self, text: str) -> str:
        """Return the whole line, and what follows in ``text``; begin the next line."""
        if not self._parts:
            return text
        end = text.find("\n") + 1
        self.add(text[:end])
        line = self._line()
        self._clear()
        return line + text[end:]

    def so_far(self) -> str:
        """Return what the line is now, without what may be the start of a secret."""
        line = self._line()
        return self._mask(line[: len(line) - self._mask.unfinished(line)])

    def _line(self) -> str:
        rest = "".join(self._parts)
        return _joined(self._start, rest, self._cut, self._mask) if self._cut else rest

    def _clear(self) -> None:
        self._start = ""
        self._parts = []
        self._length = self._cut = 0


def lines_of(text: str) -> list[str]:
    """Return the lines with their ends; a carriage return ends none."""
    lines = text.split("\n")
    last = lines.pop()
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def shortened(line: str, mask: Mask) -> str:
    """Return a line, without its middle where it is longer than ``LINE_LIMIT``."""
    if len(line) <= LINE_LIMIT:
        return line
    part = _HALF + mask.longest
    return _joined(line[:part], line[part:], 0, mask)


def _joined(start: str, rest: str, cut: int, mask: Mask) -> str:
    """Return both ends of a line, masked before they are cut, and a note of what is between."""
    margin = mask.longest
    cut += len(start) + len(rest) - 2 * _HALF
    if cut <= 0:
        return start + rest
    masked = mask(start)
    beginning = masked[: len(masked) - margin]
    ending = mask(rest[-(_HALF + margin) :])[margin:]
    return f"{beginning} … {cut:,} characters cut … {ending}"
