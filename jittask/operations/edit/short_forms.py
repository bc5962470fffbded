"""What people type for a cycle and for an offset, as a task's ``e.json`` has it (rules F5, F6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from jittask.operations.errors import InvalidArgument

CYCLES = ("minute", "hour", "day", "week", "month", "year")
REPEAT_EXAMPLES = "day, 2 weeks, week:mon,wed, month:-1, month:last fri, year:12-24 or once"
OFFSET_EXAMPLES = "-7d, 30m, 2h, 1w or -1month"

_ADVERBS = {
    "once": "normal", "normal": "normal", "hourly": "hour", "daily": "day", "weekly": "week",
    "monthly": "month", "yearly": "year",
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), 1
    )
}
_CYCLE = re.compile(r"(?:every\s+)?(?:(\d+)\s*)?([a-z]+?)s?(?::(.*))?")
_NTH = re.compile(r"(-1|last|[1-5])(?:st|nd|rd|th)?[ -]?([a-z]{3,9})")
_DATE = re.compile(r"(\d{1,2})-(\d{1,2}|last)")
_OFFSET = re.compile(r"([+-]?)\s*(\d+)\s*([a-z]*)")
_OFFSET_UNITS = {
    "m": "minute", "min": "minute", "minute": "minute", "h": "hour", "hour": "hour",
    "d": "day", "day": "day", "w": "week", "week": "week", "mo": "month", "month": "month",
}  # fmt: skip


def read_repeat(text: str) -> dict[str, Any]:
    """Return the ``repeat`` of a cycle such as ``2 weeks`` or ``week:mon,wed``.

    A colon leads to the days: weekdays of a week, days (1 to 31, -1 or last) or
    n-th weekdays (``2nd tue``, ``last fri``) of a month, dates (``12-24``) or
    n-th weekdays of a year's start month. ``rrule:`` and ``cron:`` give a custom
    cycle. Raises InvalidArgument for ``repeat``.
    """
    kind, _, rule = text.strip().partition(":")
    if kind.lower() in ("cron", "rrule"):
        return {"repeatType": "custom", kind.lower(): rule.strip()}
    match = _CYCLE.fullmatch(text.strip().lower())
    if match is None:
        raise _no_cycle(text)
    number, word, days = match.groups()
    cycle = _ADVERBS.get(word, word)
    if cycle not in (*CYCLES, "normal") or (number and cycle == "normal"):
        raise _no_cycle(text)
    period = {} if number in (None, "1") else {"period": int(number)}
    pattern = {} if days is None else _pattern(cycle, [part.strip() for part in days.split(",")])
    if pattern is None:
        raise _no_cycle(text)
    return {"repeatType": cycle, **period, **pattern}


def read_offset(text: str, at: str | None) -> dict[str, Any]:
    """Return the offset of a text such as ``-7d``: minus is before the date.

    ``at`` (HH:mm) is the time of day of the result, or what minutes and hours of
    a date count from. Raises InvalidArgument for ``offset``.
    """
    match = _OFFSET.fullmatch(text.strip().lower())
    sign, amount, word = match.groups() if match else ("", "", "?")
    unit = "day" if amount and not int(amount) and not word else _unit(word)
    if unit is None:
        raise InvalidArgument("offset", f"expected a time such as {OFFSET_EXAMPLES}, got {text!r}")
    direction = 0 if not int(amount) else -1 if sign == "-" else 1
    offset = {"offsetType": direction, "offset": int(amount), "offsetUnit": unit}
    return offset if at is None else {**offset, "time": at}


def _unit(word: str) -> str | None:
    plural = word.removesuffix("s") if len(word) > len("ms") else word
    return _OFFSET_UNITS.get(word) or _OFFSET_UNITS.get(plural)


def _no_cycle(text: str) -> InvalidArgument:
    return InvalidArgument("repeat", f"expected a cycle such as {REPEAT_EXAMPLES}, got {text!r}")


def _pattern(cycle: str, parts: Sequence[str]) -> dict[str, Any] | None:
    """Return the keys of a pattern; None for one that the cycle does not have."""
    match cycle:
        case "week":
            weekdays = [_weekday(part) for part in parts]
            return None if None in weekdays else {"weekday": weekdays}
        case "month":
            days = [_day(part) for part in parts]
            if None not in days:
                return {"subType": "day", "day": days}
            nth = _nth_weekdays(parts)
            return nth and {"subType": "week", **nth}
        case "year":
            dates = [_DATE.fullmatch(part) for part in parts]
            pairs = [(int(date[1]), _day(date[2])) for date in dates if date]
            return _product(pairs, "month", "day") if len(pairs) == len(parts) else None
        case _:
            return None


def _nth_weekdays(parts: Sequence[str]) -> dict[str, Any] | None:
    found = [_NTH.fullmatch(part) for part in parts]
    pairs = [(_day(nth[1]), _weekday(nth[2])) for nth in found if nth]
    return _product(pairs, "week", "weekday") if len(pairs) == len(parts) else None


def _product(
    pairs: Sequence[tuple[int | None, int | None]], first: str, second: str
) -> dict[str, Any] | None:
    """Return two lists that mean the pairs, which the format combines; None where they do not."""
    firsts, seconds = ([*dict.fromkeys(values)] for values in zip(*pairs, strict=True))
    combined = {(one, other) for one in firsts for other in seconds}
    whole = combined == set(pairs) and None not in (*firsts, *seconds)
    return {first: firsts, second: seconds} if whole else None


def _day(text: str) -> int | None:
    if text in ("-1", "last"):
        return -1
    return int(text) if text.isdecimal() and 1 <= int(text) <= 31 else None


def _weekday(text: str) -> int | None:
    if text in ("1", "2", "3", "4", "5", "6", "7"):
        return int(text)
    if len(text) < len("mon"):
        return None
    return next((number for name, number in _WEEKDAYS.items() if name.startswith(text)), None)
