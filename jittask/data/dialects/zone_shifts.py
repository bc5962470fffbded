"""How the wall times of one zone become those of another, for servers that know no zones."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from jittask.schedule.zones import resolve, to_wall

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time
_END = datetime(2107, 1, 1)  # noqa: DTZ001 - wall time
_STEP = timedelta(days=4)
"""No zone shifts twice in it and comes back to what it was."""
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=64)
def shifts(source: ZoneInfo, target: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """Return by how many seconds wall times of ``source`` move, to be those of ``target``.

    As pairs: up to the wall time of so many seconds from 1970, exclusive; and
    the shift. The last one holds beyond its end, 2107, too.
    """
    found = []
    at, shift = _EPOCH, _shift(_EPOCH, source, target)
    while at < _END:
        following = at + _STEP
        if (new := _shift(following, source, target)) != shift:
            change = _change(at, following, source, target)
            found.append((_seconds(change), shift))
            shift = new
        at = following
    return (*found, (_seconds(_END), shift))


def _change(low: datetime, high: datetime, source: ZoneInfo, target: ZoneInfo) -> datetime:
    """Return the first second of the new shift, between two wall times of which it differs."""
    old = _shift(low, source, target)
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _shift(middle, source, target) == old:
            low = middle
        else:
            high = middle
    return high


def _shift(wall: datetime, source: ZoneInfo, target: ZoneInfo) -> int:
    return round((to_wall(resolve(wall, source), target) - wall).total_seconds())


def _seconds(wall: datetime) -> int:
    return (wall - _EPOCH) // _SECOND
