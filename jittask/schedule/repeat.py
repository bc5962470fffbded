"""Reads ``repeat`` into a cycle: one ``match`` from the pattern to its class (rule F6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
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


def read_cycle(config: Mapping[str, object], start: datetime, zone: ZoneInfo) -> Cycle:
    """Read ``repeat`` for a start; raises Mistake."""
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
            return Once(start, zone)
        case "minute" | "hour":
            return Elapsed(start, zone, period * ELAPSED_STEPS[str(kind)])
        case "day":
            return Days(start, zone, EveryDays(period))
        case "week":
            weekdays = _numbers(repeat, "weekday", (start.isoweekday(),), 1, 7)
            return Days(start, zone, EveryWeeks(period, weekdays))
        case "month":
            return Days(start, zone, EveryMonths(period, _month_pattern(repeat, start)))
        case "year":
            months = _numbers(repeat, "month", (start.month,), 1, 12)
            return Days(start, zone, EveryYears(period, months, _month_pattern(repeat, start)))
        case "custom":
            return _custom(repeat, start, zone)
        case _:
            raise Mistake(
                "bad-repeat",
                ("repeat", "repeatType"),
                f"expected normal, minute, hour, day, week, month, year or custom, got {kind!r}",
            )


def _custom(repeat: Mapping[str, object], start: datetime, zone: ZoneInfo) -> Cycle:
    cron, rule = repeat.get("cron"), repeat.get("rrule")
    if isinstance(cron, str) and rule is None:
        from jittask.schedule.cron import cron_cycle  # late: few trees have one

        return cron_cycle(cron, start, zone)
    if isinstance(rule, str) and cron is None:
        from jittask.schedule.rrule_cycle import rrule_cycle  # late: few trees have one

        return rrule_cycle(rule, start, zone)
    both = cron is not None and rule is not None
    raise Mistake(
        "bad-repeat",
        ("repeat", "rrule" if both else "repeatType"),
        "a custom cycle has exactly one of cron and rrule",
        "remove one of them" if both else 'for example: "cron": "30 9 * * 1-5"',
    )


def _month_pattern(repeat: Mapping[str, object], start: datetime) -> MonthDays | NthWeekdays:
    by_week = repeat.get("subType") == "week" or "week" in repeat or (
        "weekday" in repeat and "day" not in repeat
    )  # fmt: skip
    if by_week:
        weeks = _numbers(repeat, "week", ((start.day - 1) // 7 + 1,), -1, 5)
        return NthWeekdays(weeks, _numbers(repeat, "weekday", (start.isoweekday(),), 1, 7))
    return MonthDays(_numbers(repeat, "day", (start.day,), -1, 31))


def _numbers(
    repeat: Mapping[str, object], key: str, default: tuple[int, ...], low: int, high: int
) -> tuple[int, ...]:
    value = repeat.get(key)
    if value in (None, [], ""):  # JitAi leaves them so
        return default
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
