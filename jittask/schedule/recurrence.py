"""Custom cycles by rrule, counted by dateutil at a cost that age does not change (F6, T1, T5).

dateutil counts every occurrence from DTSTART on. So the rule here names all
that it takes from its start (day, weekday, time), and is started again at the
unit of its frequency near the time asked for; whole units stay in step.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule

from jittask.schedule.cycle import LAST_YEAR, in_order
from jittask.schedule.zones import (
    Nominal,
    resolve,
    to_wall,
    wall_clock,
)

_UNITS_A_BLOCK = {"DAILY": 32, "WEEKLY": 16, "MONTHLY": 4, "YEARLY": 1}
DAYS_A_UNIT = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_MOST_TIMES_KEPT = 24
_MOST_BLOCKS = 16
_DAY = timedelta(days=1)
PAST_THE_END = datetime(LAST_YEAR + 1, 1, 1)  # noqa: DTZ001 - wall time
_NEVER = datetime(9999, 12, 31)  # noqa: DTZ001 - wall time


@dataclass(frozen=True, slots=True)
class _Block:
    """The wall times of some units, and the first after them."""

    walls: tuple[datetime, ...]
    following: datetime | None


@dataclass(frozen=True, slots=True)
class Units:
    """The units that a frequency and interval count, from the start's own."""

    start: datetime
    frequency: str
    interval: int
    week_start: int

    def at(self, wall: datetime) -> int:
        """Return which unit a wall time at or after the start lies in, or after."""
        start = self.first
        if self.frequency == "YEARLY":
            return (wall.year - start.year) // self.interval
        if self.frequency == "MONTHLY":
            months = 12 * (wall.year - start.year) + wall.month - start.month
            return months // self.interval
        return (wall - start).days // (DAYS_A_UNIT[self.frequency] * self.interval)

    def beginning(self, unit: int) -> datetime:
        """Return the midnight at which a unit begins."""
        start, count = self.first, unit * self.interval
        try:
            if self.frequency == "YEARLY":
                return start.replace(year=start.year + count)
            if self.frequency == "MONTHLY":
                year, month = divmod(12 * start.year + start.month - 1 + count, 12)
                return start.replace(year=year, month=month + 1)
            return start + count * DAYS_A_UNIT[self.frequency] * _DAY
        except (OverflowError, ValueError):
            return _NEVER

    @property
    def first(self) -> datetime:
        """The midnight at which the start's own unit begins."""
        midnight = datetime.combine(self.start, time())
        if self.frequency == "YEARLY":
            return midnight.replace(month=1, day=1)
        if self.frequency == "MONTHLY":
            return midnight.replace(day=1)
        if self.frequency == "WEEKLY":
            return midnight - (midnight.weekday() - self.week_start) % 7 * _DAY
        return midnight


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An rrule of days or longer: wall-clock times counted by dateutil."""

    start: datetime
    zone: ZoneInfo
    text: str
    until: datetime | None
    """The last instant that may be, by UNTIL."""
    counted: datetime | None
    """The last wall time that may be, by COUNT."""
    moves: bool
    rule: rrule = field(compare=False, repr=False)
    """Written out: it takes nothing from its DTSTART."""
    written: str = field(compare=False, repr=False)
    """The text of that rule."""
    at_start_time: bool = field(compare=False, repr=False)
    """Whether it fires at the start's time of day, and names none of its own."""
    hours: frozenset[int] = field(compare=False, repr=False)
    """The hours that it names; none where it takes its start's."""
    units: Units = field(compare=False, repr=False)
    times_a_day: int = field(compare=False, repr=False)
    _blocks: dict[int, _Block] = field(default_factory=dict, compare=False, repr=False, init=False)
    _first: datetime = field(init=False, repr=False, compare=False)
    _last: datetime = field(init=False, repr=False, compare=False)
    """A wall time after which none fires in time."""

    def __post_init__(self) -> None:
        last = self.counted or PAST_THE_END
        if self.until is not None:
            last = min(last, to_wall(self.until, self.zone) + _DAY)
        object.__setattr__(self, "_first", resolve(self.start, self.zone))
        object.__setattr__(self, "_last", last)

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``."""
        low = max(low, self._first)
        found = in_order(self.walls(wall_clock(self.zone).earliest(low)), self.zone, low)
        until = self.until
        return (
            found if until is None else takewhile(lambda nominal: nominal.instant <= until, found)
        )

    def walls(self, low: datetime) -> Iterator[datetime]:
        """Yield the wall times from ``low`` on."""
        low = max(low, self.start.replace(microsecond=0))
        last = self._last
        if self.times_a_day > _MOST_TIMES_KEPT:
            rule = self._started_at(self.units.at(low))
            yield from takewhile(last.__ge__, rule.xafter(low, inc=True))
            return
        size = _UNITS_A_BLOCK[self.units.frequency]
        near: datetime | None = low
        while near is not None and near <= last and near < PAST_THE_END:
            block = self._block(self.units.at(near) // size, size)
            for wall in block.walls[bisect_left(block.walls, low) :]:
                if wall > last:
                    return
                yield wall
            near = block.following

    def _block(self, number: int, size: int) -> _Block:
        found = self._blocks.get(number)
        if found is None:
            end = self.units.beginning((number + 1) * size)
            walls: list[datetime] = []
            following = None
            for wall in self._started_at(number * size):
                if wall >= end:
                    following = wall
                    break
                walls.append(wall)
            found = _Block(tuple(walls), following)
            if len(self._blocks) >= _MOST_BLOCKS:
                self._blocks.pop(next(iter(self._blocks)), None)
            self._blocks[number] = found
        return found

    def _started_at(self, unit: int) -> rrule:
        # dateutil counts BYSETPOS in what is left of the start's own week
        begin = max(self.units.beginning(unit), datetime.combine(self.start, time()))
        return self.rule.replace(dtstart=begin)
