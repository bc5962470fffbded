"""Custom cycles by cron, read by cronsim (rules F6, T4, T5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from jittask.schedule.cycle import LAST_YEAR, in_order
from jittask.schedule.problems import Mistake
from jittask.schedule.zones import Nominal, resolve, wall_clock

_FIVE_FIELDS = 5
_NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""Names that some crons have for five fields, and that we do not read (F6)."""
_ANY_TIME = datetime(2026, 1, 1)  # noqa: DTZ001 - wall time
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class FixedHours:
    """A cron with fixed hours: wall-clock times, each once (T4)."""

    start: datetime
    zone: ZoneInfo
    cron: str
    moves: bool
    parsed: CronSim = field(compare=False, repr=False)
    _first: datetime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_first", resolve(self.start, self.zone))

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``."""
        low = max(low, self._first)
        near = wall_clock(self.zone).earliest(low)
        return in_order(_ticks(self.parsed, near), self.zone, low)


@dataclass(frozen=True, slots=True)
class EveryHour:
    """A cron whose hours are ``*`` or a step: matched by every real hour (T4)."""

    start: datetime
    zone: ZoneInfo
    cron: str
    parsed: CronSim = field(compare=False, repr=False)
    moves: bool = False

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``, a repeated wall hour twice."""
        first = max(resolve(self.start, self.zone), low)
        clock = wall_clock(self.zone)
        again: deque[datetime] = deque()  # second passes wait until the first ones are over
        for wall in _ticks(self.parsed, clock.shown_from(first)):
            for late, instant in enumerate(clock.passes(wall)):
                if instant < first:
                    continue
                if late:
                    again.append(instant)
                    continue
                while again and again[0] < instant:
                    yield Nominal(again.popleft())
                yield Nominal(instant)
        yield from map(Nominal, again)


def cron_cycle(text: str, start: datetime, zone: ZoneInfo) -> FixedHours | EveryHour:
    """Read a five-field cron; raises Mistake for one that is wrong or never fires."""
    fields = text.split()
    named = _NAMED.get(text.strip().lower())
    if named is not None:
        message = f"expected five cron fields (minute hour day month weekday), got {text!r}"
        raise Mistake("bad-cron", ("repeat", "cron"), message, f"write {named!r}")
    if len(fields) != _FIVE_FIELDS:
        raise Mistake(
            "bad-cron",
            ("repeat", "cron"),
            f"expected five cron fields (minute hour day month weekday), got {len(fields)}",
            "for example: 30 9 * * 1-5",
        )
    try:
        parsed = CronSim(text, start)
        next(copy(parsed))
    except (CronSimError, ValueError) as error:
        if _each_is_sound(fields):
            raise _never(text) from None
        raise Mistake(
            "bad-cron", ("repeat", "cron"), f"cron {text!r}: {error}", "for example: 30 9 * * 1-5"
        ) from error
    except StopIteration:
        raise _never(text) from None
    if fields[1].startswith("*"):
        return EveryHour(start, zone, text, parsed)
    once_a_day = len(parsed.hours) * len(parsed.minutes) == 1
    return FixedHours(start, zone, text, moves=once_a_day, parsed=parsed)


def _each_is_sound(fields: list[str]) -> bool:
    """Whether each field is right by itself, so that only no day has them all."""
    try:
        for at, field_text in enumerate(fields):
            alone = ["*"] * _FIVE_FIELDS
            alone[at] = field_text
            CronSim(" ".join(alone), _ANY_TIME)
    except (CronSimError, ValueError):
        return False
    return True


def _never(text: str) -> Mistake:
    return Mistake("never-fires", ("repeat", "cron"), f"cron {text!r} can never fire", None)


def _ticks(parsed: CronSim, first: datetime) -> Iterator[datetime]:
    """Yield the wall times from ``first`` on, that included, without reading the text again."""
    ticks = copy(parsed)
    ticks.dt = first.replace(microsecond=0) - _SECOND
    for tick in ticks:
        if tick.year > LAST_YEAR:
            return
        yield tick
