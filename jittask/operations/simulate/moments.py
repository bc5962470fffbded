"""Dates as scenarios and fixtures have them: ISO, or relative to the start of the simulation.

``start`` is the start itself, ``start+3d`` three days later at the same wall
time, ``start+3d 09:00`` on that day at nine, ``start-2h`` two hours before it.
The word may be left out before a sign: ``+3d 09:00``. Units: ``s``, ``m``
(minutes), ``h``, ``d``, ``w``; days and weeks are wall-clock time in the zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_RELATIVE = re.compile(
    r"(?:start)?\s*([+-])\s*(\d{1,6})\s*([smhdw])(?:\s+(\d\d:\d\d(?::\d\d)?))?", re.IGNORECASE
)
_AT_TIME = re.compile(r"start\s+(\d\d:\d\d(?::\d\d)?)", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
FORMS = "2026-12-01 09:00:00, start, start+3d or start+3d 09:00"


class BadMoment(ValueError):
    """A text that is no date."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Reads dates; ``start`` is an aware instant, ``zone`` that of texts without an offset."""

    start: datetime
    zone: ZoneInfo

    def instant(self, text: str) -> datetime:
        """Return the aware instant that a text means; of a day, its midnight. Raises BadMoment."""
        found = self._read(text)
        return found if found.tzinfo is not None else found.replace(tzinfo=self.zone)

    def wall(self, text: str, zone: ZoneInfo) -> datetime:
        """Return the naive wall time in ``zone`` that a text means. Raises BadMoment.

        A time of day is that zone's wherever it is written, after ``start+3d`` too; the day
        is counted from the start's own. Else what is relative, or has an offset, is an instant.
        """
        found = self._read(text)
        if found.tzinfo is not None and not _has_time(text):
            found = found.astimezone(zone)
        return found.replace(tzinfo=None)

    def day(self, text: str) -> date:
        """Return the day that a text means, in the zone. Raises BadMoment."""
        return self.wall(text, self.zone).date()

    def _read(self, text: str) -> datetime:
        local = self.start.astimezone(self.zone)
        if text.strip().lower() == "start":
            return local
        if at_time := _AT_TIME.fullmatch(text.strip()):
            return _with_time(local, at_time.group(1))
        relative = _RELATIVE.fullmatch(text.strip())
        if relative is None:
            try:
                return datetime.fromisoformat(text.strip())
            except ValueError:
                raise BadMoment(f"expected a date such as {FORMS}, got {text!r}") from None
        sign, count, unit, at = relative.groups()
        step = timedelta(**{_UNITS[unit.lower()]: int(count)}) * (1 if sign == "+" else -1)
        try:
            # what has a zone is added to as wall-clock time; elapsed time is added in UTC
            elapsed = unit.lower() in "smh"
            found = self.start.astimezone(UTC) + step if elapsed else local + step
        except OverflowError:
            raise BadMoment(f"{text!r} is beyond the years that dates have") from None
        found = found.astimezone(self.zone)
        return found if at is None else _with_time(found, at)


def _with_time(day: datetime, text: str) -> datetime:
    try:
        at = time.fromisoformat(text)
    except ValueError:
        raise BadMoment(f"expected a time of day such as 09:00, got {text!r}") from None
    return datetime.combine(day.date(), at, day.tzinfo)


def _has_time(text: str) -> bool:
    """Whether a relative text names a time of day."""
    relative = _RELATIVE.fullmatch(text.strip())
    return _AT_TIME.fullmatch(text.strip()) is not None or bool(relative and relative.group(4))


def is_relative(text: str) -> bool:
    """Whether a text is relative to the start."""
    stripped = text.strip()
    forms = (_RELATIVE, _AT_TIME)
    return stripped.lower() == "start" or any(form.fullmatch(stripped) for form in forms)
