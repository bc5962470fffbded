"""What a repeat cycle is: nominals in order, from any instant on, at the same cost.

``Nominal.wall`` is the wall time that the cycle names, before any DST shift.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from jittask.schedule.zones import fire_instant, resolve, to_wall

FIRST_YEAR, LAST_YEAR = 1970, 2200
"""Rules are followed up to the end of this year (T1)."""


@dataclass(frozen=True, slots=True)
class Nominal:
    """One instant of a cycle."""

    instant: datetime
    wall: datetime


class Cycle(Protocol):
    """A rule of repetition, bound to its start and zone."""

    @property
    def moves(self) -> bool:
        """Whether a holiday moves its occurrences; the others are skipped (T9)."""

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``, ascending."""


@dataclass(frozen=True, slots=True)
class Once:
    """No repeat: the start alone."""

    start: datetime
    zone: ZoneInfo
    moves: bool = True

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the start, if it is not before ``low``."""
        instant = fire_instant(self.start, self.zone)
        if instant is not None and instant >= low:
            yield Nominal(instant, self.start)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Every ``step`` of elapsed time from the start (T3); ``count`` bounds how many."""

    start: datetime
    zone: ZoneInfo
    step: timedelta
    count: int | None = None
    moves: bool = False

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the n-th as the start plus n steps, from the first at or after ``low``."""
        anchor = resolve(self.start, self.zone)
        n = max(0, -((anchor - low) // self.step))
        while self.count is None or n < self.count:
            try:
                instant = anchor + n * self.step
            except OverflowError:  # past what a datetime holds, and so past LAST_YEAR
                return
            if instant.year > LAST_YEAR:
                return
            yield Nominal(instant, to_wall(instant, self.zone))
            n += 1
