"""Where the keys and values of a JSON text are: a map from pointers to spans (rule V1)."""

from __future__ import annotations

import json
import re

Pointer = tuple[str | int, ...]
Span = tuple[int, int]

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def spans(text: str) -> dict[Pointer, tuple[Span, Span]]:
    """Map every pointer to the spans of its key and of its value; the text is valid JSON."""
    spans: dict[Pointer, tuple[Span, Span]] = {}
    tokens = [(match.group(), match.span()) for match in TOKEN.finditer(text)]
    at = 0

    def value(pointer: Pointer, key: Span) -> None:
        nonlocal at
        mark, (start, end) = tokens[at]
        at += 1
        if mark == "{":
            while tokens[at][0] != "}":
                name, name_span = tokens[at]
                at += 2  # the key and its colon
                value((*pointer, json.loads(name)), name_span)
                at += tokens[at][0] == ","
            end = tokens[at][1][1]
            at += 1
        elif mark == "[":
            count = 0
            while tokens[at][0] != "]":
                value((*pointer, count), tokens[at][1])
                at += tokens[at][0] == ","
                count += 1
            end = tokens[at][1][1]
            at += 1
        spans[pointer] = (key, (start, end))

    value((), (0, 0))
    return spans


def unescaped_offsets(raw: str) -> list[int]:
    """Return, for each code point of the value and its end, its place in the raw text."""
    offsets = [match.start() for match in re.finditer(r"\\u[0-9a-fA-F]{4}|\\.|[\s\S]", raw)]
    return [*offsets, len(raw)]


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the 1-based line and column of a code point."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1
