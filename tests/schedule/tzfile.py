"""When the zones of the ``tzdata`` package shift: its binary files (RFC 9636), read by ourselves."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

FIRST, LAST = 1970, 2200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEGIN, _END = 0, int((datetime(LAST, 12, 1, tzinfo=UTC) - _EPOCH).total_seconds())
_ROOT = resources.files("tzdata") / "zoneinfo"


class Shift(NamedTuple):
    at: datetime
    """The first instant of the new offset."""
    before: timedelta
    after: timedelta


def names() -> list[str]:
    return (resources.files("tzdata") / "zones").read_text().split()


@lru_cache(maxsize=1024)
def shifts(name: str) -> tuple[Shift, ...]:
    """Return every change of the zone's offset to UTC from 1970 to 2200."""
    return _shifts(_ROOT.joinpath(*name.split("/")).read_bytes())


@lru_cache(maxsize=1024)
def _shifts(content: bytes) -> tuple[Shift, ...]:
    times, offsets, first, rule = _parse(content)
    steps = list(zip(times, offsets, strict=True))
    known = times[-1] if times else -(10**12)
    steps += [step for step in _by_rule(rule) if step[0] > known]
    found, before = [], first
    for at, after in steps:
        if after != before and _BEGIN <= at < _END:
            found.append(
                Shift(
                    _EPOCH + timedelta(seconds=at),
                    timedelta(seconds=before),
                    timedelta(seconds=after),
                )
            )
        before = after
    return tuple(found)


def _parse(content: bytes) -> tuple[list[int], list[int], int, str]:
    def counts(at: int) -> tuple[int, ...]:
        assert content[at : at + 4] == b"TZif"
        return struct.unpack_from(">6l", content, at + 20)

    isut, isstd, leap, time, kind, char = counts(0)
    second = 44 + 5 * time + 6 * kind + char + 8 * leap + isstd + isut
    isut, isstd, leap, time, kind, char = counts(second)
    at = second + 44
    times = list(struct.unpack_from(f">{time}q", content, at))
    indices = content[at + 8 * time : at + 9 * time]
    at += 9 * time
    kinds = [struct.unpack_from(">l", content, at + 6 * n)[0] for n in range(kind)]
    footer = content[at + 6 * kind + char + 12 * leap + isstd + isut :]
    return times, [kinds[n] for n in indices], kinds[0], footer.decode().strip("\n")


_NAME = r"(?:<[^>]+>|[A-Za-z]+)"
_CLOCK = r"[+-]?\d+(?::\d+){0,2}"
_RULE = re.compile(
    rf"{_NAME}({_CLOCK})(?:{_NAME}({_CLOCK})?,([^,/]+)(?:/({_CLOCK}))?,([^,/]+)(?:/({_CLOCK}))?)?"
)


def _by_rule(text: str) -> list[tuple[int, int]]:
    """Return the changes that a POSIX rule makes in each year, and the offset after each."""
    match = _RULE.fullmatch(text)
    assert match, text
    standard, summer, begin, begin_clock, end, end_clock = match.groups()
    winter = -_seconds(standard)
    if begin is None:
        return [(-(10**11), winter)]
    ahead = -_seconds(summer) if summer else winter + 3600
    steps = []
    for year in range(FIRST - 1, LAST + 2):
        steps.append((_day(begin, year) + _seconds(begin_clock or "2") - winter, ahead))
        steps.append((_day(end, year) + _seconds(end_clock or "2") - ahead, winter))
    return sorted(steps)


def _seconds(clock: str) -> int:
    parts = [int(part) for part in clock.lstrip("+-").split(":")] + [0, 0]
    return (-1 if clock[0] == "-" else 1) * (parts[0] * 3600 + parts[1] * 60 + parts[2])


def _day(text: str, year: int) -> int:
    """Return the midnight of the rule's day, in seconds of wall time since 1970."""
    if text[0] == "M":
        month, week, weekday = (int(part) for part in text[1:].split("."))
        days = [
            day
            for n in range(31)
            if (day := datetime(year, month, 1, tzinfo=UTC) + timedelta(days=n)).month == month
            and day.isoweekday() % 7 == weekday
        ]
        found = days[-1] if week == 5 else days[week - 1]
    elif text[0] == "J":  # never counts 29 February
        found = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(days=int(text[1:]) - 1)
        found = found.replace(year=year)
    else:
        found = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=int(text))
    return int((found - _EPOCH).total_seconds())
