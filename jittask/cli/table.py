"""A table of text: cells are never broken, and the last columns give way (rule V5)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from jittask.cli.formatting import char_cells, one_line

_GAP = "  "
_WIDE = 200
"""Cells of a line where stdout is no terminal and COLUMNS is not set."""
_SHORTEST = 12
"""A flexible column with less room than this is left out."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with a colour."""

    text: str
    colour: str | None = None


def table_lines(
    header: Sequence[str],
    rows: Sequence[Sequence[str | Cell]],
    width: int | None = None,
    *,
    flexible: int = 1,
) -> Iterator[str]:
    """Yield the lines of a table with a bold header.

    Where it is wider than ``width`` cells (that of the terminal by default), the
    last ``flexible`` columns give way from the right: each is shortened, or left
    out where hardly any of it would be seen. The others are always whole.
    """
    width = _terminal_width() if width is None else width
    cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    cells = [[Cell(one_line(cell.text), cell.colour) for cell in row] for row in cells]
    head = [Cell(name) for name in header]
    widths = _fitted(
        [max(text_cells(row[n].text) for row in [head, *cells]) for n in range(len(head))],
        width,
        flexible,
    )
    yield click.style(_line(head[: len(widths)], widths), bold=True)
    for row in cells:
        yield _line(row[: len(widths)], widths)


def _fitted(widths: list[int], width: int, flexible: int) -> list[int]:
    """Return the widths of the columns that are shown."""
    for _ in range(flexible):
        room = width - sum(widths[:-1]) - len(_GAP) * (len(widths) - 1)
        if widths[-1] <= room:
            return widths
        if room >= _SHORTEST:
            return [*widths[:-1], room]
        widths = widths[:-1]
    return widths


def text_cells(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return sum(map(char_cells, text))


def shortened(text: str, cells: int) -> str:
    """Return a text that takes at most that many cells, with … where it was cut.

    It is cut between words, unless that would leave less than half of the room used.
    """
    if text_cells(text) <= cells:
        return text
    end, left = 0, cells - 1
    while char_cells(text[end]) <= left:
        left -= char_cells(text[end])
        end += 1
    whole_words = text[: _last_boundary(text, end)]
    shown = whole_words if text_cells(whole_words) * 2 >= cells else text[:end]
    return f"{shown.rstrip()}…"


def _last_boundary(text: str, end: int) -> int:
    """Return where the last word that ends at ``end`` or before it ends: 0 where none does.

    Words end at spaces; a wide character is a word of its own.
    """
    for place in range(end, 0, -1):
        if any(char == " " or char_cells(char) > 1 for char in text[place - 1 : place + 1]):
            return place
    return 0


def _line(row: Sequence[Cell], widths: Sequence[int]) -> str:
    parts = []
    for cell, width in zip(row, widths, strict=True):
        text = shortened(cell.text, width)
        gap = " " * (width - text_cells(text))
        parts.append((click.style(text, fg=cell.colour) if cell.colour else text) + gap)
    return _GAP.join(parts).rstrip()


def _terminal_width() -> int:
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return shutil.get_terminal_size().columns
    return _WIDE
