"""Values as text for people, and JSON for programs: instants, durations, cells."""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


def local(instant: datetime | None, zone: ZoneInfo, *, seconds: bool = True) -> str:
    """Return an instant as wall time in a zone, for people."""
    if instant is None:
        return "–"
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """Return the time of day of an instant."""
    return instant.astimezone(zone).strftime("%H:%M:%S")


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


def printable(text: str) -> str:
    """Return text that cannot steer a terminal: a character that does not print becomes �."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\t" else "�" for char in text)


def one_line(text: str) -> str:
    """Return a text that people or rows have given, in one line that cannot steer a terminal."""
    return printable(" ".join(text.split()))


def char_cells(char: str) -> int:
    """Return how many cells of a terminal a character takes."""
    if unicodedata.east_asian_width(char) in "WF":
        return 2
    return 0 if unicodedata.combining(char) else 1
