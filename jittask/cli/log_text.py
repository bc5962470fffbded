"""A line of a run's log as text (rule U5)."""

from __future__ import annotations

import sys
from zoneinfo import ZoneInfo

import click

from jittask.cli.formatting import printable
from jittask.operations.inspect.log_lines import LogLine

_WIDTH = 8  # of the longest level


def line_text(line: LogLine, zone: ZoneInfo) -> str:
    """Return time, level and text; with the date and the offset where no person reads along."""
    at = line.at.astimezone(zone)
    if sys.stdout.isatty():
        time = at.strftime("%H:%M:%S.") + f"{at.microsecond // 1000:03}"
    else:
        time = at.isoformat(timespec="milliseconds")
    level = line.level.upper() if line.stream == "log" else line.stream
    return f"{time} {level:<{_WIDTH}} {_shown(line.text)}".rstrip()


def _shown(text: str) -> str:
    """Return what a terminal would leave of a line, without colours."""
    return printable(click.unstyle(text.rstrip("\r").rpartition("\r")[2]))
