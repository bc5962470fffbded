"""The timers of a date-field task's rows, and the dates that matter (rule D1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jittask.schedule.cycle import LAST_YEAR
from jittask.schedule.frame import CalendarConfig, read_frame
from jittask.schedule.idle_keys import idle_keys, without_effect
from jittask.schedule.never_open import all_days_off, skips_every_start
from jittask.schedule.offset import Offset, idle_amount, read_offset
from jittask.schedule.problems import Mistake, TimingError, TimingProblem
from jittask.schedule.reader import Reader
from jittask.schedule.repeat import ELAPSED_STEPS, CycleOf, read_cycle, read_cycle_of
from jittask.schedule.roll import Roll
from jittask.schedule.timer import Timer
from jittask.schedule.wall_times import read_wall
from jittask.schedule.zones import to_wall

_DAY = timedelta(days=1)
_A_START = datetime(2024, 1, 31, 9)  # noqa: DTZ001 - any start does to read the cycle
_ANOTHER = datetime(2024, 2, 13, 9)  # noqa: DTZ001 - with another month, day and weekday
FIRST_SANE_YEAR = 1000
"""A repeat may count from long ago, as from a birthday."""


@dataclass(frozen=True, slots=True)
class RowTimer:
    """Makes the timer of each row; immutable."""

    zone: ZoneInfo
    start_field: str
    start_offset: Offset
    end_field: str | None
    end_offset: Offset
    end_time: datetime | None
    repeat: Mapping[str, object] = field(hash=False)
    roll: Roll | None = None
    _cycle_of: CycleOf = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cycle_of", read_cycle_of({"repeat": self.repeat}, self.zone))

    @classmethod
    def from_config(
        cls, timer_cfg: Mapping[str, object], zone: str | ZoneInfo, calendar: CalendarConfig = None
    ) -> RowTimer:
        """Make it of a date-field task's ``timerCfg``; raises TimingError."""
        timer, problems = check_row_timer(timer_cfg, zone, calendar)
        if timer is None:
            raise TimingError([problem for problem in problems if not problem.warning])
        return timer

    @property
    def fields(self) -> tuple[str, ...]:
        """The model's fields that it reads."""
        if self.end_field is None or self.end_field == self.start_field:
            return (self.start_field,)
        return (self.start_field, self.end_field)

    @property
    def repeats(self) -> bool:
        """Whether a row can have more than one occurrence."""
        return self.repeat.get("repeatType", "normal") != "normal"

    def timer_of(self, row: Mapping[str, object], column_zone: ZoneInfo | None) -> Timer | None:
        """Return the timer of a row, by field; None where its date is empty.

        ``column_zone`` is that of naive datetimes (F8): that of the database; with
        None they are wall time in the task's zone. Raises ValueError for a value that is no date.
        """

        def value(name: str) -> date | None:
            found = _as_date(name, row.get(name))
            if column_zone is None or not isinstance(found, datetime) or found.tzinfo is not None:
                return found
            return found.replace(tzinfo=column_zone)

        end = value(self.end_field) if self.end_field else None
        return self.timer(value(self.start_field), end)

    def timer(self, start: date | None, end: date | None = None) -> Timer | None:
        """Return the timer for a start value and an end value (D1); None where nothing can fire.

        That is without a start, with one so far out that no occurrence of it
        lies in the years that timers know, such as a 9999-12-31, or with one
        after an rrule's UNTIL. Naive datetimes are wall time in the task's zone.
        """
        if start is None:
            return None
        try:
            base = self.start_offset.apply(self._naive(start), self.zone)
        except (OverflowError, ValueError):
            return None
        if not FIRST_SANE_YEAR <= base.year <= LAST_YEAR:
            return None
        try:
            cycle = self._cycle_of(base)
        except Mistake:  # the rule is valid, but from this start it never fires
            return None
        return Timer(self.zone, base, self._end(end), cycle, self.roll)

    def _end(self, value: date | None) -> datetime | None:
        if self.end_field is None:
            return self.end_time
        if value is None:
            return None
        try:
            end = self.end_offset.apply(self._naive(value), self.zone)
        except (OverflowError, ValueError):
            return None
        if end.year > LAST_YEAR:
            return None
        plain_date = not isinstance(value, datetime) and self.end_offset.at is None
        if plain_date and not self.end_offset.seconds:
            return datetime.combine(end.date(), time.max)
        return end

    def _naive(self, value: date) -> date:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return to_wall(value, self.zone)
        return value


def check_row_timer(
    config: Mapping[str, object], zone: str | ZoneInfo, calendar: CalendarConfig
) -> tuple[RowTimer | None, list[TimingProblem]]:
    """Read a date-field task's ``timerCfg``; return its row timer, and all problems."""
    reader = Reader(config)
    frame = read_frame(reader, zone, calendar)
    reader.problems += idle_keys(config)
    reader.problems += idle_amount(config.get("startOffset"), "startOffset")
    reader.problems += _unclear_ends(config)
    start_field = reader.step(lambda: _field_name(config, "startField"))
    start_offset = reader.step(lambda: read_offset(config.get("startOffset"), "startOffset"))
    end_offset = reader.step(lambda: read_offset(config.get("endOffset"), "endOffset"))
    by_field = _ends_by_field(config)
    if by_field:
        reader.problems += idle_amount(config.get("endOffset"), "endOffset")
    elif end_offset not in (None, Offset()):
        reader.problems.append(
            without_effect(("endOffset",), "endOffset has no effect without endField")
        )
    end_time = None
    if not by_field and config.get("endTime"):
        end_time = reader.step(lambda: read_wall(config, "endTime", frame.zone, end=True))
    end_field = reader.step(lambda: _field_name(config, "endField")) if by_field else None
    repeat = config.get("repeat") or {"repeatType": "normal"}
    cycle = reader.step(lambda: read_cycle(config, _A_START, frame.zone))
    if isinstance(repeat, Mapping):
        reader.step(lambda: _minutes_need_an_end(repeat, bounded=by_field or end_time is not None))
    if reader.failed or start_field is None or start_offset is None or end_offset is None:
        return None, reader.problems
    assert isinstance(repeat, Mapping)
    if cycle is not None and frame.roll is not None:
        another = Reader(config).step(lambda: read_cycle(config, _ANOTHER, frame.zone))
        if another is not None and skips_every_start(cycle, another, frame.roll):
            reader.problems.append(all_days_off(frame.roll))
    timer = RowTimer(
        frame.zone, start_field, start_offset, end_field, end_offset, end_time, repeat, frame.roll
    )
    return timer, reader.problems


def _field_name(config: Mapping[str, object], key: str) -> str:
    name = config.get(key)
    if not isinstance(name, str) or not name:
        raise Mistake("bad-field", (key,), f"{key}: expected the name of a date field", None)
    return name


def _ends_by_field(config: Mapping[str, object]) -> bool:
    which = config.get("endTimeType")
    if which in (0, 1) and config.get("endTime") and config.get("endField"):
        return which == 1
    return bool(config.get("endField"))


def _unclear_ends(config: Mapping[str, object]) -> Iterator[TimingProblem]:
    which, by_time, by_field = (config.get(key) for key in ("endTimeType", "endTime", "endField"))
    if which == 1 and not by_field:
        message, hint = "endTimeType 1 ends by a field, and endField is missing", "name the field"
        yield TimingProblem("end-missing", ("endTimeType",), message, hint)
    elif which == 0 and not by_time and by_field:
        message = "endTimeType 0 ends by a time, and endTime is missing"
        hint = 'set endTime, or "endTimeType": 1 to end by endField'
        yield TimingProblem("end-missing", ("endTimeType",), message, hint)
    elif which == 0 and "endTime" not in config:  # JitAi writes null for no end
        yield without_effect(
            ("endTimeType",), "endTimeType has no effect without endTime or endField"
        )
    elif which is None and by_time and by_field:
        yield TimingProblem(
            "two-ends",
            ("endTime",),
            "endTime and endField are both set, and endField is used",
            "remove one, or say which by endTimeType",
            warning=True,
        )


def _minutes_need_an_end(repeat: Mapping[str, object], *, bounded: bool) -> None:
    if repeat.get("repeatType") in ELAPSED_STEPS and not bounded:
        raise Mistake(
            "minute-cycle-needs-end",
            ("repeat", "repeatType"),
            f"a cycle by {repeat['repeatType']} for every row needs an end",
            "set endTime, or endField with endOffset",
        )


def _as_date(name: str, value: object) -> date | None:
    if isinstance(value, date | None):
        return value
    raise ValueError(f"expected a date in {name}, got {value!r}")
