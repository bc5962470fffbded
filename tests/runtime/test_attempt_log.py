"""What is kept of an attempt's output, and when it is sent (U5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jittask.clock import FixedClock
from jittask.masking import Mask
from jittask.run_log import LogPiece
from jittask.runtime.executors.attempt_log import ENDING_SECONDS, AttemptLog
from jittask.runtime.executors.protocol import LINE_LIMIT, LOG_HEAD, LOG_TAIL

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Sent:
    """An attempt's log, and what it has sent."""

    def __init__(self, *secrets: str, patience: float = 0.0) -> None:
        self.clock = FixedClock(AT)
        self.first: list[LogPiece] = []
        self.last: tuple[LogPiece, ...] = ()
        self.times = 0
        self.woken = 0
        self.log = AttemptLog(
            self._take, self.clock, Mask(secrets), patience=patience, waits=self._wake
        )

    def _take(self, pieces: tuple[LogPiece, ...], ending: bool) -> None:
        self.times += 1
        if ending:
            self.last = pieces
        else:
            self.first += pieces

    def _wake(self) -> None:
        self.woken += 1

    def pass_seconds(self, seconds: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in (*self.first, *self.last))


def test_each_line_has_its_instant_stream_and_level() -> None:
    sent = Sent()
    sent.log.write("stdout", "a\nb\n")
    sent.pass_seconds(1)
    sent.log.log("debug", "d")
    sent.log.write("stderr", "half")
    sent.pass_seconds(1)
    sent.log.write("stderr", " and half\n")
    sent.log.end()
    assert sent.first == [
        LogPiece(AT, "stdout", "info", "a\nb\n"),
        LogPiece(AT + timedelta(seconds=1), "log", "debug", "d\n"),
        LogPiece(AT + timedelta(seconds=2), "stderr", "warning", "half and half\n"),
    ]
    assert sent.last == ()


def test_the_first_and_the_last_lines_are_kept_with_a_note_between() -> None:
    sent = Sent()
    lines = [f"{number:>9}\n" for number in range(100_000)]
    for line in lines:
        sent.log.write("stdout", line)
    sent.log.end()
    first = "".join(piece.text for piece in sent.first)
    note, *rest = sent.last
    last = "".join(piece.text for piece in rest)
    assert first == "".join(lines[: LOG_HEAD // 10])
    assert last == "".join(lines[-(LOG_TAIL // 10) :])
    cut = 100_000 - LOG_HEAD // 10 - LOG_TAIL // 10
    assert (note.stream, note.level) == ("note", "warning")
    assert note.text == f"… {cut * 10:,} characters ({cut:,} lines) that came here are not kept …\n"


@pytest.mark.parametrize("parts", [1, 3, 4096])
def test_a_line_over_the_limit_is_cut_in_its_middle(parts: int) -> None:
    line = "begin" + "x" * 3_000_000 + "end\n"
    sent = Sent()
    size = len(line) // parts + 1
    for start in range(0, len(line), size):
        sent.log.write("stdout", line[start : start + size])
    sent.log.write("stdout", "next\n")
    sent.log.end()
    cut, following = sent.text.splitlines()
    assert following == "next"
    assert len(cut) <= LINE_LIMIT
    assert cut.startswith("beginxxx")
    assert cut.endswith("xxxend")
    kept = len(cut.replace("begin", "").replace("end", "")) - len(" … 9,999,999 characters cut … ")
    assert f" … {3_000_000 - kept:,} characters cut … " in cut


def test_a_line_that_has_no_room_in_the_first_part_is_in_the_last_one() -> None:
    sent = Sent()
    for _ in range(9):
        sent.log.write("stdout", "x" * (LINE_LIMIT - 1) + "\n")
    sent.log.end()
    assert sent.text == ("x" * (LINE_LIMIT - 1) + "\n") * 9
    assert sum(len(piece.text) for piece in sent.first) == LOG_HEAD


def test_what_is_held_is_bounded() -> None:
    sent = Sent()
    for _ in range(2_000):
        sent.log.write("stdout", "x" * 50_000)
    for _ in range(20):
        sent.log.write("stdout", "y\n" * 1_000_000)
    sent.log.end()
    assert len(sent.text) < LOG_HEAD + LOG_TAIL + 200
    assert sent.text.endswith("y\n" * (LOG_TAIL // 2))


def test_the_last_lines_so_far_are_sent_from_time_to_time() -> None:
    """So that they are not lost where the process is killed."""
    sent = Sent()
    sent.log.write("stdout", "x\n" * (LOG_HEAD // 2))
    times = sent.times
    sent.log.write("stdout", "connecting")
    assert sent.times == times
    assert sent.log.next_send() == sent.clock.monotonic() + ENDING_SECONDS
    assert sent.woken == 1
    sent.pass_seconds(ENDING_SECONDS)
    sent.log.send_due()
    assert [piece.text for piece in sent.last] == ["connecting"]
    assert sent.log.next_send() is None
    sent.log.write("stdout", " to a\nconnecting to b\n")
    assert [piece.text for piece in sent.last] == ["connecting to a\nconnecting to b\n"]
    sent.log.end()
    assert sent.text == "x\n" * (LOG_HEAD // 2) + "connecting to a\nconnecting to b\n"


def test_a_part_of_a_line_that_was_sent_is_taken_back_with_the_whole_line() -> None:
    sent = Sent()
    sent.log.write("stdout", "half")
    sent.pass_seconds(ENDING_SECONDS)
    sent.log.send_due()
    assert sent.text == "half"
    sent.log.write("stdout", " and half\n")
    assert sent.text == "half and half\n"
    assert sent.last == ()


def test_lines_that_come_together_are_sent_together() -> None:
    sent = Sent(patience=0.05)
    for number in range(3):
        sent.pass_seconds(0.01)
        sent.log.log("info", str(number))
    assert (sent.text, sent.times, sent.woken) == ("0\n", 1, 1)
    sent.pass_seconds(0.05)
    sent.log.send_due()
    assert (sent.text, sent.times, sent.woken) == ("0\n1\n2\n", 2, 1)


@pytest.mark.parametrize("size", [1, 3, 4, 1000])
def test_a_secret_is_masked_wherever_the_text_is_cut(size: int) -> None:
    sent = Sent("hunter2!")
    text = "the password is hunter2! or hunter2%21 or\n" * 20 + "hunter2!"
    for start in range(0, len(text), size):
        sent.log.write("stdout", text[start : start + size])
        sent.pass_seconds(ENDING_SECONDS)
        sent.log.send_due()
        for shown in range(3, 8):
            assert "hunter2"[:shown] not in sent.text
    sent.log.end()
    assert sent.text == "the password is *** or *** or\n" * 20 + "***"


def test_no_part_of_a_secret_is_left_where_a_line_is_cut() -> None:
    for length in range(LINE_LIMIT // 2 - 45, LINE_LIMIT // 2 - 25):
        sent = Sent("hunter2!")
        sent.log.write("stdout", "x" * length + "hunter2!" + "y" * LINE_LIMIT + "\n")
        sent.log.write("stdout", "x" * LINE_LIMIT + "hunter2!" + "y" * length + "\n")
        sent.log.end()
        assert not any(part in sent.text for part in ("hun", "unt", "nte", "er2", "r2!"))


def test_nothing_is_taken_after_the_end() -> None:
    sent = Sent()
    sent.log.end()
    sent.log.write("stdout", "late\n")
    sent.log.log("info", "late")
    sent.log.end()
    assert sent.times == 0
