"""Events as text: what ``run`` writes."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from jittask.cli.event_format import Words
from jittask.cli.records import _table
from jittask.model import Attempt, Run, RunStatus, Trigger
from jittask.runtime.events import (
    Blocked,
    Broken,
    Finished,
    NotFiring,
    Ready,
    Started,
    Sweeping,
    Trouble,
    Unblocked,
)
from jittask.zonedata import zone
from tests.running import jittask_here

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_times_are_in_the_zone_of_the_app_once_that_is_known(tmp_path: Path) -> None:
    """Until then they are in UTC, and say so."""
    words, trouble = Words(tmp_path), Trouble(NOW, "table-made", "made the missing table t")
    ready = Ready(
        NOW, str(tmp_path), 1, 2, "process", "jittask.db", "Asia/Shanghai", None, None, ()
    )
    said = [next(iter(words.lines(event))) for event in (trouble, ready, trouble)]
    assert [line[:10] for line in said] == ["09:00:00Z ", "17:00:00  ", "17:00:00  "]


def test_times_within_a_line_are_in_the_zone_that_it_begins_with(tmp_path: Path) -> None:
    words, since = Words(tmp_path), NOW - timedelta(hours=2)
    blocked = Blocked(NOW, "tasks.A", "scan-failed", "no table", since, NOW + timedelta(seconds=5))
    broken = Broken(NOW, "tasks.A", None, since, ())
    ready = Ready(
        NOW, str(tmp_path), 1, 2, "process", "jittask.db", "Asia/Shanghai", None, None, ()
    )
    early = [line for event in (blocked, broken) for line in said(words.lines(event))]
    assert "blocked since 2026-01-05 07:00:00Z;" in early[1]
    assert early[2].endswith("the version from 07:00:00Z")
    list(words.lines(ready))
    assert "blocked since 2026-01-05 15:00:00;" in said(words.lines(blocked))[1]


def test_times_before_the_start_are_in_the_zone_of_the_app(tmp_path: Path) -> None:
    """Those of runs that a killed runtime left, for one."""
    words = Words(tmp_path, "Asia/Shanghai")
    trouble = Trouble(NOW, "processes-ended", "ended 2 processes")
    assert said(words.lines(trouble)) == ["17:00:00  notice   ended 2 processes"]


def test_a_long_sweep_says_how_far_it_is(tmp_path: Path) -> None:
    words = Words(tmp_path, "UTC")
    sweeping = Sweeping(NOW, "tasks.A", NOW - timedelta(seconds=40), 24_000)
    assert said(words.lines(sweeping)) == [
        "09:00:00  scan     tasks.A: looking through its rows for 40.0 s, 24,000 due"
    ]


def test_lines_for_a_file_begin_with_the_date(tmp_path: Path) -> None:
    words, trouble = Words(tmp_path, dated=True), Trouble(NOW, "table-made", "made the table t")
    assert next(iter(words.lines(trouble))).startswith("2026-01-05 09:00:00Z ")


def test_a_start_that_fails_leaves_the_garbage_collector_on(tmp_path: Path) -> None:
    (tmp_path / "app.json").write_text("{", encoding="utf-8")
    assert jittask_here("run", tmp_path).returncode != 0
    assert gc.isenabled()


def test_every_line_for_a_log_has_a_date_and_speaks_of_no_terminal(tmp_path: Path) -> None:
    silent = NotFiring("tasks.A", "disabled", "it is disabled")
    ready = Ready(NOW, str(tmp_path), 1, 2, "process", "jittask.db", "UTC", None, None, (silent,))
    failed = Finished(
        NOW, 7, "tasks.B", "", RunStatus.FAILED, None, "ValueError: no", 0.1, None, "trace", None
    )
    words = Words(tmp_path, dated=True)
    lines = [line for event in (ready, failed) for line in words.lines(event)]
    assert len(lines) == 4
    assert all(line.startswith("2026-01-05 09:00:00") for line in lines)
    assert "tasks.A will not fire" in lines[0]
    assert words.stamp(NOW) == "2026-01-05 09:00:00  "
    terminal = Words(tmp_path)
    assert any("Ctrl-C" in line for line in terminal.lines(ready))
    assert terminal.stamp(NOW) == ""


def test_how_long_an_attempt_took_is_the_same_in_its_line_and_its_record(tmp_path: Path) -> None:
    """That of the last one, with the wait for a worker process, without the wait for a retry."""
    words, attempts = Words(tmp_path), []
    for number, status in ((1, RunStatus.PENDING), (2, RunStatus.COMPLETED)):
        began = NOW + timedelta(seconds=number)
        ended = began + timedelta(milliseconds=100 * number)
        begins = Started(began, 7, "tasks.A", "", Trigger.SCHEDULE, number, "v", NOW)
        ends = Finished(ended, 7, "tasks.A", "", status, None, None, 0.001, None, None, None)
        assert list(words.lines(begins)) == []
        assert said(words.lines(ends))[0].endswith(f"  in {100 * number} ms")
        attempts.append(Attempt(number, "r", "h", "v", began, ended, status, None))
    assert said(words.lines(ends))[0].endswith("  in 1 ms")  # of another runtime: it was not seen
    run = Run(
        7, "tasks.A", "", RunStatus.COMPLETED, None, None, Trigger.SCHEDULE, NOW, (NOW,), None, NOW,
        NOW, attempts[0].started, attempts[1].finished, 2, "v", None, None, None, 0, False,
        tuple(attempts),
    )  # fmt: skip
    assert _table((run,), zone("UTC"), NOW)[1].split()[-2:] == ["200", "ms"]


def said(lines: Iterable[str]) -> list[str]:
    return [click.unstyle(line) for line in lines]


def test_what_is_blocked_is_said_with_the_reason_and_the_next_try(tmp_path: Path) -> None:
    words, later = Words(tmp_path), NOW + timedelta(minutes=2)
    first = Blocked(NOW, "tasks.A", "scan-failed", "no\ntable", NOW, NOW + timedelta(seconds=5))
    assert said(words.lines(first)) == [
        "09:00:00Z blocked  tasks.A: no table",
        "           tried again in 5.0 s; other tasks keep running",
    ]
    assert said(Words(tmp_path, dated=True).lines(first)) == [
        "2026-01-05 09:00:00Z blocked  tasks.A: no table",
        "2026-01-05 09:00:00Z tried again in 5.0 s; other tasks keep running",
    ]
    again = Blocked(later, "tasks.A", "scan-failed", "no key", NOW, later + timedelta(seconds=80))
    assert said(words.lines(again))[1] == (
        "           blocked since 2026-01-05 09:00:00Z; tried again in 1 min; other tasks keep running"
    )
    ended = Unblocked(later, "tasks.A", "scan-failed", NOW)
    assert said(words.lines(ended)) == [
        "09:02:00Z notice   tasks.A is no longer blocked, after 2 min"
    ]
