"""Reads a ``timerCfg`` into timers, telling every problem on the way (rules F4-F6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.schedule.calendars import Calendar
from jittask.schedule.cron import cron_cycle
from jittask.schedule.cycle import FIRST_YEAR, LAST_YEAR, Cycle, Elapsed, Once
from jittask.schedule.days import (
    Days,
    EveryDays,
    EveryMonths,
    EveryWeeks,
    EveryYears,
    MonthDays,
    NthWeekdays,
)
from jittask.schedule.problems import Mistake, TimingProblem
from jittask.schedule.recurrence import rrule_cycle
from jittask.schedule.roll import Direction, Roll
from jittask.schedule.timer import Timer
from jittask.schedule.zones import end_of_day, to_wall
from jittask.zonedata import find_zone

CalendarConfig = str | Mapping[str, object] | Calendar | None
_T = TypeVar("_T")

ELAPSED_STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
MOST_PERIOD = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANY_START = datetime(1970, 1, 1, 9)  # noqa: DTZ001 - wall time
"""Stands in for a start that cannot be read, so that the cycle is read all the same."""


class Reader:
    """Runs the steps of a reading, keeping each one's problem and going on."""

    def __init__(self, config: Mapping[str, object]) -> None:
        self.config = config
        self.problems: list[TimingProblem] = []

    def step(self, reading: Callable[[], _T]) -> _T | None:
        """Return what ``reading`` gives, or None with its problem kept."""
        try:
            return reading()
        except Mistake as mistake:
            self.problems.append(mistake.problem)
            return None

    @property
    def failed(self) -> bool:
        """Whether some problem keeps the timer from being one."""
        return any(not one.warning for one in self.problems)


def check_timer(
    config: Mapping[str, object], zone: str | ZoneInfo, calendar: CalendarConfig
) -> tuple[Timer | None, list[TimingProblem]]:
    """Read a scheduled task's ``timerCfg``; return its timer, and all problems."""
    reader = Reader(config)
    frame = read_frame(reader, zone, calendar)
    reader.problems += idle_keys(config)
    start = reader.step(lambda: read_wall(config, "startTime", frame.zone))
    end = None
    if config.get("endTime"):
        end = reader.step(lambda: read_wall(config, "endTime", frame.zone, end=True))
    cycle = reader.step(lambda: read_cycle(config, start or _ANY_START, frame.zone))
    if start is None or cycle is None or reader.failed:
        return None, reader.problems
    timer = Timer(frame.zone, start, end, cycle, frame.roll)
    if end is not None and end < start:
        reader.problems.append(
            TimingProblem(
                "end-before-start",
                ("endTime",),
                "endTime is before startTime, so the task never fires",
                "move endTime, or remove it",
                warning=True,
            )
        )
    elif _may_be_empty(timer) and timer.after(_EPOCH - timedelta(days=1)) is None:
        reader.problems.append(
            TimingProblem(
                "no-occurrence",
                ("endTime",) if end else ("repeat",),
                "the task never fires: nothing of its cycle lies between its start and its end",
                None,
                warning=True,
            )
        )
    return timer, reader.problems


def _may_be_empty(timer: Timer) -> bool:
    """Whether no occurrence may be left: a cycle alone always has one."""
    skips = timer.roll is not None and timer.roll.direction is Direction.SKIP
    return timer.end is not None or skips


_MONTH_DAYS, _MONTH_WEEKS = {"subType", "day"}, {"subType", "week", "weekday"}
_KEYS_OF_CYCLE: Mapping[str, frozenset[str]] = {
    "normal": frozenset({"period"}),  # JitAi always writes it
    "minute": frozenset({"period"}),
    "hour": frozenset({"period"}),
    "day": frozenset({"period"}),
    "week": frozenset({"period", "weekday"}),
    "month": frozenset({"period", *_MONTH_DAYS, *_MONTH_WEEKS}),
    "year": frozenset({"period", "month", *_MONTH_DAYS, *_MONTH_WEEKS}),
    "custom": frozenset({"period", "cron", "rrule"}),
}
_CYCLE_KEYS = frozenset().union(*_KEYS_OF_CYCLE.values())


def idle_keys(config: Mapping[str, object]) -> Iterator[TimingProblem]:
    """Yield a warning for each key that stands in a ``timerCfg`` and does nothing there."""
    repeat = config.get("repeat")
    if isinstance(repeat, Mapping):
        kind = str(repeat.get("repeatType", "normal"))
        used = _KEYS_OF_CYCLE.get(kind, _CYCLE_KEYS)
        by_day = repeat.get("subType") == "day"
        for key, value in repeat.items():
            idle = key in _CYCLE_KEYS - used or (by_day and key in ("week", "weekday"))
            if idle and value not in (None, [], ""):
                where = "a month by days" if key in used else f"a cycle by {kind}"
                yield without_effect(("repeat", key), f"{key} has no effect in {where}")
    if config.get("skipHoliday") or config.get("skipWeekend"):
        return
    for key in ("holidayRoll", "calendar"):
        if config.get(key):
            yield without_effect((key,), f"{key} has no effect without skipHoliday or skipWeekend")


def without_effect(pointer: tuple[str | int, ...], message: str) -> TimingProblem:
    """Return the warning about a key that does nothing where it stands."""
    return TimingProblem("key-without-effect", pointer, message, "remove it", warning=True)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every timer of a ``timerCfg`` stands in."""

    zone: ZoneInfo
    roll: Roll | None


def read_frame(reader: Reader, zone: str | ZoneInfo, calendar: CalendarConfig) -> Frame:
    """Read the zone, and what holidays do; in UTC where the zone is wrong, to go on reading."""
    own_zone = reader.config.get("timezone")
    found = zone if isinstance(zone, ZoneInfo) else find_zone(zone)
    if own_zone is not None:
        found = find_zone(str(own_zone))
    if found is None:
        reader.problems.append(
            TimingProblem(
                "unknown-timezone",
                ("timezone",),
                f"expected an IANA time zone such as Europe/Berlin, got {own_zone or zone!r}",
                "the names are those of the tz database",
            )
        )
    return Frame(
        found or zonedata.zone("UTC"), reader.step(lambda: _read_roll(reader.config, calendar))
    )


def read_wall(
    config: Mapping[str, object], key: str, zone: ZoneInfo, *, end: bool = False
) -> datetime:
    """Read a wall time; one with an offset is turned into the zone's (T4). Raises Mistake.

    A date alone is midnight, or the end of the day where ``end`` is set (T7).
    """
    text = config.get(key)
    code = "bad-end-time" if end else "bad-start-time"
    try:
        if not isinstance(text, str):
            raise ValueError(text)  # noqa: TRY004 - one way out
        stripped = text.strip()
        found = datetime.fromisoformat(stripped)
    except ValueError:
        raise Mistake(
            code,
            (key,),
            f"{key}: expected yyyy-MM-dd HH:mm:ss, got {text!r}"
            if text is not None
            else f"{key} is missing",
            "for example: 2026-01-05 09:00:00",
        ) from None
    if end and found.tzinfo is None and _is_date(stripped):
        found = end_of_day(found.date())
    if end and found.year > LAST_YEAR:
        return datetime(LAST_YEAR, 12, 31, 23, 59, 59)  # noqa: DTZ001 - wall time: for ever
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        years = f"{FIRST_YEAR} to {LAST_YEAR}"
        raise Mistake(code, (key,), f"{key}: expected a year from {years}, got {found.year}")
    return found if found.tzinfo is None else to_wall(found, zone)


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
        return cron_cycle(cron, start, zone)
    if isinstance(rule, str) and cron is None:
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
        isinstance(one, int) and not isinstance(one, bool) and one != 0 and low <= one <= high
        for one in listed
    )
    if not fine:
        last = ", or -1 for the last" if low < 0 else ""
        raise Mistake(
            "bad-repeat",
            ("repeat", key),
            f"{key}: expected numbers from 1 to {high}{last}, got {value!r}",
        )
    return tuple(sorted(set(listed)))


def _read_roll(config: Mapping[str, object], calendar: CalendarConfig) -> Roll | None:
    holidays, weekends = bool(config.get("skipHoliday")), bool(config.get("skipWeekend"))
    own = config.get("calendar")
    found: Calendar | None = calendar if isinstance(calendar, Calendar) else None
    if own is not None:
        if not isinstance(own, str | Mapping):
            raise Mistake("unknown-calendar", ("calendar",), "expected a code or an object")
        found = _calendar(own)
    elif isinstance(calendar, str | Mapping) and (holidays or weekends):
        found = _calendar(calendar)
    if not holidays and not weekends:
        return None
    if found is None and holidays:
        raise Mistake(
            "holidays-without-calendar",
            ("skipHoliday",),
            "skipHoliday needs a calendar, and none is set",
            'set settings.calendar in app.json, for example "CN", "US-CA" or "XNYS"',
        )
    roll = config.get("holidayRoll", "next")
    if roll not in ("next", "previous", "skip"):
        raise Mistake(
            "bad-repeat", ("holidayRoll",), f"expected next, previous or skip, got {roll!r}"
        )
    return Roll(found or Calendar("weekends"), holidays, weekends, Direction(str(roll)))


def _calendar(config: str | Mapping[str, object]) -> Calendar:
    try:
        return Calendar.from_config(config)
    except Mistake as mistake:
        problem = mistake.problem
        deeper = problem.pointer if isinstance(config, Mapping) else ()
        raise Mistake(problem.code, ("calendar", *deeper), problem.message, problem.hint) from None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
