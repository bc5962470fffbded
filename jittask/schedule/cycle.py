"""What a repeat cycle is: nominals in order, from any instant on, at the same cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from jittask.schedule.day_bits import all_days, bits_of
from jittask.schedule.zones import Nominal, instant_of, wall_clock

FIRST_YEAR, LAST_YEAR = 1970, 2200
"""Rules are followed up to the end of this year (T1)."""
_DAY = timedelta(days=1)
LAST_INSTANT = datetime(LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=UTC)


class Cycle(Protocol):
    """A rule of repetition, bound to its start and zone."""

    @property
    def moves(self) -> bool:
        """Whether a holiday moves its occurrences; the others are skipped (T9)."""

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``, ascending."""

    def days(self, year: int) -> int:
        """Return, as bits, the days of a year that its nominals name (T1).

        None is left out; a day too many costs only a look at its times.
        """


@dataclass(frozen=True, slots=True)
class Once:
    """No repeat: the start alone."""

    start: datetime
    zone: ZoneInfo
    moves: bool = True

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the start, if it is not before ``low``."""
        nominal = wall_clock(self.zone).nominal(self.start)
        if nominal is not None and self.start.fold:
            nominal = Nominal(instant_of(self.start, self.zone))
        if nominal is not None and nominal.instant >= low:
            yield nominal

    def days(self, year: int) -> int:
        """Return the day of the start."""
        return bits_of([self.start.date()]) if year == self.start.year else 0


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Every ``step`` of elapsed time from the start (T3); ``count`` bounds how many."""

    start: datetime
    zone: ZoneInfo
    step: timedelta
    count: int | None = None
    moves: bool = False
    _anchor: datetime = field(init=False, repr=False, compare=False)
    _most: int = field(init=False, repr=False, compare=False)
    _days: dict[int, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        anchor = instant_of(self.start, self.zone)
        most = (LAST_INSTANT - anchor) // self.step
        object.__setattr__(self, "_anchor", anchor)
        object.__setattr__(self, "_most", most if self.count is None else min(most, self.count - 1))

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the n-th as the start plus n steps, from the first at or after ``low``."""
        anchor, step = self._anchor, self.step
        n = -((anchor - low) // step) if low > anchor else 0
        while n <= self._most:
            yield Nominal(anchor + n * step)
            n += 1

    def days(self, year: int) -> int:
        """Return the days with a step; of a step below a day's length, every day."""
        if self.step < _DAY:
            last = self._anchor + max(self._most, 0) * self.step
            near = self._anchor.year - 1 <= year <= last.year + 1
            return all_days(year) if near else 0
        found = self._days.get(year)
        if found is None:
            found = self._days[year] = bits_of(self._dates(year))
        return found

    def _dates(self, year: int) -> Iterator[date]:
        clock = wall_clock(self.zone)
        new_year = datetime(year, 1, 1, tzinfo=UTC)
        for nominal in self.nominals(new_year - 2 * _DAY):
            day = clock.wall(nominal.instant).date()
            if day.year > year:
                return
            if day.year == year:
                yield day


def in_order(walls: Iterable[datetime], zone: ZoneInfo, low: datetime) -> Iterator[Nominal]:
    """Yield the nominals at or after ``low`` of ascending wall times, in order, each once.

    A time in a gap is shifted past later ones of the same night, so it waits
    until they have been.
    """
    nominal_of = wall_clock(zone).nominal
    waiting: deque[Nominal] = deque()
    for wall in walls:
        nominal = nominal_of(wall)
        if nominal is None or nominal.instant < low:
            continue
        if nominal.missing is not None:
            waiting.append(nominal)
            continue
        while waiting and waiting[0].instant <= nominal.instant:
            earlier = waiting.popleft()
            if earlier.instant != nominal.instant:
                yield earlier
        yield nominal
    yield from waiting
