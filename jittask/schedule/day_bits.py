"""The days of a year as the bits of one number, so that sets of days meet at once (rule T1).

Bit 0 is 1 January. A search for a day asks year by year: at most 231 of them,
however few of their days are in both sets.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Iterable, Iterator
from datetime import date

DaysOfYear = Callable[[int], int]
"""Gives the days of a year, as bits."""


def all_days(year: int) -> int:
    """Return every day of a year."""
    return (1 << (366 if isleap(year) else 365)) - 1


def kind_of_year(year: int) -> int:
    """Return a number that years with the same weekdays and the same length share."""
    return 2 * date(year, 1, 1).weekday() + isleap(year)


def place(day: date) -> int:
    """Return which bit of its year a day is."""
    return day.toordinal() - date(day.year, 1, 1).toordinal()


def bits_of(days: Iterable[date]) -> int:
    """Return days of one year as bits."""
    found, before = 0, -1
    for day in days:
        if before < 0:
            before = date(day.year, 1, 1).toordinal()
        found |= 1 << (day.toordinal() - before)
    return found


def days_of(bits: int, year: int) -> Iterator[date]:
    """Yield the days that bits name, ascending."""
    before = date(year, 1, 1).toordinal() - 1
    while bits:
        least = bits & -bits
        yield date.fromordinal(before + least.bit_length())
        bits ^= least


def first_day(days: DaysOfYear, since: date, last_year: int) -> date | None:
    """Return the first day of the set from ``since`` to the end of the last year, or None."""
    year, left = since.year, ~0 << place(since)
    while year <= last_year:
        found = days(year) & left
        if found:
            return date.fromordinal(
                date(year, 1, 1).toordinal() - 1 + (found & -found).bit_length()
            )
        year, left = year + 1, ~0
    return None


def last_day(days: DaysOfYear, until: date, first_year: int) -> date | None:
    """Return the last day of the set from the first year to ``until``, or None."""
    year, left = until.year, (2 << place(until)) - 1
    while year >= first_year:
        found = days(year) & left
        if found:
            return date.fromordinal(date(year, 1, 1).toordinal() - 1 + found.bit_length())
        year, left = year - 1, ~0
    return None


def days_from(days: DaysOfYear, since: date, last_year: int) -> Iterator[date]:
    """Yield the days of the set from ``since`` to the end of the last year."""
    year, left = since.year, ~0 << place(since)
    while year <= last_year:
        found = days(year) & left
        if found:
            yield from days_of(found, year)
        year, left = year + 1, ~0


def days_between(days: DaysOfYear, first: date, last: date) -> Iterator[date]:
    """Yield the days of the set from the first to the last, both included."""
    for year in range(first.year, last.year + 1):
        found = days(year)
        if year == first.year:
            found &= ~0 << place(first)
        if year == last.year:
            found &= (2 << place(last)) - 1
        if found:
            yield from days_of(found, year)
