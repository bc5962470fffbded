"""What one attempt prints and logs: its first part as it comes, its last part at the end (rule U5).

However much a body prints, no more is held than the limits below. Of the first
part, whole lines are sent on as they come. After it, only the last lines are
held, and what they are is sent from time to time, in place of what was sent
before, so that little of them is lost where the process is killed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from jittask.clock import Clock
from jittask.masking import Mask
from jittask.run_log import LEVEL_OF_STREAM, NOTE, LogPiece
from jittask.runtime.executors.long_lines import UnfinishedLine, lines_of, shortened
from jittask.runtime.executors.protocol import LOG_HEAD, LOG_TAIL

ENDING_SECONDS = 1.0
"""How old the last lines that were sent may be while others have come since."""
_SAME_MOMENT = timedelta(milliseconds=1)
_MERGED = 4096  # characters of a piece to which more of the same moment is added

Send = Callable[[tuple[LogPiece, ...], bool], None]
"""Takes pieces, and whether they are the last lines, in place of those that were sent before."""


class AttemptLog:
    """Takes what a body prints and logs, from any of its threads, until ``end``.

    What comes within ``patience`` seconds is sent together, by ``send_due`` at
    the latest; ``waits`` is called when something begins to wait for that.
    """

    def __init__(
        self,
        send: Send,
        clock: Clock,
        mask: Mask,
        *,
        patience: float = 0.0,
        waits: Callable[[], None] = lambda: None,
    ) -> None:
        self._send = send
        self._clock = clock
        self._mask = mask
        self._patience = patience
        self._waits = waits
        self._lock = threading.RLock()  # a finalizer may print while the body does
        self._unfinished = {stream: UnfinishedLine(mask) for stream in LEVEL_OF_STREAM}
        self._head_left = LOG_HEAD
        self._unsent: list[LogPiece] = []
        self._sent_at = float("-inf")
        self._last_lines: _LastLines | None = None
        self._ending_due: float | None = None
        self._part_sent = False
        """Whether the last lines that were sent include one that was not whole."""
        self._waiting = False
        self._over = False

    def write(self, stream: str, text: str) -> None:
        """Take what was printed, cut anywhere."""
        with self._lock:
            if self._over:
                return
            unfinished = self._unfinished[stream]
            end = text.rfind("\n") + 1
            if end:
                self._add(self._printed(stream, unfinished.finish(text[:end])))
            if end < len(text):
                unfinished.add(text[end:])
                self._ending_changed()
            if end and self._part_sent:  # its line has come whole
                self._send_all()
            self._send_or_wait()

    def log(self, level: str, text: str) -> None:
        """Take a line, or several, that were logged."""
        self.take(LogPiece(self._clock.now(), "log", level, f"{text}\n"))

    def take(self, piece: LogPiece) -> None:
        """Take whole lines."""
        with self._lock:
            if not self._over:
                self._add(piece)
                self._send_or_wait()

    def next_send(self) -> float | None:
        """Return when ``send_due`` has something to send; by ``Clock.monotonic``."""
        with self._lock:
            due = [] if self._ending_due is None else [self._ending_due]
            if self._unsent:
                due.append(self._sent_at + self._patience)
            return min(due, default=None)

    def send_due(self) -> None:
        """Send what has waited long enough."""
        with self._lock:
            now = self._clock.monotonic()
            if self._unsent and now >= self._sent_at + self._patience:
                self._send_unsent(now)
            if self._ending_due is not None and now >= self._ending_due:
                self._send_ending()

    def end(self) -> None:
        """Send all that waits; nothing more is taken."""
        with self._lock:  # else a thread of the body could still print in between
            if self._over:
                return
            for stream, unfinished in self._unfinished.items():
                if text := unfinished.finish(""):
                    self._add(self._printed(stream, text))
            self._send_all()
            self._over = True

    def _printed(self, stream: str, text: str) -> LogPiece:
        return LogPiece(self._clock.now(), stream, LEVEL_OF_STREAM[stream], text)

    def _add(self, piece: LogPiece) -> None:
        if self._last_lines is None:
            rest = self._add_to_head(piece)
            if not rest:
                return
            piece = replace(piece, text=rest)
            self._last_lines = _LastLines(self._mask)
        self._last_lines.add(piece)
        self._ending_changed()

    def _add_to_head(self, piece: LogPiece) -> str:
        """Take the lines for which the first part has room; return the others."""
        kept: list[str] = []
        at = 0
        while at < len(piece.text):
            end = piece.text.find("\n", at) + 1 or len(piece.text)
            line = shortened(piece.text[at:end], self._mask)
            if len(line) > self._head_left:
                break
            self._head_left -= len(line)
            kept.append(line)
            at = end
        if kept:
            _append(self._unsent, replace(piece, text=self._mask("".join(kept))))
        return piece.text[at:]

    def _ending_changed(self) -> None:
        if self._ending_due is None:
            self._ending_due = self._clock.monotonic() + ENDING_SECONDS
            self._waits()

    def _send_or_wait(self) -> None:
        if not self._unsent and self._ending_due is None:
            return
        self.send_due()
        if self._unsent and not self._waiting:
            self._waiting = True
            self._waits()

    def _send_all(self) -> None:
        if self._unsent:
            self._send_unsent(self._clock.monotonic())
        if self._last_lines is not None or self._part_sent:
            self._send_ending()

    def _send_unsent(self, now: float) -> None:
        pieces, self._unsent, self._sent_at = tuple(self._unsent), [], now
        self._waiting = False
        self._send(pieces, False)

    def _send_ending(self) -> None:
        self._ending_due, self._part_sent = None, False
        pieces = [] if self._last_lines is None else self._last_lines.pieces()
        for stream, unfinished in self._unfinished.items():
            if text := unfinished.so_far():
                self._part_sent = True
                pieces.append(self._printed(stream, text))
        self._send(tuple(pieces), True)


class _LastLines:
    """The last lines that came, and how much came before them."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._pieces: deque[LogPiece] = deque()
        self._held = 0
        self._cut_characters = self._cut_lines = 0

    def add(self, piece: LogPiece) -> None:
        if len(piece.text) > LOG_TAIL:
            piece = replace(piece, text=_all_shortened(piece.text, self._mask))
        self._held += len(piece.text)
        _append(self._pieces, piece)
        while self._held - len(self._pieces[0].text) >= LOG_TAIL:
            self._cut(self._pieces.popleft().text)
        if self._held > 2 * LOG_TAIL:  # most of it is one piece
            self._trim()

    def pieces(self) -> list[LogPiece]:
        """Return the lines, after a note of how much is cut."""
        self._trim()
        found = [
            replace(piece, text=self._mask(_all_shortened(piece.text, self._mask)))
            for piece in self._pieces
        ]
        if self._cut_characters and found:
            text = (
                f"… {self._cut_characters:,} characters ({self._cut_lines:,} lines) "
                "that came here are not kept …\n"
            )
            found.insert(0, LogPiece(found[0].at, NOTE, "warning", text))
        return found

    def _trim(self) -> None:
        """Cut whole lines, but never the last one of all."""
        surplus = self._held - LOG_TAIL
        if surplus <= 0:
            return
        first = self._pieces.popleft()
        end = first.text.find("\n", surplus - 1) + 1 or len(first.text)
        if end == len(first.text) and not self._pieces:
            end = first.text.rfind("\n", 0, -1) + 1
        self._cut(first.text[:end])
        if end < len(first.text):
            self._pieces.appendleft(replace(first, text=first.text[end:]))

    def _cut(self, text: str) -> None:
        self._held -= len(text)
        self._cut_characters += len(text)
        self._cut_lines += text.count("\n")


def _append(pieces: list[LogPiece] | deque[LogPiece], piece: LogPiece) -> None:
    """Add a piece to the one before where that is of the same stream, level and moment."""
    if pieces and len(pieces[-1].text) < _MERGED:
        last = pieces[-1]
        same = (last.stream, last.level) == (piece.stream, piece.level)
        if same and piece.at - last.at < _SAME_MOMENT:
            pieces[-1] = replace(last, text=last.text + piece.text)
            return
    pieces.append(piece)


def _all_shortened(text: str, mask: Mask) -> str:
    return "".join(shortened(line, mask) for line in lines_of(text))
