"""Reads ``repeat`` into a cycle: one ``match`` from the pattern to its class (rule F6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from jittask.schedule.cycle import Cycle, Elapsed, Once
from jittask.schedule.days import (
    Days,
    EveryDays,
    EveryMonths,
    EveryWeeks,
    EveryYears,
    MonthDays,
    NthWeekdays,
)
from jittask.schedule.problems import Mistake

ELAPSED_STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
MOST_PERIOD = 1_000_000

_Numbers = tuple[int, ...] | None


CycleOf = Callable[[datetime], Cycle]
"""Returns the cycle from a start; raises Mistake for a rule that never fires from it."""


def read_cycle(config: Mapping[str, object], start: datetime, zone: ZoneInfo) -> Cycle:
    """Read ``repeat`` for a start; raises Mistake."""
    return read_cycle_of(config, zone)(start)


def read_cycle_of(config: Mapping[str, object], zone: ZoneInfo) -> CycleOf:
    """Read ``repeat`` once, for many starts; raises Mistake. The result can be pickled."""
    repeat = config.get("repeat") or {"repeatType": "normal"}
    if not isinstance(repeat, Mapping):
        raise Mistake("bad-repeat", ("repeat",), "repeat: expected an object", None)
    kind = repeat.get("repeatType", "normal")
    period = repeat.get("period", 1)
    whole = isinstance(period, int) and not isinstance(period, bool)
    if not isinstance(period, int) or not whole or not 1 <= period <= MOST_PERIOD:
        raise Mistake(
            "bad-repeat",
            ("repeat", "period"),
            f"period: expected a whole number from 1 to {MOST_PERIOD:,}, got {period!r}",
        )
    match kind:
        case "normal":
            return partial(Once, zone=zone)
        case "minute" | "hour":
            return partial(Elapsed, zone=zone, step=period * ELAPSED_STEPS[str(kind)])
        case "day":
            return partial(Days, zone=zone, every=EveryDays(period))
        case "week":
            weekdays = _numbers(repeat, "weekday", 1, 7)
            return partial(_weeks, zone, period, weekdays)
        case "month":
            return partial(_months, zone, period, _read_month_pattern(repeat))
        case "year":
            months = _numbers(repeat, "month", 1, 12)
            return partial(_years, zone, period, months, _read_month_pattern(repeat))
        case "custom":
            return _custom(repeat, zone)
        case _:
            raise Mistake(
                "bad-repeat",
                ("repeat", "repeatType"),
                f"expected normal, minute, hour, day, week, month, year or custom, got {kind!r}",
            )


def _weeks(zone: ZoneInfo, period: int, weekdays: _Numbers, start: datetime) -> Cycle:
    return Days(start, zone, EveryWeeks(period, weekdays or (start.isoweekday(),)))


def _months(zone: ZoneInfo, period: int, pattern: _MonthPattern, start: datetime) -> Cycle:
    return Days(start, zone, EveryMonths(period, pattern.of(start)))


def _years(
    zone: ZoneInfo, period: int, months: _Numbers, pattern: _MonthPattern, start: datetime
) -> Cycle:
    return Days(start, zone, EveryYears(period, months or (start.month,), pattern.of(start)))


def _custom(repeat: Mapping[str, object], zone: ZoneInfo) -> CycleOf:
    cron, rule = repeat.get("cron"), repeat.get("rrule")
    if isinstance(cron, str) and rule is None:
        from jittask.schedule.cron import cron_cycle  # late: few trees have one

        return partial(cron_cycle, cron, zone=zone)
    if isinstance(rule, str) and cron is None:
        from jittask.schedule.rrule_cycle import rrule_cycle  # late: few trees have one

        return partial(rrule_cycle, rule, zone=zone)
    both = cron is not None and rule is not None
    raise Mistake(
        "bad-repeat",
        ("repeat", "rrule" if both else "repeatType"),
        "a custom cycle has exactly one of cron and rrule",
        "remove one of them" if both else 'for example: "cron": "30 9 * * 1-5"',
    )


@dataclass(frozen=True, slots=True)
class _MonthPattern:
    """Days of a month as they are written; what is not written is that of the start."""

    by_week: bool
    days: _Numbers = None
    weeks: _Numbers = None
    weekdays: _Numbers = None

    def of(self, start: datetime) -> MonthDays | NthWeekdays:
        """Return the days of a month, from a start."""
        if not self.by_week:
            return MonthDays(self.days or (start.day,))
        weeks = self.weeks or ((start.day - 1) // 7 + 1,)
        return NthWeekdays(weeks, self.weekdays or (start.isoweekday(),))


def _read_month_pattern(repeat: Mapping[str, object]) -> _MonthPattern:
    by_week = repeat.get("subType") == "week" or "week" in repeat or (
        "weekday" in repeat and "day" not in repeat
    )  # fmt: skip
    if by_week:
        weeks, weekdays = _numbers(repeat, "week", -1, 5), _numbers(repeat, "weekday", 1, 7)
        return _MonthPattern(True, weeks=weeks, weekdays=weekdays)
    return _MonthPattern(False, _numbers(repeat, "day", -1, 31))


def _numbers(repeat: Mapping[str, object], key: str, low: int, high: int) -> _Numbers:
    """Return the numbers of a list, ascending, or one number; None where there is none."""
    value = repeat.get(key)
    if value in (None, [], ""):  # JitAi leaves them so
        return None
    listed = value if isinstance(value, list | tuple) else [value]
    fine = bool(listed) and all(
        isinstance(number, int)
        and not isinstance(number, bool)
        and number != 0
        and low <= number <= high
        for number in listed
    )
    if not fine:
        last = ", or -1 for the last" if low < 0 else ""
        raise Mistake(
            "bad-repeat",
            ("repeat", key),
            f"{key}: expected numbers from 1 to {high}{last}, got {value!r}",
        )
    return tuple(sorted(set(listed)))
