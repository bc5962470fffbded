"""What the rules of timing say (T1-T9), worked out day by day and minute by minute.

The judge of ``jittask/schedule``: it shares no code with what it judges, is as
slow as it is plain, and knows of a zone only what wall time an instant shows.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
FARTHEST_ROLL = timedelta(days=60)


class Days(Protocol):
    """What a calendar says of a day: a calendar of the project, or plain sets."""

    def is_holiday(self, day: date) -> bool: ...
    def is_weekend(self, day: date) -> bool: ...
    def is_working_day(self, day: date) -> bool: ...


class PlainDays(NamedTuple):
    """A calendar as sets of days, over weekends of Saturday and Sunday."""

    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_holiday(self, day: date) -> bool:
        return day in self.holidays

    def is_weekend(self, day: date) -> bool:
        return day.isoweekday() > 5 and day not in self.worked

    def is_working_day(self, day: date) -> bool:
        return day not in self.holidays and not self.is_weekend(day)

    def config(self) -> dict[str, list[str]]:
        return {
            "extraHolidays": sorted(map(str, self.holidays)),
            "extraWorkdays": sorted(map(str, self.worked)),
        }


class Nominal(NamedTuple):
    at: datetime
    wall: datetime
    """What the rule says, before any shift."""


class Fire(NamedTuple):
    effective: datetime
    nominals: tuple[datetime, ...]


# --- wall times and instants (T4) ---------------------------------------------


@lru_cache(maxsize=200_000)
def instant(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first real instant that shows the wall time.

    Across a gap, as far past its end as the wall time is past its begin; None
    on a date that the zone skipped.
    """
    around = wall.replace(tzinfo=UTC)
    hours = [around + timedelta(hours=n) for n in range(-30, 31)]
    ahead = {shown(at, zone) - at.replace(tzinfo=None) for at in hours}
    passes = [at for offset in ahead if shown(at := around - offset, zone) == wall]
    if passes:
        return min(passes)
    before, after = around - timedelta(hours=30), around + timedelta(hours=30)
    while after - before > SECOND:
        middle = before + (after - before) // 2 // SECOND * SECOND
        before, after = (middle, after) if shown(middle, zone) < wall else (before, middle)
    gap = shown(before, zone) + SECOND, shown(after, zone)
    midnight = datetime.combine(wall, time())
    if gap[0] <= midnight and midnight + DAY <= gap[1]:
        return None
    return after + (wall - gap[0])


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


# --- the days of a cycle (F6, T5, T6) -----------------------------------------


def fires_on(repeat: Mapping[str, Any], start: date, day: date) -> bool:
    """Return whether a cycle of days or longer fires on the day."""
    if day < start:
        return False
    period = repeat.get("period", 1)
    months = 12 * (day.year - start.year) + day.month - start.month
    match repeat["repeatType"]:
        case "normal":
            return day == start
        case "day":
            return (day - start).days % period == 0
        case "week":
            weeks = (_monday(day) - _monday(start)).days // 7
            weekdays = _list(repeat.get("weekday")) or [start.isoweekday()]
            return weeks % period == 0 and day.isoweekday() in weekdays
        case "month":
            return months % period == 0 and _day_of_month(repeat, start, day)
        case "year":
            in_month = day.month in (_list(repeat.get("month")) or [start.month])
            in_year = (day.year - start.year) % period == 0
            return in_year and in_month and _day_of_month(repeat, start, day)
    raise AssertionError(repeat)


def _day_of_month(repeat: Mapping[str, Any], start: date, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if repeat.get("week"):
        same = range((day.day - 1) % 7 + 1, last + 1, 7)
        places = {same.index(day.day) + 1} | ({-1} if day.day == same[-1] else set())
        weekdays = _list(repeat.get("weekday"))
        return day.isoweekday() in weekdays and not places.isdisjoint(_list(repeat["week"]))
    wanted = _list(repeat.get("day")) or [start.day]
    return day.day in {last if one == -1 else min(one, last) for one in wanted}


def _monday(day: date) -> date:
    while day.isoweekday() != 1:
        day -= DAY
    return day


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


# --- cron ---------------------------------------------------------------------

_NAMES = {
    4: {name.upper(): n for n, name in enumerate(calendar.month_abbr)},
    5: {name: n for n, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])},
}
_SPAN = {1: (0, 59), 2: (0, 23), 3: (1, 31), 4: (1, 12), 5: (0, 7)}


class Cron:
    """Five fields read as Debian's cron does, with L, LW and # as cronsim adds them."""

    def __init__(self, text: str) -> None:
        self.fields = text.upper().split()

    @property
    def every_real_hour(self) -> bool:
        return self.fields[1].startswith("*")

    def on_day(self, day: date) -> bool:
        in_month = self._has(4, day.month, day)
        by_date = self._has(3, day.day, day)
        by_weekday = any(self._has(5, n, day) for n in {day.isoweekday(), day.isoweekday() % 7})
        restricted = not (self.fields[2][0] == "*" or self.fields[4][0] == "*")
        return in_month and (by_date or by_weekday if restricted else by_date and by_weekday)

    @cached_property
    def clocks(self) -> set[time]:
        """The times of day that match."""
        day = date(2000, 1, 1)
        hours = [n for n in range(24) if self._has(2, n, day)]
        minutes = [n for n in range(60) if self._has(1, n, day)]
        return {time(hour, minute) for hour in hours for minute in minutes}

    def _has(self, place: int, value: int, day: date) -> bool:
        parts = self.fields[place - 1].split(",")
        return any(self._part_has(place, part, value, day) for part in parts)

    def _part_has(self, place: int, part: str, value: int, day: date) -> bool:
        span, _, step = part.partition("/")
        last = calendar.monthrange(day.year, day.month)[1]
        if place == 3 and span in ("L", "LW"):
            weekdays = [n for n in range(1, last + 1) if day.replace(day=n).isoweekday() < 6]
            return value == (last if span == "L" else weekdays[-1])
        if place == 5 and span.endswith("L"):
            return value == self._number(5, span[:-1]) and day.day + 7 > last
        if "#" in span:
            name, _, nth = span.partition("#")
            return value == self._number(5, name) and (day.day + 6) // 7 == int(nth)
        low, high = _SPAN[place]
        if span != "*":
            begin, _, end = span.partition("-")
            low = self._number(place, begin)
            high = self._number(place, end) if end else high if step else low
        return value in range(low, high + 1, int(step or 1))

    def _number(self, place: int, name: str) -> int:
        return _NAMES[place][name] if name.isalpha() else int(name)


def cron_nominals(text: str, zone: ZoneInfo, lo: datetime, hi: datetime) -> Iterator[Nominal]:
    """Return what the cron says from ``lo`` to ``hi``, minute by minute."""
    cron = Cron(text)
    minute = timedelta(minutes=1)
    if cron.every_real_hour:
        days: dict[date, bool] = {}
        at = lo.astimezone(UTC)
        while at <= hi:
            wall = shown(at, zone)
            day = wall.date()
            if day not in days:
                days[day] = cron.on_day(day)
            if days[day] and wall.time() in cron.clocks:
                yield Nominal(at, wall)
            at += minute if wall.second == 0 else SECOND
        return
    day = shown(lo, zone).date() - DAY
    while day <= shown(hi, zone).date():
        if cron.on_day(day):
            for clock in cron.clocks:
                wall = datetime.combine(day, clock)
                if (real := instant(wall, zone)) and lo <= real <= hi:
                    yield Nominal(real, wall)
        day += DAY


# --- rrule --------------------------------------------------------------------


def rrule_nominals(
    text: str, start: datetime, zone: ZoneInfo, lo: datetime, hi: datetime
) -> Iterator[Nominal]:
    """Return what dateutil says with DTSTART at the real start."""
    parts = dict(part.split("=") for part in text.removeprefix("RRULE:").split(";"))
    until = parts.pop("UNTIL", None)
    ends = _until(until, zone) if until else hi
    plain = ";".join(f"{key}={value}" for key, value in parts.items())
    elapsed = parts["FREQ"] in ("HOURLY", "MINUTELY", "SECONDLY")
    begin = _start_instant(start, zone).replace(tzinfo=None) if elapsed else start
    rule = rrulestr(plain, dtstart=begin)
    assert isinstance(rule, rrule)
    for wall in rule:
        if wall.replace(tzinfo=UTC) < lo - 2 * DAY:
            continue
        if wall.replace(tzinfo=UTC) > min(ends, hi) + 2 * DAY:
            return
        real = wall.replace(tzinfo=UTC) if elapsed else instant(wall, zone)
        if real and lo <= real <= min(ends, hi):
            yield Nominal(real, shown(real, zone) if elapsed else wall)


def _until(text: str, zone: ZoneInfo) -> datetime:
    if text.endswith("Z"):
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if "T" in text:
        return _start_instant(datetime.strptime(text, "%Y%m%dT%H%M%S"), zone)
    return end_of_day(datetime.strptime(text, "%Y%m%d").date(), zone)


# --- what a timerCfg fires ----------------------------------------------------


def _start_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    found = instant(wall, zone)
    if found is None:  # its date was skipped: as far past the gap as into it
        found = instant(wall + DAY, zone)
        assert found is not None
    return found


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the last second that shows the day."""
    at = datetime.combine(day, time(), UTC) + timedelta(hours=60)
    while shown(at, zone).date() > day:
        at -= timedelta(minutes=1)
    while shown(at + SECOND, zone).date() <= day:
        at += SECOND
    return at


def end_of(cfg: Mapping[str, Any], zone: ZoneInfo) -> datetime | None:
    """Return the last instant that the end allows (T7)."""
    end = cfg.get("endTime")
    if end is None:
        return None
    if len(end) == 10:
        return end_of_day(date.fromisoformat(end), zone)
    return _start_instant(datetime.fromisoformat(end), zone)


def nominals(cfg: Mapping[str, Any], zone: ZoneInfo, lo: datetime, hi: datetime) -> list[Nominal]:
    """Return the instants of the cycle in ``[lo, hi]``, start and end obeyed."""
    start = datetime.fromisoformat(cfg["startTime"])
    lo = max(lo, _start_instant(start, zone))
    end = end_of(cfg, zone)
    hi = hi if end is None else min(hi, end)
    found = {one.at: one for one in _by_cycle(cfg["repeat"], start, zone, lo, hi)}
    return [found[at] for at in sorted(found) if lo <= at <= hi]


def _by_cycle(
    repeat: Mapping[str, Any], start: datetime, zone: ZoneInfo, lo: datetime, hi: datetime
) -> Iterator[Nominal]:
    if lo > hi:
        return
    match repeat["repeatType"]:
        case "minute" | "hour" as unit:
            step = repeat.get("period", 1) * timedelta(**{f"{unit}s": 1})
            at = _start_instant(start, zone)
            at += (lo - at) // step * step
            while at <= hi:
                yield Nominal(at, shown(at, zone))
                at += step
        case "custom" if repeat.get("cron"):
            yield from cron_nominals(repeat["cron"], zone, lo, hi)
        case "custom":
            yield from rrule_nominals(repeat["rrule"], start, zone, lo, hi)
        case _:
            day = shown(lo, zone).date() - DAY
            while day <= shown(hi, zone).date():
                if fires_on(repeat, start.date(), day):
                    wall = datetime.combine(day, start.time())
                    if real := instant(wall, zone):
                        yield Nominal(real, wall)
                day += DAY


# --- rolls and merges (T2, T7, T9) --------------------------------------------


def moves(repeat: Mapping[str, Any]) -> bool:
    """Return whether an occurrence on a day off can move: not where a day has several."""
    match repeat["repeatType"]:
        case "minute" | "hour":
            return False
        case "custom" if repeat.get("cron"):
            cron = Cron(repeat["cron"])
            return not cron.every_real_hour and len(cron.clocks) == 1
        case "custom":
            parts = dict(part.split("=") for part in repeat["rrule"].split(";"))
            times = [parts.get(name, "") for name in ("BYHOUR", "BYMINUTE", "BYSECOND")]
            coarse = parts["FREQ"] not in ("HOURLY", "MINUTELY", "SECONDLY")
            return coarse and not any("," in one for one in times)
    return True


def outcomes(
    cfg: Mapping[str, Any], zone: ZoneInfo, a: datetime, b: datetime, days: Days | None = None
) -> tuple[list[Fire], list[datetime]]:
    """Return what fires in ``(a, b]``, and the nominals there that the calendar keeps from it."""
    holidays, weekends = cfg.get("skipHoliday"), cfg.get("skipWeekend")
    if not (holidays or weekends):
        found = nominals(cfg, zone, a, b)
        return [Fire(one.at, (one.at,)) for one in found if one.at > a], []
    days = days or PlainDays()
    roll = cfg.get("holidayRoll", "next") if moves(cfg["repeat"]) else "skip"
    start = _start_instant(datetime.fromisoformat(cfg["startTime"]), zone)
    end = end_of(cfg, zone)
    landed: dict[datetime, list[datetime]] = {}
    skipped = []
    reach = timedelta() if roll == "skip" else FARTHEST_ROLL
    for one in nominals(cfg, zone, a - reach, b + reach):
        to: datetime | None = one.at
        day = one.wall.date()
        if (holidays and days.is_holiday(day)) or (weekends and days.is_weekend(day)):
            to = None if roll == "skip" else _roll(one.wall, roll, zone, days)
        if to is None or to < start:
            skipped.append(one.at)
        elif end is None or to <= end:
            landed.setdefault(to, []).append(one.at)
    fires = [Fire(to, tuple(landed[to])) for to in sorted(landed) if a < to <= b]
    return fires, [at for at in skipped if a < at <= b]


def _roll(wall: datetime, direction: str, zone: ZoneInfo, days: Days) -> datetime:
    step = DAY if direction == "next" else -DAY
    wall += step
    while not days.is_working_day(wall.date()) or instant(wall, zone) is None:
        wall += step
    found = instant(wall, zone)
    assert found is not None
    return found
