"""Tables of text: whole cells, measured in terminal cells; the last column gives way."""

from __future__ import annotations

import click
import pytest

from jittask.cli.table import Cell, shortened, table_lines, text_cells

ROWS = [("tasks.billing.OverdueNotice", "failed", "no connection to the mail server at all")]
HEADER = ("task", "status", "what")


def lines(width: int, rows: list[tuple[str, ...]] = ROWS) -> list[str]:
    return [click.unstyle(line) for line in table_lines(HEADER, rows, width)]


def test_what_fits_is_whole() -> None:
    assert lines(100) == [
        "task                         status  what",
        "tasks.billing.OverdueNotice  failed  no connection to the mail server at all",
    ]


def test_the_last_column_is_shortened_and_then_left_out() -> None:
    assert lines(60)[1] == "tasks.billing.OverdueNotice  failed  no connection to the…"
    assert lines(40) == [
        "task                         status",
        "tasks.billing.OverdueNotice  failed",
    ]
    assert lines(10)[1].startswith("tasks.billing.OverdueNotice")


@pytest.mark.parametrize("width", range(24, 100, 7))
def test_no_line_is_wider_where_only_the_last_column_is_long(width: int) -> None:
    rows = [("tasks.A", "failed", "long " * 40), ("tasks.每日报表", "ok", "从今天起 " * 30)]
    assert all(text_cells(line) <= width for line in lines(width, rows))


def test_several_columns_give_way_from_the_right() -> None:
    rows = [("tasks.A", "running", "every day at 09:00", "Every morning")]
    header = ("task", "state", "schedule", "title")

    def shown(width: int) -> str:
        return click.unstyle(list(table_lines(header, rows, width, flexible=2))[1])

    assert shown(100) == "tasks.A  running  every day at 09:00  Every morning"
    assert shown(50) == "tasks.A  running  every day at 09:00  Every…"
    assert shown(40) == "tasks.A  running  every day at 09:00"
    assert shown(32) == "tasks.A  running  every day at…"
    assert shown(20) == "tasks.A  running"


def test_wide_characters_take_two_cells() -> None:
    assert text_cells("每日 a") == 6
    first, second = lines(100, [("每日", "ok", "x"), ("ab", "ok", "y")])[1:]
    assert text_cells(first.partition("ok")[0]) == text_cells(second.partition("ok")[0])
    assert shortened("每日报表", 5) == "每日…"


def test_a_cell_is_one_line_that_cannot_steer_the_terminal() -> None:
    assert lines(100, [("a", "b", "one\ntwo\x1b[2J")])[1].endswith("one two�[2J")


def test_colour_does_not_count_as_width() -> None:
    plain = list(table_lines(HEADER, [("a", "failed", "x")], 100))[1]
    red = list(table_lines(HEADER, [("a", Cell("failed", "red"), "x")], 100))[1]
    assert click.unstyle(red) == plain
    assert red != plain


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("30 minutes after dueAt (Europe/Berlin)", 34, "30 minutes after dueAt…"),
        ("every minute from 1 January", 16, "every minute…"),
        ("every minute from", 13, "every minute…"),
        ("从2026年1月31日 00:00（Europe/Berlin）起", 21, "从2026年1月31日…"),
        ("每天 09:00（Europe/Berlin）", 16, "每天 09:00（…"),
        ("tasks/with/one/very/long/path", 12, "tasks/with/…"),
        ("ValueError: tasks/with/one/very/long/path", 32, "ValueError: tasks/with/one/very…"),
    ],
)
def test_a_text_is_cut_between_words(text: str, cells: int, expected: str) -> None:
    assert shortened(text, cells) == expected
    assert text_cells(expected) <= cells
