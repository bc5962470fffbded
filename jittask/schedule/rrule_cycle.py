"""Makes a cycle of an RFC 5545 rule: what it takes from its start is written out (F6, T5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from math import prod
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from jittask.schedule.cycle import Elapsed
from jittask.schedule.problems import Mistake
from jittask.schedule.recurrence import Recurrence
from jittask.schedule.rrule_text import (
    DAY_PARTS,
    ELAPSED_SECONDS,
    TIME_PARTS,
    WEEKDAYS,
    bad_rrule,
    check_counted_days,
    joined,
    never_fires,
    read_parts,
    read_until,
    whole_number,
)
from jittask.schedule.rule_days import rule_days, rule_times
from jittask.schedule.units import DAYS_A_UNIT, Units
from jittask.schedule.zones import resolve

MOST_INTERVAL = 1_000_000


def rrule_cycle(text: str, start: datetime, zone: ZoneInfo) -> Recurrence | Elapsed:
    """Read an RFC 5545 rule; raises Mistake for one that is wrong, or never fires."""
    parts = read_parts(text)
    until = read_until(parts.pop("UNTIL", None), zone)
    frequency = parts["FREQ"]
    check_counted_days(parts)
    interval = whole_number(parts, "INTERVAL", MOST_INTERVAL) or 1
    if frequency in ELAPSED_SECONDS:
        return _elapsed(parts, interval, start, zone, until)
    count = _check(parts, start, text)
    written = _written_out({key: parts[key] for key in parts if key != "COUNT"}, start)
    times, positions = rule_times(written), _positions(written)
    if frequency == "DAILY" and positions:  # every day has the same
        times, positions = tuple(sorted({times[n] for n in _within(positions, len(times))})), ()
    if positions and min(map(abs, positions)) > len(times) * DAYS_A_UNIT[frequency]:
        raise never_fires(text)
    cycle = Recurrence(
        start,
        zone,
        text,
        until,
        counted=None,
        moves=prod(written[key].count(",") + 1 for key in TIME_PARTS) == 1,
        dates=rule_days(written),
        times=times,
        positions=positions,
        written=joined(written),
        at_start_time=not any(key in parts for key in TIME_PARTS),
        hours=frozenset(int(hour) for hour in parts.get("BYHOUR", "").split(",") if hour),
        units=Units(start, frequency, interval, WEEKDAYS.index(parts.get("WKST", "MO")[:2])),
    )
    if count is not None:
        cycle = replace(cycle, counted=cycle.count_to(count))
    if next(cycle.nominals(resolve(start, zone)), None) is None:
        raise never_fires(text)
    return cycle


def _check(parts: dict[str, str], start: datetime, text: str) -> int | None:
    """Have dateutil read a rule, and return its COUNT; raises Mistake with what it says."""
    try:
        rule = rrulestr(joined(parts), dtstart=start)
        count = whole_number(parts, "COUNT", None)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise bad_rrule(f"rrule {text!r}: {error}") from error
    if not isinstance(rule, rrule):
        raise bad_rrule("expected one rule, got a set of rules")
    return count


def _positions(written: dict[str, str]) -> tuple[int, ...]:
    return tuple(int(text) for text in written.get("BYSETPOS", "").split(",") if text)


def _within(positions: tuple[int, ...], size: int) -> list[int]:
    """Return which of so many the positions name, counted from 0."""
    return [n - (n > 0) for n in positions if -size <= n <= size]


def _written_out(parts: dict[str, str], start: datetime) -> dict[str, str]:
    """Return the parts with those that a rule takes from its start (RFC 5545, 3.3.10)."""
    found = dict(parts)
    if not any(key in parts for key in DAY_PARTS):
        match parts["FREQ"]:
            case "YEARLY":
                found.setdefault("BYMONTH", str(start.month))
                found["BYMONTHDAY"] = str(start.day)
            case "MONTHLY":
                found["BYMONTHDAY"] = str(start.day)
            case "WEEKLY":
                found["BYDAY"] = WEEKDAYS[start.weekday()]
            case _:
                pass
    for key, value in zip(TIME_PARTS, (start.hour, start.minute, start.second), strict=True):
        found.setdefault(key, str(value))
    return found


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
    step = timedelta(seconds=ELAPSED_SECONDS[frequency] * interval)
    count = whole_number(parts, "COUNT", None)
    if until is not None:
        fitting = (until - resolve(start, zone)) // step + 1
        if fitting < 1:
            raise Mistake("never-fires", ("repeat", "rrule"), "UNTIL is before startTime", None)
        count = fitting if count is None else min(count, fitting)
    return Elapsed(start, zone, step, count)
