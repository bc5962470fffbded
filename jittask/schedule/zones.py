"""Wall-clock time to instants (rule T4).

In a gap the offset before it holds, so that the time is shifted forward by the
gap; in a fold the first pass holds. Both are what ``fold=0`` means (PEP 495).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAY = timedelta(days=1)


def find_zone(name: str) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def resolve(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a naive wall time, shifted where a gap swallowed it."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def fire_instant(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant at which ``wall`` fires; None on a date that the zone skipped."""
    return None if skipped_date(wall.date(), zone) else resolve(wall, zone)


def skipped_date(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone has no moment of that date, as Apia has none of 2011-12-30."""
    noon = datetime.combine(day, time(12), zone)
    gap = noon.replace(fold=1).utcoffset() or timedelta()
    before = noon.utcoffset() or timedelta()
    return gap - before >= _DAY


def to_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the naive wall time of an aware instant."""
    return instant.astimezone(zone).replace(tzinfo=None)


def shifted(wall: datetime, instant: datetime, zone: ZoneInfo) -> bool:
    """Whether the wall time did not exist, so that the instant shows another one."""
    return to_wall(instant, zone) != wall
