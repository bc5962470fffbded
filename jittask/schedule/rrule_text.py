"""Reads the text of an RFC 5545 rule into its parts, and refuses what cannot be served (F6)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jittask.schedule.cycle import FIRST_YEAR, LAST_INSTANT, LAST_YEAR
from jittask.schedule.problems import Mistake
from jittask.schedule.zones import end_of_day, instant_of

DAY_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
"""The frequencies in wall-clock time."""
ELAPSED_SECONDS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
"""The frequencies in elapsed time."""
DAY_PARTS = ("BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYWEEKDAY", "BYEASTER")
TIME_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EASTER = (-80, 250)
_BEFORE_ALL = datetime(FIRST_YEAR - 1, 1, 1, tzinfo=UTC)


def read_parts(text: str) -> dict[str, str]:
    """Return a rule's parts by name, in capitals, FREQ among them. Raises Mistake."""
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
            raise bad_rrule(f"expected NAME=value parts, each once, got {item!r}")
        parts[key] = value
    if parts.get("FREQ") not in (*DAY_FREQUENCIES, *ELAPSED_SECONDS):
        raise bad_rrule(
            f"FREQ: expected YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY or SECONDLY, "
            f"got {parts['FREQ']!r}"
            if "FREQ" in parts
            else "FREQ is missing"
        )
    return parts


def check_counted_days(parts: dict[str, str]) -> None:
    """Refuse an n-th weekday, or a day from Easter, that a year may lack: dateutil fails on it."""
    monthly = parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts
    unit, most = ("month", 5) if monthly else ("year", 53)
    for key in ("BYDAY", "BYWEEKDAY"):
        for nth in re.findall(r"\d+", parts.get(key, "")):
            if int(nth) > most:
                raise bad_rrule(f"{key}: no {unit} has a weekday {nth} times")
    for days in re.findall(r"[+-]?\d+", parts.get("BYEASTER", "")):
        if not _EASTER[0] <= int(days) <= _EASTER[1]:
            raise bad_rrule(f"BYEASTER: {days} days from Easter may be another year")


def whole_number(parts: dict[str, str], key: str, most: int | None) -> int | None:
    """Read a number of 1 or more; None where the part is missing."""
    if key not in parts:
        return None
    try:
        found = int(parts[key])
    except ValueError:
        found = 0
    if found < 1 or (most is not None and found > most):
        upto = f"from 1 to {most:,}" if most is not None else "of 1 or more"
        raise bad_rrule(f"{key}: expected a whole number {upto}, got {parts[key]}")
    return found


def joined(parts: dict[str, str]) -> str:
    """Return the rule's text again."""
    return ";".join(f"{key}={value}" for key, value in parts.items())


def read_until(text: str | None, zone: ZoneInfo) -> datetime | None:
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
        return instant_of(found if "T" in shape else end_of_day(found), zone)
    raise bad_rrule(f"UNTIL: expected 20261231, 20261231T090000 or …Z, got {text}")


def bad_rrule(message: str) -> Mistake:
    """Return the mistake of a rule that cannot be read."""
    return Mistake(
        "bad-rrule", ("repeat", "rrule"), message, "for example: FREQ=MONTHLY;BYDAY=-1FR"
    )


def never_fires(text: str) -> Mistake:
    """Return the mistake of a rule that has no occurrence."""
    return Mistake("never-fires", ("repeat", "rrule"), f"rrule {text!r} can never fire", None)
