"""Reads ``startTime`` and ``endTime``: wall times in the task's zone (rules F4, T4, T7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jittask.schedule.cycle import FIRST_YEAR, LAST_YEAR
from jittask.schedule.problems import Mistake
from jittask.schedule.zones import end_of_day, to_wall


def read_wall(
    config: Mapping[str, object], key: str, zone: ZoneInfo, *, end: bool = False
) -> datetime:
    """Read a wall time; one with an offset is turned into the zone's (T4). Raises Mistake.

    A date alone is midnight, or the end of the day where ``end`` is set (T7).
    """
    text = config.get(key)
    code = "bad-end-time" if end else "bad-start-time"
    try:
        if not isinstance(text, str):
            raise ValueError(text)  # noqa: TRY004 - one way out
        stripped = text.strip()
        found = datetime.fromisoformat(stripped)
    except ValueError:
        raise Mistake(
            code,
            (key,),
            f"{key}: expected yyyy-MM-dd HH:mm:ss, got {text!r}"
            if text is not None
            else f"{key} is missing",
            "for example: 2026-01-05 09:00:00",
        ) from None
    if end and found.tzinfo is None and _is_date(stripped):
        found = end_of_day(found.date())
    if end and found.year > LAST_YEAR:
        return datetime(LAST_YEAR, 12, 31, 23, 59, 59)  # noqa: DTZ001 - wall time: for ever
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        years = f"{FIRST_YEAR} to {LAST_YEAR}"
        raise Mistake(code, (key,), f"{key}: expected a year from {years}, got {found.year}")
    return found if found.tzinfo is None else to_wall(found, zone)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
