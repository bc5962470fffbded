"""Starts the process of a trial, takes what it reports, and ends it (rule C15)."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from jittask.clock import Clock
from jittask.run_log import LogPiece
from jittask.runtime.trial_messages import (
    TrialBegan,
    TrialEnd,
    TrialOrder,
    TrialOutput,
    read_message,
)

START_SECONDS = 60.0
"""In which Python starts, and the code is compiled and imported."""
_END_SECONDS = 5.0
_LOOK_SECONDS = 0.5
_PART = 65_536
_MOST_BYTES = 20_000_000
"""A log has a limit of its own; more is no report."""


@dataclass(slots=True)
class Report:
    """What a trial's process has reported."""

    end: TrialEnd | None = None
    """None where it has not come to an end: it ran too long, or died."""
    began: bool = False
    """Whether the code was loaded, and the function called."""
    timed_out: bool = False
    exit_status: int | None = None
    """Of a process that died; negative for a signal."""
    _first: list[LogPiece] = field(default_factory=list)
    _last: tuple[LogPiece, ...] = ()

    @property
    def output(self) -> tuple[LogPiece, ...]:
        """All that was printed and logged."""
        return (*self._first, *self._last)

    def take(self, message: TrialOutput | TrialEnd) -> None:
        """Add a message."""
        if isinstance(message, TrialEnd):
            self.end = message
        elif message.ending:
            self._last = message.pieces
        else:
            self._first += message.pieces


def run_trial(order: TrialOrder, clock: Clock) -> Report:
    """Run an order in a process of its own, which is gone afterwards. Raises OSError."""
    report = Report()
    with _process(order) as (process, answers):
        lines = _Lines(process, answers, clock)
        lines.until = clock.monotonic() + START_SECONDS
        for line in lines:
            try:
                message = read_message(line)
            except (ValueError, KeyError, TypeError):  # the function wrote into the pipe
                continue
            if isinstance(message, TrialBegan):
                report.began = True
                lines.until = clock.monotonic() + order.timeout_seconds
            else:
                report.take(message)
            if report.end is not None:
                break
        report.timed_out = lines.timed_out
        if report.end is None and not report.timed_out:
            with suppress(subprocess.TimeoutExpired):
                report.exit_status = process.wait(_END_SECONDS)
    return report


@contextmanager
def _process(order: TrialOrder) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Give the process and where its answers are read; end it, and what it has started."""
    answers, sent = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "jittask.runtime.trial_main", str(sent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(sent,),
            start_new_session=True,
        )
    except OSError:
        os.close(answers)
        raise
    finally:
        os.close(sent)
    try:
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(order.line())
            process.stdin.flush()
        yield process, answers
    finally:
        os.close(answers)
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end all that it has started and itself, by closing its input; then kill it."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class _Lines:
    """The lines that a process reports, until it has ended or its time is over."""

    def __init__(self, process: subprocess.Popen[bytes], answers: int, clock: Clock) -> None:
        self._process, self._answers, self._clock = process, answers, clock
        self.until = 0.0
        """By the clock's monotonic time."""
        self.timed_out = False

    def __iter__(self) -> Iterator[bytes]:
        held, size = b"", 0
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while (left := self.until - self._clock.monotonic()) > 0 and size <= _MOST_BYTES:
                ended = self._process.poll() is not None
                if not selector.select(0 if ended else min(left, _LOOK_SECONDS)):
                    if ended:  # what it has started may still hold the pipe
                        return
                    continue
                part = os.read(self._answers, _PART)
                if not part:
                    return
                size += len(part)
                *whole, held = (held + part).split(b"\n")
                yield from whole
        self.timed_out = True
