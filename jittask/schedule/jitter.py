"""By how much an occurrence begins after its instant, so that not all begin at once (rule R2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from jittask.model import NO_DELAY

_EPOCH = datetime.fromtimestamp(0, UTC)
_TICK = timedelta(microseconds=1)
_BITS = 64


def delay_of(task: str, row_key: str, effective: datetime, jitter_seconds: float) -> timedelta:
    """Return the delay of an occurrence, from 0 up to and not including ``jitter_seconds``.

    It is a function of its arguments alone, so that a plan made again, a restart, another
    planner and a simulation find the same one. Over occurrences, and over tasks and rows of
    one instant, the delays are spread evenly. The zone of ``effective`` does not matter.
    """
    span = timedelta(seconds=jitter_seconds) // _TICK
    if span <= 0:
        return NO_DELAY
    named = f"{task}\0{row_key}\0{(effective - _EPOCH) // _TICK}"
    digest = blake2b(named.encode(), digest_size=_BITS // 8).digest()
    return (int.from_bytes(digest) * span >> _BITS) * _TICK
