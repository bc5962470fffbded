"""Times as people write them: ISO, or relative to now (rule V5).

A naive time is wall-clock time in the app's zone. ``1h`` is one hour before or
after now, as the direction says; a sign (``-1h``, ``+1h``) overrides it. Units:
``s``, ``m`` or ``min`` (minutes), ``h``, ``d``, ``w``. ``today``, ``tomorrow`` and
``yesterday`` are days of the app's zone, ``now`` is the instant itself.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from jittask.operations.errors import InvalidArgument
from jittask.schedule.cycle import FIRST_YEAR, LAST_INSTANT

_FIRST_INSTANT = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_RELATIVE = re.compile(r"([+-]?)(\d{1,6})\s*(s|m|min|h|d|w)", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
TICK = timedelta(microseconds=1)
"""Timers give what is strictly after an instant; people name the first that counts."""


class Direction(Enum):
    """What a relative time without a sign means."""

    BACK = -1
    AHEAD = 1


def read_instant(
    text: str,
    zone: ZoneInfo,
    now: datetime,
    argument: str,
    *,
    direction: Direction = Direction.BACK,
    end: bool = False,
) -> datetime:
    """Return the instant that ``text`` means; a date is its midnight.

    With ``end``, a date is its end, and so is a second that has no fraction: what is
    shown as that second is included.
    Instants outside the years that schedules know are moved to the nearest one
    inside. Raises InvalidArgument for ``argument``.
    """
    if text.lower() == "now":
        return within_known_years(now)
    relative = _RELATIVE.fullmatch(text.strip())
    if relative is not None:
        sign, count, unit = relative.groups()
        step = timedelta(**{_UNITS[unit.lower()]: int(count)})
        ahead = sign == "+" or (not sign and direction is Direction.AHEAD)
        try:
            return within_known_years(now + step if ahead else now - step)
        except OverflowError:
            return LAST_INSTANT if ahead else _FIRST_INSTANT
    day = _DAYS.get(text.lower())
    if day is not None:
        text = (now.astimezone(zone).date() + timedelta(days=day)).isoformat()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidArgument(
            argument,
            f"expected a date such as 2026-05-01, a time such as 2026-05-01T09:00, "
            f"or a relative one such as 1h or today, got {text!r}",
        ) from None
    if end:
        found = _end_of(found, text)
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    return within_known_years(found)


def _end_of(found: datetime, text: str) -> datetime:
    if is_date(text):
        return datetime.combine(found, time.max)
    has_fraction = "." in text or "," in text
    return found if has_fraction else found.replace(microsecond=time.max.microsecond)


def within_known_years(instant: datetime) -> datetime:
    """Return an instant, or the first or last that schedules know (T1)."""
    if instant < _FIRST_INSTANT:
        return _FIRST_INSTANT
    return min(instant, LAST_INSTANT)


def is_date(text: str) -> bool:
    """Whether an ISO text is a date without a time."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
