"""A diagnostic as text: its place, the line with a caret, the hint (rule V1)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from jittask.cli.formatting import char_cells, printable
from jittask.diagnostics import Diagnostic
from jittask.masking import starred

_MOST_SHOWN = 150
"""Characters of a line of source."""


class SourceLines:
    """Lines of a tree's files, without their secrets.

    The last file is cached, because diagnostics come file by file.
    """

    def __init__(self, root: Path, here: Path | None = None) -> None:
        """Read files of ``root``; paths are shown from ``here``, or else from the tree."""
        self._root = root
        self._here = here
        self._file = ""
        self._lines: list[str] = []

    def line(self, file: str, number: int) -> str | None:
        """Return a line by its number from 1, or None where the file does not have it."""
        if file != self._file:
            self._file, self._lines = file, self._read(file)
        return self._lines[number - 1] if number <= len(self._lines) else None

    def path(self, file: str) -> str:
        """Return the path that is shown; one that leads far away is shown as absolute."""
        if self._here is None:
            return file
        absolute = str(self._root / file)
        return min(os.path.relpath(absolute, self._here), absolute, key=len)

    def _read(self, file: str) -> list[str]:
        try:
            text = (self._root / file).read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            return []
        return list(map(starred, text.split("\n")))


def diagnostic_lines(diagnostic: Diagnostic, sources: SourceLines) -> Iterator[str]:
    """Yield a diagnostic's lines: place and message, the source with a caret, the hint."""
    place = diagnostic.location
    colour = "red" if diagnostic.is_error else "yellow"
    where = click.style(f"{sources.path(place.file)}:{place.line}:{place.column}", bold=True)
    severity = click.style(str(diagnostic.severity), fg=colour, bold=True)
    yield f"{where} {severity} [{diagnostic.code}] {printable(diagnostic.message)}"
    source, column = _around(sources.line(place.file, place.line) or "", place.column)
    if source.strip():
        before = source[: column - 1]
        length = place.end_column - place.column if place.end_line == place.line else 1
        under = source[column - 1 : column - 1 + max(length, 1)]
        gap = "".join("\t" if char == "\t" else " " * char_cells(char) for char in before)
        carets = "^" * max(sum(map(char_cells, under)), 1)
        number = f"{place.line:>5}"
        yield f"{number} | {source}"
        yield f"{' ' * len(number)} | {gap}{click.style(carets, fg=colour)}"
    if diagnostic.hint:
        yield f"        {click.style('hint:', fg='cyan')} {printable(diagnostic.hint)}"


def _around(line: str, column: int) -> tuple[str, int]:
    """Return a line, or what is around a column of a long one, and where the column is in it."""
    if len(line) <= _MOST_SHOWN:
        return printable(line), column
    start = max(min(column - 1 - _MOST_SHOWN // 3, len(line) - _MOST_SHOWN), 0)
    end = start + _MOST_SHOWN
    left, right = "…" if start else "", "…" if end < len(line) else ""
    return f"{left}{printable(line[start:end])}{right}", column - start + len(left)
