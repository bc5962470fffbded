"""The parentheses around parts of an expression, which Python's syntax tree leaves out."""

from __future__ import annotations

import io
import keyword
import token
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

from jittask.query.expression import Span

_BLANK = {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")


class _Token(NamedTuple):
    text: str
    start: int
    end: int


class Parentheses:
    """Those of one text that Python can parse, and whose lines end in line feeds."""

    def __init__(self, text: str) -> None:
        self._before: dict[int, int] = {}
        """Where a token starts → where the grouping parenthesis just before it does."""
        self._next: dict[int, int] = {}
        """Where a token ends → where the next one starts."""
        self._closes: dict[int, int] = {}
        """Where a parenthesis opens → where the one that closes it starts."""
        opened: list[int] = []
        previous = _Token("", 0, 0)
        grouping = -1
        for found in _tokens(text):
            self._next[previous.end] = found.start
            if grouping == previous.start:
                self._before[found.start] = grouping
            if found.text in _OPENS:
                opened.append(found.start)
                grouping = found.start if found.text == "(" and not _is_value(previous) else -1
            elif found.text in _CLOSES:
                self._closes[opened.pop()] = found.start
            previous = found

    def around(self, span: Span) -> Span:
        """Return a span with all the parentheses that hold just it."""
        while (opening := self._before.get(span.start)) is not None:
            closing = self._closes[opening]
            if self._next.get(span.end) != closing:
                return span
            span = Span(opening, closing + 1)
        return span


def _tokens(text: str) -> Iterator[_Token]:
    """Yield the tokens that mean something, by code points."""
    starts = [0]
    for line in io.StringIO(text):
        starts.append(starts[-1] + len(line))
    for found in tokenize.generate_tokens(io.StringIO(text).readline):
        if found.type not in _BLANK and found.type != token.ENDMARKER:
            (first, start), (last, end) = found.start, found.end
            yield _Token(found.string, starts[first - 1] + start, starts[last - 1] + end)


def _is_value(before: _Token) -> bool:
    """Whether a parenthesis after this token calls something."""
    word = before.text
    return word in _CLOSES or (word.isidentifier() and not keyword.iskeyword(word))
