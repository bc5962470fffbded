"""Instants as the store keeps them: whole microseconds since 1970 UTC.

Integers compare alike on every database, and no driver can shift their zone.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from jittask.model import NO_DELAY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Return an aware instant as microseconds since 1970 UTC, exactly."""
    return (instant - _EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return microseconds since 1970 as an aware instant in UTC, exactly."""
    return _EPOCH + timedelta(microseconds=micros)


def maybe_micros(instant: datetime | None) -> int | None:
    """``to_micros`` that lets None through."""
    return None if instant is None else to_micros(instant)


def maybe_instant(micros: int | None) -> datetime | None:
    """``from_micros`` that lets None through."""
    return None if micros is None else from_micros(micros)


def to_delay(micros: int | None) -> timedelta:
    """Return the delay of a run from its column, which is empty where there is none."""
    return NO_DELAY if micros is None else timedelta(microseconds=micros)


def maybe_delay(delay: timedelta) -> int | None:
    """Return what the column of a run's delay holds."""
    return delay // MICROSECOND or None


def nominals_of(nominal: int, nominals: str | None) -> tuple[datetime, ...]:
    """Return a run's nominals, merged ones too, from the two columns that hold them."""
    if nominals is None:
        return (from_micros(nominal),)
    return tuple(from_micros(value) for value in json.loads(nominals))
