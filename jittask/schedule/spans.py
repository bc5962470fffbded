"""Spans of wall time, both ends included: their union, and their limit (rule D3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from jittask.schedule.zones import Span

MOST_RANGES = 20_000
"""Where there would be more, the oldest values become one range."""
TICK = timedelta(microseconds=1)


def coalesced(spans: Iterable[Span]) -> list[Span]:
    """Return the union of spans, ascending; what touches is one."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + TICK:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def fewer(spans: list[Span]) -> list[Span]:
    """Return at most ``MOST_RANGES`` spans; the oldest become one, from the first to the last."""
    if len(spans) <= MOST_RANGES:
        return spans
    oldest = spans[: len(spans) - MOST_RANGES + 1]
    return [(oldest[0][0], oldest[-1][1]), *spans[len(oldest) :]]


def midnight(day: date) -> datetime:
    """Return the first instant of a day, as wall time."""
    return datetime.combine(day, time())


def end_of(day: date) -> datetime:
    """Return the last instant of a day, as wall time."""
    return datetime.combine(day, time.max)
