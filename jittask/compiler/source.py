"""A JSON file of a tree: what it says, and the places of its keys and values (rule V1)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from jittask.compiler.findings import Findings
from jittask.compiler.json_spans import Pointer, Span, spans, unescaped_offsets
from jittask.diagnostics import Location


@dataclass(frozen=True)
class Source:
    """A JSON file's text and what it says."""

    file: str
    """Posix path relative to the tree."""
    text: str
    data: Any = field(compare=False)

    def value(self, pointer: Pointer) -> Location:
        """Return the place of the value at ``pointer``, or of the nearest thing that holds it."""
        return self._place(pointer, 1)

    def key(self, pointer: Pointer) -> Location:
        """Return the place of the key of ``pointer``."""
        return self._place(pointer, 0)

    def inside(self, pointer: Pointer, start: int, end: int) -> Location:
        """Return the place of a part of the text at ``pointer``, by code points of its value."""
        first, last = self._spans.get(pointer, ((0, 0), (0, 0)))[1]
        raw = self.text[first + 1 : last - 1]
        offsets = unescaped_offsets(raw)
        low, high = (offsets[min(at, len(offsets) - 1)] for at in (start, end))
        return self._location(first + 1 + low, first + 1 + max(high, low + 1), pointer)

    def without_mistakes(self, findings: Findings) -> Source:
        """Return the file without the values that the findings are about."""
        places = (finding.location for finding in findings.found if finding.is_error)
        wrong = {place.pointer for place in places if place.file == self.file and place.pointer}
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


def _without(data: Any, wrong: Collection[str], pointer: str) -> Any:
    """Return data without the values at these pointers; a list with one is left out whole."""
    if not isinstance(data, dict):
        return data
    places = ((key, value, f"{pointer}/{_escaped(key)}") for key, value in data.items())
    return {
        key: _without(value, wrong, place)
        for key, value, place in places
        if place not in wrong
        and not (
            isinstance(value, list) and any(pointer.startswith(f"{place}/") for pointer in wrong)
        )
    }


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
