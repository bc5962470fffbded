"""The only place that reads the time (rule R5).

Everything else is handed a ``Clock``, so that tests decide what time it is.
Lint bans the standard library's clocks in every other file.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time, elapsed time, and a way to wait that a test can shorten."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary point; never steps."""

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """Wait until ``event`` is set or ``seconds`` have passed; say whether it is set."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary point; never steps."""
        return time.monotonic()

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """Wait until ``event`` is set or ``seconds`` have passed; say whether it is set."""
        return event.wait(seconds)


class FixedClock:
    """A clock that does not move by itself: for previews at a chosen instant, and for tests.

    ``wait`` does not block: it moves the clock on by ``seconds``, at most.
    """

    def __init__(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("a fixed clock needs an instant with a UTC offset")
        self._start = self._now = instant.astimezone(UTC)

    def now(self) -> datetime:
        """Return the chosen instant."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return (self._now - self._start).total_seconds()

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """Move on by ``seconds`` unless ``event`` is set; say whether it is set."""
        if not event.is_set() and seconds:
            self.move_to(datetime.fromtimestamp(self._now.timestamp() + seconds, UTC))
        return event.is_set()

    def move_to(self, instant: datetime) -> None:
        """Stand at ``instant`` from now on."""
        self._now = instant.astimezone(UTC)


def clock_from_environment() -> Clock:
    """Return the clock of ``next``, ``plan`` and ``explain``: fixed where JITTASK_NOW is set.

    Raises ValueError where JITTASK_NOW is not an ISO 8601 instant with an offset.
    """
    text = os.environ.get("JITTASK_NOW")
    if text is None:
        return SystemClock()
    try:
        return FixedClock(datetime.fromisoformat(text))
    except ValueError as error:
        raise ValueError(
            f"JITTASK_NOW: expected an instant such as 2026-01-05T09:00:00+08:00, got {text!r}"
        ) from error
