"""Makes a cycle of an RFC 5545 rule: what it takes from its start is written out (F6, T5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import prod
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from jittask.schedule.cycle import Elapsed
from jittask.schedule.problems import Mistake
from jittask.schedule.recurrence import DAYS_A_UNIT, PAST_THE_END, Recurrence, Units
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
from jittask.schedule.zones import resolve

MOST_INTERVAL = 1_000_000
_LAST_CYCLE = datetime(9600, 1, 1)  # noqa: DTZ001 - wall time
"""The 400 years after which the calendar repeats, at the end of dateutil's."""


def rrule_cycle(text: str, start: datetime, zone: ZoneInfo) -> Recurrence | Elapsed:
    """Read an RFC 5545 rule; raises Mistake for one that is wrong, or never fires."""
    parts = read_parts(text)
    until = read_until(parts.pop("UNTIL", None), zone)
    frequency = parts["FREQ"]
    check_counted_days(parts)
    interval = whole_number(parts, "INTERVAL", MOST_INTERVAL) or 1
    if frequency in ELAPSED_SECONDS:
        return _elapsed(parts, interval, start, zone, until)
    read = _read(parts, start, text)
    if _never_a_day(read.written, read.times_a_day):
        raise never_fires(text)
    cycle = Recurrence(
        start,
        zone,
        text,
        until,
        counted=_last(read.counted) if "COUNT" in parts else None,
        moves=read.times_a_day == 1,
        rule=read.rule,
        written=joined(read.written),
        at_start_time=not any(key in parts for key in TIME_PARTS),
        hours=frozenset(int(hour) for hour in parts.get("BYHOUR", "").split(",") if hour),
        units=Units(start, frequency, interval, WEEKDAYS.index(parts.get("WKST", "MO")[:2])),
        times_a_day=read.times_a_day,
    )
    if next(cycle.nominals(resolve(start, zone)), None) is None:
        raise never_fires(text)
    return cycle


@dataclass(frozen=True, slots=True)
class _Read:
    """A rule as dateutil reads it."""

    counted: rrule
    """With its COUNT, from the task's start."""
    written: dict[str, str]
    """The parts without COUNT, and with those that the rule takes from its start."""
    rule: rrule
    """Of these parts."""

    @property
    def times_a_day(self) -> int:
        """How many times of day the rule names."""
        return prod(self.written[key].count(",") + 1 for key in TIME_PARTS)


def _read(parts: dict[str, str], start: datetime, text: str) -> _Read:
    """Have dateutil read a rule; raises Mistake with what it says."""
    try:
        counted = rrulestr(joined(parts), dtstart=start)
        whole_number(parts, "COUNT", None)
        written = _written_out({key: parts[key] for key in parts if key != "COUNT"}, start)
        rule = rrulestr(joined(written), dtstart=start)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise bad_rrule(f"rrule {text!r}: {error}") from error
    if not isinstance(counted, rrule) or not isinstance(rule, rrule):
        raise bad_rrule("expected one rule, got a set of rules")
    return _Read(counted, written, rule)


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


def _never_a_day(written: dict[str, str], times: int) -> bool:
    """Whether a rule by days or weeks can find no day; dateutil would walk them all to 9999."""
    frequency = written["FREQ"]
    positions = [abs(int(text)) for text in written.get("BYSETPOS", "").split(",") if text]
    if positions and min(positions) > times * DAYS_A_UNIT[frequency]:
        return True
    if frequency not in ("DAILY", "WEEKLY"):
        return False
    leave = ("INTERVAL", "BYSETPOS")
    yearly = {key: value for key, value in written.items() if key not in leave}
    yearly["FREQ"] = "YEARLY"
    if not any(key in yearly for key in DAY_PARTS):
        yearly["BYDAY"] = ",".join(WEEKDAYS)
    for key in ("BYDAY", "BYWEEKDAY"):  # the n of an n-th weekday has no meaning in a week
        if key in yearly:
            yearly[key] = re.sub(r"[+-]?\d+|\([^)]*\)", "", yearly[key])
    return next(iter(rrulestr(joined(yearly), dtstart=_LAST_CYCLE)), None) is None


def _last(counted: rrule) -> datetime | None:
    """Return the last wall time of a rule with COUNT, or of those that are followed."""
    last = None
    for wall in counted:
        if wall >= PAST_THE_END:
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
    step = timedelta(seconds=ELAPSED_SECONDS[frequency] * interval)
    count = whole_number(parts, "COUNT", None)
    if until is not None:
        fitting = (until - resolve(start, zone)) // step + 1
        if fitting < 1:
            raise Mistake("never-fires", ("repeat", "rrule"), "UNTIL is before startTime", None)
        count = fitting if count is None else min(count, fitting)
    return Elapsed(start, zone, step, count)
