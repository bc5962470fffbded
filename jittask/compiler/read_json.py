"""Reads JSON files of a tree, stricter than Python: each mistake has its place (rule V1)."""

from __future__ import annotations

import codecs
import json
from collections.abc import Sequence
from typing import Any

from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.json_mistakes import (
    MOST_DEPTH,
    bad_number,
    doubled_keys,
    half_character,
    syntax_mistake,
    too_deep,
)
from jittask.compiler.json_spans import line_and_column
from jittask.compiler.read_file import read_or_report
from jittask.compiler.source import Source
from jittask.diagnostics import Location


def read_json(files: Files, file: str, findings: Findings) -> Source | None:
    """Read a JSON file; None where it says nothing, with the reason among the findings."""
    text = _text(files, file, findings)
    if text is None:
        return None

    def wrong(code: str, message: str, hint: str | None, start: int, end: int) -> None:
        findings.add(code, _location(file, text, start, end), message, hint)

    if (deep := too_deep(text)) is not None:
        message = f"nested more than {MOST_DEPTH} deep"
        wrong("bad-json", message, "element files are flat", deep, deep + 1)
        return None
    try:
        data = _STRICT.decode(text)
    except _DoubledKey:
        data = json.loads(text, parse_constant=_refuse)
        for key, start, end in doubled_keys(text):
            message = f"the object has the key {key!r} twice"
            wrong("duplicate-key", message, "keep one of them", start, end)
    except json.JSONDecodeError as error:
        wrong("bad-json", *syntax_mistake(error, text))
        return None
    except ValueError as error:  # NaN and its like, or a number of too many digits
        wrong("bad-json", str(error), None, *bad_number(text))
        return None
    if (half := half_character(text)) is not None:
        wrong("bad-json", "half of a surrogate pair is not a character", None, *half)
        return None
    return Source(file, text, data)


def _text(files: Files, file: str, findings: Findings) -> str | None:
    raw = read_or_report(files, file, findings)
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


def _location(file: str, text: str, start: int, end: int) -> Location:
    line, column = line_and_column(text, start)
    return Location(file, line, column, *line_and_column(text, end))


class _DoubledKey(Exception):
    """An object has a key twice."""


def _pairs(items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) < len(items):
        raise _DoubledKey
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_refuse)
