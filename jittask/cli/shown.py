"""How values are shown: instants, rows, diagnostics with their line and a caret (rule V1)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from jittask.diagnostics import Diagnostic

_MOST_SHOWN = 150
"""Characters of a line of source."""


def local(instant: datetime | None, zone: ZoneInfo, *, seconds: bool = True) -> str:
    """Return an instant as wall time in a zone, for people."""
    if instant is None:
        return "–"
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """Return the time of day of an instant."""
    return instant.astimezone(zone).strftime("%H:%M:%S")


def iso(instant: datetime | None) -> str | None:
    """Return an instant for programs: UTC with offset."""
    return None if instant is None else instant.astimezone(UTC).isoformat()


def duration(seconds: float | None) -> str:
    """Return a duration for people."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.0f} min"


def to_json(value: Any) -> str:
    """Return JSON for programs, in lines."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def diagnostic_data(one: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic as section 10 has it."""
    place = one.location
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        "hint": one.hint,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "pointer": place.pointer,
        "element": one.element,
    }


class SourceLines:
    """Lines of a tree's files; the last file is kept, for findings come file by file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file = ""
        self._lines: list[str] = []

    def line(self, file: str, number: int) -> str | None:
        """Return a line by its number from 1, or None where it cannot be had."""
        if file != self._file:
            self._file, self._lines = file, self._read(file)
        return self._lines[number - 1] if number <= len(self._lines) else None

    def _read(self, file: str) -> list[str]:
        try:
            text = (self._root / file).read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            return []
        return text.split("\n")


def diagnostic_lines(one: Diagnostic, sources: SourceLines) -> Iterator[str]:
    """Yield a diagnostic's lines: place and message, the source with a caret, the hint."""
    place = one.location
    colour = "red" if one.is_error else "yellow"
    yield (
        f"{click.style(f'{place.file}:{place.line}:{place.column}', bold=True)} "
        f"{click.style(str(one.severity), fg=colour, bold=True)} [{one.code}] {_plain(one.message)}"
    )
    source, column = _around(sources.line(place.file, place.line) or "", place.column)
    if source.strip():
        before = source[: column - 1]
        length = place.end_column - place.column if place.end_line == place.line else 1
        under = source[column - 1 : column - 1 + max(length, 1)]
        gap = "".join("\t" if char == "\t" else " " * _width(char) for char in before)
        carets = "^" * max(sum(map(_width, under)), 1)
        number = f"{place.line:>5}"
        yield f"{number} | {source}"
        yield f"{' ' * len(number)} | {gap}{click.style(carets, fg=colour)}"
    if one.hint:
        yield f"        {click.style('hint:', fg='cyan')} {_plain(one.hint)}"


def _around(line: str, column: int) -> tuple[str, int]:
    """Return a line, or what is around a column of a long one, and where the column is in it."""
    if len(line) <= _MOST_SHOWN:
        return _plain(line), column
    start = max(min(column - 1 - _MOST_SHOWN // 3, len(line) - _MOST_SHOWN), 0)
    end = start + _MOST_SHOWN
    left, right = "…" if start else "", "…" if end < len(line) else ""
    return f"{left}{_plain(line[start:end])}{right}", column - start + len(left)


def _plain(text: str) -> str:
    """Return text that cannot steer a terminal: what does not print is shown as that."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\t" else "�" for char in text)


def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
