"""JSON files of a tree: read once, positions looked up only where there is a finding (V1)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from jittask.diagnostics import Diagnostic, Location, Severity

Pointer = tuple[str | int, ...]
Span = tuple[int, int]

MOST_BYTES = 4_000_000
"""A larger file of a tree is a mistake, not an element."""

_MOST_DEPTH = 200
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class _Duplicate(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Source:
    """A JSON file's text and what it says."""

    file: str
    """Posix path relative to the tree."""
    text: str
    data: Any = field(compare=False)

    def value(self, pointer: Pointer) -> Location:
        """Return where the value at ``pointer`` stands, or the nearest thing that holds it."""
        return self._place(pointer, 1)

    def key(self, pointer: Pointer) -> Location:
        """Return where the key of ``pointer`` stands."""
        return self._place(pointer, 0)

    def inside(self, pointer: Pointer, start: int, end: int) -> Location:
        """Return where a part of the text at ``pointer`` stands, by code points of its value."""
        first, last = self._spans.get(pointer, ((0, 0), (0, 0)))[1]
        raw = self.text[first + 1 : last - 1]
        offsets = _unescaped_offsets(raw)
        low, high = (offsets[min(at, len(offsets) - 1)] for at in (start, end))
        return self._location(first + 1 + low, first + 1 + max(high, low + 1), pointer)

    def _place(self, pointer: Pointer, which: int) -> Location:
        while pointer and pointer not in self._spans:
            pointer, which = pointer[:-1], 0 if len(pointer) > 1 else 1
        if pointer not in self._spans:
            return Location(self.file, pointer="")
        start, end = self._spans[pointer][which]
        if which == 1 and self.text[start : start + 1] in ("{", "["):
            end = start + 1
        return self._location(start, end, pointer)

    def _location(self, start: int, end: int, pointer: Pointer) -> Location:
        line, column = line_and_column(self.text, start)
        end_line, end_column = line_and_column(self.text, end)
        written = "".join("/" + _escaped(part) for part in pointer)
        return Location(self.file, line, column, end_line, end_column, written)

    @cached_property
    def _spans(self) -> dict[Pointer, tuple[Span, Span]]:
        return _spans(self.text)


def read_json(root: Path, file: str, element: str | None) -> Source | Diagnostic:
    """Read a JSON file of the tree; what is wrong with it is a diagnostic, never an exception."""

    def wrong(code: str, message: str, hint: str | None = None, at: int = 0) -> Diagnostic:
        line, column = line_and_column(text, at)
        place = Location(file, line, column, line, column + 1)
        return Diagnostic(code, Severity.ERROR, message, place, hint, element)

    text = ""
    try:
        path = root / file
        if path.stat().st_size > MOST_BYTES:
            return wrong("file-too-large", f"expected at most {MOST_BYTES:,} bytes")
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        if _depth(text) > _MOST_DEPTH:
            return wrong("bad-json", f"nested more than {_MOST_DEPTH} deep")
        return Source(file, text, _loads(text))
    except OSError as error:
        return wrong("file-unreadable", f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        return wrong("not-utf8", f"byte {error.start} is not UTF-8", "save the file as UTF-8")
    except _Duplicate as error:
        at = [match.start() for match in re.finditer(re.escape(json.dumps(error.key)), text)]
        message = f"the key {error.key!r} stands twice in one object"
        return wrong("duplicate-key", message, "keep one of them", at[-1] if at else 0)
    except json.JSONDecodeError as error:
        return wrong("bad-json", *_json_words(error, text), error.pos)
    except ValueError as error:
        return wrong("bad-json", str(error))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the 1-based line and column of a code point."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def _loads(text: str) -> Any:
    def pairs(items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            names = [key for key, _ in items]
            raise _Duplicate(next(key for key in names if names.count(key) > 1))
        return found

    def constant(name: str) -> None:
        raise ValueError(f"{name} is not JSON")

    return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)


def _depth(text: str) -> int:
    """Return how deep the text nests; 0 where it cannot be too deep."""
    if text.count("{") + text.count("[") <= _MOST_DEPTH:
        return 0
    deep = deepest = 0
    for match in _TOKEN.finditer(text):
        mark = match.group()
        deep += (mark in "{[") - (mark in "}]")
        deepest = max(deepest, deep)
    return deepest


def _json_words(error: json.JSONDecodeError, text: str) -> tuple[str, str | None]:
    here = text[error.pos : error.pos + 1]
    before = text[: error.pos].rstrip()
    if here in ("}", "]") and before.endswith(","):
        return f"expected another value before {here!r}", "remove the comma before it"
    if not text.strip():
        return "the file is empty", "an element's e.json is a JSON object"
    got = f", got {here!r}" if here else ", got the end of the file"
    if error.msg.startswith("Expecting ',' delimiter"):
        return f"expected ',' or the end of the object{got}", "is a comma missing before it?"
    if error.msg.startswith("Expecting property name"):
        return f"expected a key in double quotes{got}", "JSON keys stand in double quotes"
    if here == "'":
        return "expected a value, got a single quote", "JSON text stands in double quotes"
    return f"not JSON: {error.msg[0].lower()}{error.msg[1:]}{got}", None


def _spans(text: str) -> dict[Pointer, tuple[Span, Span]]:
    """Map every pointer to the spans of its key and of its value; the text is valid JSON."""
    spans: dict[Pointer, tuple[Span, Span]] = {}
    tokens = [(match.group(), match.span()) for match in _TOKEN.finditer(text)]
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


def _unescaped_offsets(raw: str) -> list[int]:
    """Return, for each code point of the value and its end, where it stands in the raw text."""
    offsets = [match.start() for match in re.finditer(r"\\u[0-9a-fA-F]{4}|\\.|[\s\S]", raw)]
    return [*offsets, len(raw)]


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
