"""Custom cycles by rrule, counted by dateutil at a cost that age does not change (F6, T1, T5).

dateutil counts every occurrence from DTSTART on. So a rule is written out with
what it takes from its start (day, weekday, time), and begun anew at the unit
of its frequency near the time asked for; whole units stay in step.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from jittask.schedule.cycle import FIRST_YEAR, LAST_INSTANT, LAST_YEAR, Elapsed, in_order
from jittask.schedule.problems import Mistake
from jittask.schedule.zones import (
    Nominal,
    end_instant,
    end_of_day,
    resolve,
    to_wall,
    wall_clock,
)

MOST_INTERVAL = 1_000_000
_STEPS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
_UNITS_A_BLOCK = {"DAILY": 32, "WEEKLY": 16, "MONTHLY": 4, "YEARLY": 1}
_DAYS_A_UNIT = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_DAY_PARTS = ("BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYWEEKDAY", "BYEASTER")
_TIME_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EASTER = (-80, 250)
_MOST_TIMES_KEPT = 24
_MOST_BLOCKS = 16
_DAY = timedelta(days=1)
_PAST_THE_END = datetime(LAST_YEAR + 1, 1, 1)  # noqa: DTZ001 - wall time
_BEFORE_ALL = datetime(FIRST_YEAR - 1, 1, 1, tzinfo=UTC)
_NEVER = datetime(9999, 12, 31)  # noqa: DTZ001 - wall time
_LAST_CYCLE = datetime(9600, 1, 1)  # noqa: DTZ001 - wall time
"""The 400 years after which the calendar repeats, at the end of dateutil's."""


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
        return (wall - start).days // (_DAYS_A_UNIT[self.frequency] * self.interval)

    def beginning(self, unit: int) -> datetime:
        """Return the midnight at which a unit begins."""
        start, count = self.first, unit * self.interval
        try:
            if self.frequency == "YEARLY":
                return start.replace(year=start.year + count)
            if self.frequency == "MONTHLY":
                year, month = divmod(12 * start.year + start.month - 1 + count, 12)
                return start.replace(year=year, month=month + 1)
            return start + count * _DAYS_A_UNIT[self.frequency] * _DAY
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
        last = self.counted or _PAST_THE_END
        if self.until is not None:
            last = min(last, to_wall(self.until, self.zone) + _DAY)
        object.__setattr__(self, "_first", resolve(self.start, self.zone))
        object.__setattr__(self, "_last", last)

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``."""
        low = max(low, self._first)
        found = in_order(self.walls(wall_clock(self.zone).earliest(low)), self.zone, low)
        until = self.until
        return found if until is None else takewhile(lambda one: one.instant <= until, found)

    def walls(self, low: datetime) -> Iterator[datetime]:
        """Yield the wall times from ``low`` on."""
        low = max(low, self.start.replace(microsecond=0))
        last = self._last
        if self.times_a_day > _MOST_TIMES_KEPT:
            begun = self._begun(self.units.at(low))
            yield from takewhile(last.__ge__, begun.xafter(low, inc=True))
            return
        size = _UNITS_A_BLOCK[self.units.frequency]
        near: datetime | None = low
        while near is not None and near <= last and near < _PAST_THE_END:
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
            for wall in self._begun(number * size):
                if wall >= end:
                    following = wall
                    break
                walls.append(wall)
            found = _Block(tuple(walls), following)
            if len(self._blocks) >= _MOST_BLOCKS:
                self._blocks.pop(next(iter(self._blocks)), None)
            self._blocks[number] = found
        return found

    def _begun(self, unit: int) -> rrule:
        # dateutil counts BYSETPOS in what is left of the start's own week
        begin = max(self.units.beginning(unit), datetime.combine(self.start, time()))
        return self.rule.replace(dtstart=begin)


def rrule_cycle(text: str, start: datetime, zone: ZoneInfo) -> Recurrence | Elapsed:
    """Read an RFC 5545 rule; raises Mistake for one that is wrong, or never fires."""
    parts = _rrule_parts(text)
    until = _until(parts.pop("UNTIL", None), zone)
    frequency = parts["FREQ"]
    _check_counted_days(parts)
    interval = _whole(parts, "INTERVAL", MOST_INTERVAL) or 1
    if frequency in _STEPS:
        return _elapsed(parts, interval, start, zone, until)
    try:
        counted = rrulestr(_joined(parts), dtstart=start)
        count = _whole(parts, "COUNT", None)
        parts.pop("COUNT", None)
        written = _written_out(parts, start)
        text_written = _joined(written)
        rule = rrulestr(text_written, dtstart=start)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise _bad_rrule(f"rrule {text!r}: {error}") from error
    if not isinstance(counted, rrule) or not isinstance(rule, rrule):
        raise _bad_rrule("expected one rule, got a set of rules")
    times = 1
    for key in _TIME_PARTS:
        times *= written[key].count(",") + 1
    if _never_a_day(written, times):
        raise _never(text)
    last = _last(counted) if count is not None else None
    week_start = _WEEKDAYS.index(parts.get("WKST", "MO")[:2])
    units = Units(start, frequency, interval, week_start)
    at_start_time = not any(key in parts for key in _TIME_PARTS)
    hours = frozenset(int(hour) for hour in parts.get("BYHOUR", "").split(",") if hour)
    cycle = Recurrence(
        start, zone, text, until, last, times == 1, rule, text_written, at_start_time, hours,
        units, times,
    )  # fmt: skip
    if next(cycle.nominals(resolve(start, zone)), None) is None:
        raise _never(text)
    return cycle


def _check_counted_days(parts: dict[str, str]) -> None:
    """Refuse an n-th weekday, or a day from Easter, that a year may lack: dateutil fails on it."""
    monthly = parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts
    unit, most = ("month", 5) if monthly else ("year", 53)
    for key in ("BYDAY", "BYWEEKDAY"):
        for nth in re.findall(r"\d+", parts.get(key, "")):
            if int(nth) > most:
                raise _bad_rrule(f"{key}: no {unit} has a weekday {nth} times")
    for days in re.findall(r"[+-]?\d+", parts.get("BYEASTER", "")):
        if not _EASTER[0] <= int(days) <= _EASTER[1]:
            raise _bad_rrule(f"BYEASTER: {days} days from Easter may be another year")


def _written_out(parts: dict[str, str], start: datetime) -> dict[str, str]:
    """Return the parts with those that a rule takes from its start (RFC 5545, 3.3.10)."""
    found = dict(parts)
    if not any(key in parts for key in _DAY_PARTS):
        match parts["FREQ"]:
            case "YEARLY":
                found.setdefault("BYMONTH", str(start.month))
                found["BYMONTHDAY"] = str(start.day)
            case "MONTHLY":
                found["BYMONTHDAY"] = str(start.day)
            case "WEEKLY":
                found["BYDAY"] = _WEEKDAYS[start.weekday()]
            case _:
                pass
    for key, value in zip(_TIME_PARTS, (start.hour, start.minute, start.second), strict=True):
        found.setdefault(key, str(value))
    return found


def _never_a_day(written: dict[str, str], times: int) -> bool:
    """Whether a rule by days or weeks can find no day; dateutil would walk them all to 9999."""
    frequency = written["FREQ"]
    positions = [abs(int(one)) for one in written.get("BYSETPOS", "").split(",") if one]
    if positions and min(positions) > times * _DAYS_A_UNIT[frequency]:
        return True
    if frequency not in ("DAILY", "WEEKLY"):
        return False
    leave = ("INTERVAL", "BYSETPOS")
    yearly = {key: value for key, value in written.items() if key not in leave}
    yearly["FREQ"] = "YEARLY"
    if not any(key in yearly for key in _DAY_PARTS):
        yearly["BYDAY"] = ",".join(_WEEKDAYS)
    for key in ("BYDAY", "BYWEEKDAY"):  # the n of an n-th weekday has no meaning in a week
        if key in yearly:
            yearly[key] = re.sub(r"[+-]?\d+|\([^)]*\)", "", yearly[key])
    return next(iter(rrulestr(_joined(yearly), dtstart=_LAST_CYCLE)), None) is None


def _last(counted: rrule) -> datetime | None:
    """Return the last wall time of a rule with COUNT, or of those that are followed."""
    last = None
    for wall in counted:
        if wall >= _PAST_THE_END:
            break
        last = wall
    return last


def _elapsed(
    parts: dict[str, str],
    interval: int,
    start: datetime,
    zone: ZoneInfo,
    until: datetime | None,
) -> Elapsed:
    frequency = parts["FREQ"]
    others = sorted(parts.keys() - {"FREQ", "INTERVAL", "COUNT", "WKST"})
    if others:
        raise Mistake(
            "rrule-not-supported",
            ("repeat", "rrule"),
            f"{frequency} with {', '.join(others)} is not supported",
            "use cron, or FREQ=DAILY with BYHOUR",
        )
    step = timedelta(seconds=_STEPS[frequency] * interval)
    count = _whole(parts, "COUNT", None)
    if until is not None:
        fitting = (until - resolve(start, zone)) // step + 1
        if fitting < 1:
            raise Mistake("never-fires", ("repeat", "rrule"), "UNTIL is before startTime", None)
        count = fitting if count is None else min(count, fitting)
    return Elapsed(start, zone, step, count)


def _rrule_parts(text: str) -> dict[str, str]:
    body = re.sub(r"^RRULE:", "", text.strip(), flags=re.IGNORECASE).upper()
    if "DTSTART" in body:
        raise Mistake(
            "rrule-has-dtstart",
            ("repeat", "rrule"),
            "a rule starts at startTime, so DTSTART does not belong in rrule",
            "remove DTSTART and set startTime",
        )
    parts: dict[str, str] = {}
    for item in body.split(";"):
        key, equals, value = item.partition("=")
        if not equals or not value or key in parts:
            raise _bad_rrule(f"expected NAME=value parts, each once, got {item!r}")
        parts[key] = value
    if parts.get("FREQ") not in (*_UNITS_A_BLOCK, *_STEPS):
        raise _bad_rrule(
            f"FREQ: expected YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY or SECONDLY, "
            f"got {parts['FREQ']!r}"
            if "FREQ" in parts
            else "FREQ is missing"
        )
    return parts


def _whole(parts: dict[str, str], key: str, most: int | None) -> int | None:
    """Read a number of 1 or more; None where the part is missing."""
    if key not in parts:
        return None
    try:
        found = int(parts[key])
    except ValueError:
        found = 0
    if found < 1 or (most is not None and found > most):
        upto = f"from 1 to {most:,}" if most is not None else "of 1 or more"
        raise _bad_rrule(f"{key}: expected a whole number {upto}, got {parts[key]}")
    return found


def _joined(parts: dict[str, str]) -> str:
    return ";".join(f"{key}={value}" for key, value in parts.items())


def _until(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Read UNTIL as an end: a date (the end of that day), a local time, or a time with Z."""
    if text is None:
        return None
    for shape in ("%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S", "%Y%m%d"):
        try:
            found = datetime.strptime(text, shape)  # noqa: DTZ007 - wall time
        except ValueError:
            continue
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            return LAST_INSTANT if found.year > LAST_YEAR else _BEFORE_ALL
        if shape.endswith("Z"):
            return found.replace(tzinfo=UTC)
        return end_instant(found if "T" in shape else end_of_day(found), zone)
    raise _bad_rrule(f"UNTIL: expected 20261231, 20261231T090000 or …Z, got {text}")


def _bad_rrule(message: str) -> Mistake:
    return Mistake(
        "bad-rrule", ("repeat", "rrule"), message, "for example: FREQ=MONTHLY;BYDAY=-1FR"
    )


def _never(text: str) -> Mistake:
    return Mistake("never-fires", ("repeat", "rrule"), f"rrule {text!r} can never fire", None)
