"""Finds and words what is wrong with a JSON text, for ``read_json`` (rule V1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise

from jittask.compiler.json_spans import TOKEN, Span

MOST_DEPTH = 200
_BEGINNINGS = '"{[-0123456789tfn'
"""What a key or a value begins with."""
_MOST_DIGITS = 4300
"""Python's own bound (sys.set_int_max_str_digits)."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def too_deep(text: str) -> int | None:
    """Return where the text nests too deep, or None."""
    if text.count("{") + text.count("[") <= MOST_DEPTH:
        return None
    deep = 0
    for match in TOKEN.finditer(text):
        mark = match.group()
        deep += (mark in "{[") - (mark in "}]")
        if deep > MOST_DEPTH:
            return match.start()
    return None


def bad_number(text: str) -> Span:
    """Return the place of the first word that Python reads as a number, and JSON does not."""
    for match in TOKEN.finditer(text):
        word = match.group()
        if word.lstrip("-") in ("NaN", "Infinity") or (word[0] != '"' and len(word) > _MOST_DIGITS):
            return match.span()
    return (0, 1)


def doubled_keys(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield every key that its object has already, and its place."""
    held: list[set[str]] = []
    tokens = list(TOKEN.finditer(text))
    for match, following in pairwise(tokens):
        mark = match.group()
        if mark in "{[":
            held.append(set())
        elif mark in "}]":
            held.pop()
        elif following.group() == ":":
            key = json.loads(mark)
            if key in held[-1]:
                yield key, *match.span()
            held[-1].add(key)


def half_character(text: str) -> Span | None:
    """Return the place of a text with half of a surrogate pair, or None."""
    if not _SURROGATE.search(text):
        return None
    for match in TOKEN.finditer(text):
        if match.group()[0] == '"':
            try:
                json.loads(match.group()).encode()
            except UnicodeEncodeError:
                return match.span()
    return None


def syntax_mistake(error: json.JSONDecodeError, text: str) -> tuple[str, str | None, int, int]:
    """Return the message, a hint, and the place to fix."""
    here = text[error.pos : error.pos + 1]
    before = text[: error.pos].rstrip()
    last = len(before) - 1
    if here in ("}", "]") and before.endswith(","):
        return f"expected another value after the comma, got {here!r}", "remove it", last, last + 1
    if error.msg.startswith("Expecting ',' delimiter") and here and here in _BEGINNINGS:
        return f"expected ',' after this, got {here!r}", "is a comma missing?", last, last + 1
    return (*_words(error, text), error.pos, error.pos + 1)


def _words(error: json.JSONDecodeError, text: str) -> tuple[str, str | None]:
    here = text[error.pos : error.pos + 1]
    if not text.strip():
        return "the file is empty", "an element's e.json is a JSON object"
    got = f", got {here!r}" if here else ", got the end of the file"
    if here in ("/", "#"):
        return f"expected a key or a value, got {here!r}", "JSON has no comments"
    if error.msg.startswith("Expecting ',' delimiter"):
        return f"expected ',' or the end{got}", None
    if error.msg.startswith("Expecting property name"):
        return f"expected a key in double quotes{got}", "JSON keys are written in double quotes"
    if error.msg.startswith("Invalid control character"):
        return "a line break or control character inside a text", 'write it as \\n, or close the "'
    if here == "'":
        return "expected a value, got a single quote", "JSON text is written in double quotes"
    return f"not JSON: {error.msg[0].lower()}{error.msg[1:]}{got}", None
