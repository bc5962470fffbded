"""JSON files of a tree: read once, positions looked up only where there is a finding (V1)."""

from __future__ import annotations

import codecs
import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from jittask.compiler.files import Files, read_or_tell
from jittask.compiler.findings import Findings
from jittask.diagnostics import Location

Pointer = tuple[str | int, ...]
Span = tuple[int, int]

_MOST_DEPTH = 200
_BEGINNINGS = '"{[-0123456789tfn'
"""What a key or a value begins with."""
_MOST_DIGITS = 4300
"""Python's own bound (sys.set_int_max_str_digits)."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


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

    def without_mistakes(self, findings: Findings) -> Source:
        """Return the file without the values that the findings tell of, to be read further."""
        places = (one.location for one in findings.found if one.is_error)
        wrong = {one.pointer for one in places if one.file == self.file and one.pointer}
        return replace(self, data=_without(self.data, wrong, "")) if wrong else self

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
        written = "".join("/" + _escaped(part) for part in pointer)
        line, column = self._line_and_column(start)
        return Location(self.file, line, column, *self._line_and_column(end), written)

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _spans(self) -> dict[Pointer, tuple[Span, Span]]:
        return spans(self.text)


def read_json(files: Files, file: str, findings: Findings) -> Source | None:
    """Read a JSON file; None where it says nothing, with the reason among the findings."""
    text = _text(files, file, findings)
    if text is None:
        return None

    def wrong(code: str, message: str, hint: str | None, start: int, end: int) -> None:
        findings.add(code, _location(file, text, start, end), message, hint)

    if (deep := _too_deep(text)) is not None:
        message = f"nested more than {_MOST_DEPTH} deep"
        wrong("bad-json", message, "element files are flat", deep, deep + 1)
        return None
    try:
        data = _STRICT.decode(text)
    except _DoubledKey:
        data = json.loads(text, parse_constant=_refuse)
        for key, start, end in _doubled_keys(text):
            message = f"the key {key!r} stands twice in one object"
            wrong("duplicate-key", message, "keep one of them", start, end)
    except json.JSONDecodeError as error:
        wrong("bad-json", *_json_mistake(error, text))
        return None
    except ValueError as error:  # NaN and its like, or a number of too many digits
        wrong("bad-json", str(error), None, *_no_number(text))
        return None
    if (half := _half_character(text)) is not None:
        wrong("bad-json", "half of a surrogate pair is no character", None, *half)
        return None
    return Source(file, text, data)


def _text(files: Files, file: str, findings: Findings) -> str | None:
    raw = read_or_tell(files, file, findings)
    if raw is None:
        return None
    raw = raw.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        line, column = line_and_column(before, len(before))
        findings.add(
            "not-utf8",
            Location(file, line, column, line, column + 1),
            f"byte 0x{raw[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
        )
        return None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the 1-based line and column of a code point."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def _location(file: str, text: str, start: int, end: int) -> Location:
    line, column = line_and_column(text, start)
    return Location(file, line, column, *line_and_column(text, end))


class _DoubledKey(Exception):
    """A key stands twice in an object."""


def _pairs(items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) < len(items):
        raise _DoubledKey
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_refuse)


def _too_deep(text: str) -> int | None:
    """Return where the text nests too deep, or None."""
    if text.count("{") + text.count("[") <= _MOST_DEPTH:
        return None
    deep = 0
    for match in _TOKEN.finditer(text):
        mark = match.group()
        deep += (mark in "{[") - (mark in "}]")
        if deep > _MOST_DEPTH:
            return match.start()
    return None


def _no_number(text: str) -> Span:
    """Return where the first word stands that Python reads as a number, and JSON does not."""
    for match in _TOKEN.finditer(text):
        word = match.group()
        if word.lstrip("-") in ("NaN", "Infinity") or (word[0] != '"' and len(word) > _MOST_DIGITS):
            return match.span()
    return (0, 1)


def _doubled_keys(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield every key that its object has already, and where it stands."""
    held: list[set[str]] = []
    tokens = list(_TOKEN.finditer(text))
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


def _half_character(text: str) -> Span | None:
    if not _SURROGATE.search(text):
        return None
    for match in _TOKEN.finditer(text):
        if match.group()[0] == '"':
            try:
                json.loads(match.group()).encode()
            except UnicodeEncodeError:
                return match.span()
    return None


def _json_mistake(error: json.JSONDecodeError, text: str) -> tuple[str, str | None, int, int]:
    """Return what to say, a hint, and where it is to be mended."""
    here = text[error.pos : error.pos + 1]
    before = text[: error.pos].rstrip()
    last = len(before) - 1
    if here in ("}", "]") and before.endswith(","):
        return f"expected another value after the comma, got {here!r}", "remove it", last, last + 1
    if error.msg.startswith("Expecting ',' delimiter") and here and here in _BEGINNINGS:
        return f"expected ',' after this, got {here!r}", "is a comma missing?", last, last + 1
    return (*_json_words(error, text), error.pos, error.pos + 1)


def _json_words(error: json.JSONDecodeError, text: str) -> tuple[str, str | None]:
    here = text[error.pos : error.pos + 1]
    if not text.strip():
        return "the file is empty", "an element's e.json is a JSON object"
    got = f", got {here!r}" if here else ", got the end of the file"
    if here in ("/", "#"):
        return f"expected a key or a value, got {here!r}", "JSON has no comments"
    if error.msg.startswith("Expecting ',' delimiter"):
        return f"expected ',' or the end{got}", None
    if error.msg.startswith("Expecting property name"):
        return f"expected a key in double quotes{got}", "JSON keys stand in double quotes"
    if error.msg.startswith("Invalid control character"):
        return "a line break or control character inside a text", 'write it as \\n, or close the "'
    if here == "'":
        return "expected a value, got a single quote", "JSON text stands in double quotes"
    return f"not JSON: {error.msg[0].lower()}{error.msg[1:]}{got}", None


def spans(text: str) -> dict[Pointer, tuple[Span, Span]]:
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


def _without(data: Any, wrong: Collection[str], pointer: str) -> Any:
    """Return data without the values at these pointers; a list is sound, or is left out."""
    if not isinstance(data, dict):
        return data
    places = ((key, value, f"{pointer}/{_escaped(key)}") for key, value in data.items())
    return {
        key: _without(value, wrong, place)
        for key, value, place in places
        if place not in wrong
        and not (isinstance(value, list) and any(one.startswith(f"{place}/") for one in wrong))
    }


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
