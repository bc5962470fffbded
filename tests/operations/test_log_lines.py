"""The lines of a log, from pieces of today and of old records (U5)."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jittask.cli.log_text import line_text
from jittask.operations.inspect.log_lines import LineReader, LogLine, lines_of
from jittask.store.run_logs import LogChunk

AT = datetime(2026, 1, 5, 9, 30, 15, 123_456, tzinfo=UTC)
LATER = AT + timedelta(seconds=1)
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_piece_has_lines_and_a_line_may_be_in_two_pieces() -> None:
    chunks = [
        LogChunk(1, AT, "stdout", "a\n\nhal", 1, "info"),
        LogChunk(1, LATER, "log", "m\nn\n", 2, "debug"),
        LogChunk(1, LATER, "stdout", "f\nrest", 3, "info"),
    ]
    assert list(lines_of(chunks)) == [
        LogLine(1, AT, "stdout", "info", "a"),
        LogLine(1, AT, "stdout", "info", ""),
        LogLine(1, LATER, "log", "debug", "m"),
        LogLine(1, LATER, "log", "debug", "n"),
        LogLine(1, AT, "stdout", "info", "half"),
        LogLine(1, LATER, "stdout", "info", "rest"),
    ]


@pytest.mark.parametrize(
    ("stream", "text", "level", "shown"),
    [
        ("log", "WARNING w\n", "warning", "w"),
        ("log", "DEBUG a b\n", "debug", "a b"),
        ("log", "no level\n", "info", "no level"),
        ("stdout", "INFO x\n", "info", "INFO x"),
        ("stderr", "x\n", "warning", "x"),
    ],
)
def test_an_old_record_has_its_level_in_its_text(
    stream: str, text: str, level: str, shown: str
) -> None:
    [line] = lines_of([LogChunk(1, AT, stream, text, 1)])
    assert line == LogLine(1, AT, stream, level, shown)


def test_a_followed_line_comes_when_it_is_whole() -> None:
    reader = LineReader()
    assert list(reader.lines(LogChunk(1, AT, "stdout", "hal", 1, "info"))) == []
    assert [line.text for line in reader.lines(LogChunk(1, AT, "stdout", "f\n", 2))] == ["half"]
    assert list(reader.rest()) == []


@pytest.mark.parametrize(
    ("line", "levels"),
    [
        (LogLine(1, AT, "log", "debug", ""), ["debug"]),
        (LogLine(1, AT, "stdout", "info", ""), ["debug", "info"]),
        (LogLine(1, AT, "stderr", "warning", ""), ["debug", "info", "warning"]),
        (LogLine(1, AT, "note", "warning", ""), ["debug", "info", "warning", "error"]),
    ],
)
def test_levels(line: LogLine, levels: list[str]) -> None:
    shown = [level for level in ("debug", "info", "warning", "error") if line.is_of(level)]
    assert shown == levels


@pytest.mark.parametrize(
    ("terminal", "line", "text"),
    [
        (True, LogLine(1, AT, "log", "warning", "w"), "10:30:15.123 WARNING  w"),
        (True, LogLine(1, AT, "stdout", "info", "p"), "10:30:15.123 stdout   p"),
        (True, LogLine(1, AT, "note", "warning", "n"), "10:30:15.123 note     n"),
        (False, LogLine(1, AT, "log", "debug", "d"), "2026-01-05T10:30:15.123+01:00 DEBUG    d"),
        (True, LogLine(1, AT, "stderr", "warning", " 1%\r 2%\r"), "10:30:15.123 stderr    2%"),
        (True, LogLine(1, AT, "stdout", "info", "\x1b[31mred\x1b[0m \x07"), "10:30:15.123 stdout   red �"),
    ],
)  # fmt: skip
def test_a_line_as_text(
    terminal: bool, line: LogLine, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert line_text(line, BERLIN) == text
