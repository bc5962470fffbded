"""Wall-clock time to instants and back (rule T4).

In a gap the offset before it holds, so that the time is shifted forward by the
gap; in a fold the first pass holds. Both are what ``fold=0`` means (PEP 495).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
"""From the first to the second, both included."""

_DAY = timedelta(days=1)
_made = tuple.__new__  # half the time of the named tuple's own way: they are made by the million
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time
_UTC_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BLOCK_BITS = 3
_BLOCK_DAYS = 1 << _BLOCK_BITS
_AROUND = tuple(timedelta(hours=12 * n) for n in range(-4, 5))
_MIDNIGHTS = tuple(n * _DAY for n in range(_BLOCK_DAYS + 1))


class Nominal(NamedTuple):
    """One instant of a cycle."""

    instant: datetime
    missing: datetime | None = None
    """The wall time that the cycle names, where a gap swallowed it."""


class WallClock:
    """A zone's wall-clock time; ``wall_clock`` keeps one a zone.

    Almost every day has one offset from its midnight to the next. Blocks of
    8 such days are remembered with that offset, and need no search of the
    zone's shifts. A day is such a day when both its midnights have the same
    offset: no zone shifts twice within a day (tests/schedule/test_zones.py).
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._steady: dict[int, datetime | None] = {}
        self._steady_utc: dict[int, datetime | None] = {}

    def nominal(self, wall: datetime) -> Nominal | None:
        """Return the instant at which ``wall`` fires; None on a date that the zone skipped."""
        since = wall - _EPOCH
        block = since.days >> _BLOCK_BITS
        try:
            base = self._steady[block]
        except KeyError:
            base = self._learn(block)
        if base is not None:
            return _made(Nominal, (base + since, None))
        instant = fire_instant(wall, self.zone)
        if instant is None:
            return None
        return Nominal(instant, wall if to_wall(instant, self.zone) != wall else None)

    def instant(self, wall: datetime) -> datetime:
        """Return the instant of ``wall``, as ``resolve`` does."""
        since = wall - _EPOCH
        base = self._steady.get(since.days >> _BLOCK_BITS)
        return resolve(wall, self.zone) if base is None else base + since

    def wall(self, instant: datetime) -> datetime:
        """Return the naive wall time of an aware instant."""
        since = instant - _UTC_EPOCH
        block = since.days >> _BLOCK_BITS
        try:
            base = self._steady_utc[block]
        except KeyError:
            base = self._learn_utc(block)
        return to_wall(instant, self.zone) if base is None else base + since

    def named(self, nominal: Nominal) -> datetime:
        """Return the wall time that the cycle names, before any shift."""
        return nominal.missing or self.wall(nominal.instant)

    def earliest(self, instant: datetime) -> datetime:
        """Return a wall time before which none fires at ``instant`` or later.

        Its own where nothing is shifted nearby; otherwise by the least offset,
        since times in a gap fire after later ones.
        """
        since = instant - _UTC_EPOCH
        block = since.days >> _BLOCK_BITS
        try:
            base = self._steady_utc[block]
        except KeyError:
            base = self._learn_utc(block)
        if base is not None:
            return base + since
        return (instant.astimezone(UTC) + self.offsets(instant)[0]).replace(tzinfo=None)

    def offsets(self, near: datetime) -> tuple[timedelta, timedelta]:
        """Return the zone's least and greatest offset within two days of a UTC instant."""
        block = (near - _UTC_EPOCH).days >> _BLOCK_BITS
        base = self._steady_utc[block] if block in self._steady_utc else self._learn_utc(block)
        if base is not None:
            return base - _EPOCH, base - _EPOCH
        around = [to_wall(near + hours, self.zone) - hours for hours in _AROUND]
        found = [wall.replace(tzinfo=UTC) - near for wall in around]
        return min(found), max(found)

    def steady_since(self, near: datetime, least: datetime) -> datetime:
        """Return since when the offset near a UTC instant has been what it is then.

        Not much before ``least``; the instant itself where the zone shifts nearby.
        """
        block, first = (_block(instant) for instant in (near, least))
        base = self._near(block)
        if base is None:
            return near
        while block > first and self._near(block - 1) == base:
            block -= 1
        return _UTC_EPOCH + block * _BLOCK_DAYS * _DAY

    def _near(self, block: int) -> datetime | None:
        """Return the wall time of instant 1970-01-01 where the blocks around have one offset."""
        known = self._steady_utc
        return known[block] if block in known else self._learn_utc(block)

    def passes(self, wall: datetime) -> tuple[datetime, ...]:
        """Return the real instants that show ``wall``: none in a gap, two in a fold."""
        since = wall - _EPOCH
        block = since.days >> _BLOCK_BITS
        try:
            base = self._steady[block]
        except KeyError:
            base = self._learn(block)
        if base is not None:
            return (base + since,)
        both = {wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        return tuple(sorted(instant for instant in both if to_wall(instant, self.zone) == wall))

    def shown_from(self, instant: datetime) -> datetime:
        """Return a wall time before which none is shown at ``instant`` or later."""
        wall = self.wall(instant)
        passes = self.passes(wall)
        if instant != passes[-1]:  # clocks will go back over it
            wall -= passes[-1] - passes[0]
        return wall

    def _learn(self, block: int) -> datetime | None:
        """Return the instant of wall-clock 1970-01-01 under the block's one offset, or None."""
        base: datetime | None = None
        offset_of = self.zone.utcoffset
        try:
            first = _EPOCH + block * _BLOCK_DAYS * _DAY
            offsets = {offset_of(first + days) for days in _MIDNIGHTS}
        except OverflowError:  # at an end of the calendar
            offsets = set()
        if len(offsets) == 1 and (offset := offsets.pop()) is not None:
            base = _UTC_EPOCH - offset
        self._steady[block] = base
        return base

    def _learn_utc(self, block: int) -> datetime | None:
        """Return the wall time of instant 1970-01-01 where the blocks around have one offset."""
        base: datetime | None = None
        known = self._steady
        around = {
            known[near] if near in known else self._learn(near)
            for near in (block - 1, block, block + 1)
        }
        if len(around) == 1 and (instant := around.pop()) is not None:
            base = _EPOCH + (_UTC_EPOCH - instant)
        self._steady_utc[block] = base
        return base


def _block(instant: datetime) -> int:
    return (instant - _UTC_EPOCH).days >> _BLOCK_BITS


@lru_cache(maxsize=1024)
def wall_clock(zone: ZoneInfo) -> WallClock:
    """Return the wall clock of a zone."""
    return WallClock(zone)


def resolve(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a naive wall time, shifted where a gap swallowed it."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the last wall time of a day, in a fold that of the second pass."""
    return datetime.combine(day, time.max).replace(fold=1)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of one wall time: where it says so (PEP 495), a fold's second pass.

    That is how ends are read, and the instants that rows hold (D1). A gap shifts it as it
    shifts other times; the end of a day stays within the day.
    """
    return wall.replace(tzinfo=zone).astimezone(UTC)


def fire_instant(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant at which ``wall`` fires; None on a date that the zone skipped."""
    return None if skipped_date(wall.date(), zone) else resolve(wall, zone)


def skipped_date(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone has no instant of that date, as Apia has none of 2011-12-30."""
    noon = datetime.combine(day, time(12), zone)
    gap = noon.replace(fold=1).utcoffset() or timedelta()
    before = noon.utcoffset() or timedelta()
    return gap - before >= _DAY


def to_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the naive wall time of an aware instant."""
    return instant.astimezone(zone).replace(tzinfo=None)


def wall_span(zone: ZoneInfo, low: datetime, high: datetime) -> Span:
    """Return a span of wall times that holds all which fire in a span of instants.

    Not wider than need be where the zone shifts at no end of it.
    """
    offsets = wall_clock(zone).offsets
    low, high = low.astimezone(UTC), high.astimezone(UTC)
    return (
        (low + offsets(low)[0]).replace(tzinfo=None),
        (high + offsets(high)[1]).replace(tzinfo=None),
    )


def instant_span(zone: ZoneInfo, walls: Span) -> Span:
    """Return a span of instants that holds all at which a span of wall times fires."""
    offsets = wall_clock(zone).offsets
    low, high = (wall.replace(tzinfo=UTC) for wall in walls)
    return low - offsets(low)[1], high - offsets(high)[0]
