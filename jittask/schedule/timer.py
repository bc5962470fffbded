"""The timer: when a scheduled task, or one row of a date-field task, fires (F4, T1-T9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jittask.model import Occurrence, SkippedOccurrence
from jittask.schedule.budget import Budget
from jittask.schedule.calendars import Calendar
from jittask.schedule.cycle import LAST_INSTANT, Cycle
from jittask.schedule.frame import CalendarConfig, read_frame
from jittask.schedule.idle_keys import idle_keys
from jittask.schedule.never_open import all_days_off, may_skip_all
from jittask.schedule.problems import TimerBudgetExceeded, TimingError, TimingProblem
from jittask.schedule.reader import Reader
from jittask.schedule.repeat import read_cycle
from jittask.schedule.roll import Roll, as_it_is
from jittask.schedule.wall_times import read_wall
from jittask.schedule.zones import instant_of

_BEFORE_ALL = datetime(1969, 12, 31, tzinfo=UTC)
_ANY_START = datetime(1970, 1, 1, 9)  # noqa: DTZ001 - wall time
"""Takes the place of a start that cannot be read, so that the cycle is read all the same."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A rule bound to its start, end, zone and calendar. Immutable; equal when it means the same.

    An instant given to it must be aware; instants it gives are in UTC.
    """

    zone: ZoneInfo
    start: datetime
    """Wall time in ``zone``."""
    end: datetime | None
    """Wall time in ``zone``, inclusive (T7)."""
    cycle: Cycle
    roll: Roll | None = None
    last: datetime = field(init=False, repr=False)
    """The last instant that may fire."""

    def __post_init__(self) -> None:
        last = LAST_INSTANT if self.end is None else instant_of(self.end, self.zone)
        object.__setattr__(self, "last", last)

    @classmethod
    def from_config(
        cls,
        timer_cfg: Mapping[str, object],
        zone: str | ZoneInfo = "UTC",
        calendar: str | Mapping[str, object] | Calendar | None = None,
    ) -> Timer:
        """Make the timer of a scheduled task's ``timerCfg``.

        ``zone`` and ``calendar`` are the app's; the configuration's own win.
        Raises TimingError with every problem that keeps it from being one.
        """
        timer, problems = check_timer(timer_cfg, zone, calendar)
        if timer is None:
            raise TimingError([problem for problem in problems if not problem.warning])
        return timer

    def after(self, t: datetime) -> Occurrence | None:
        """Return the first occurrence that is effective strictly after ``t`` (T1).

        Raises TimerBudgetExceeded, as ``between`` and ``walk`` do.
        """
        if self.roll is not None:
            return next(self.between(t, LAST_INSTANT), None)
        for nominal in self.cycle.nominals(t):
            instant = nominal[0]
            if instant > t:
                return as_it_is(nominal) if instant <= self.last else None
        return None

    def between(self, a: datetime, b: datetime) -> Iterator[Occurrence]:
        """Yield the occurrences that are effective in ``(a, b]``, in order."""
        last = min(b, self.last)
        if self.roll is None:
            return self._plain(a, last)
        steps = self._rolled(self.roll, a, last, skipped=False)
        return (step for step in steps if isinstance(step, Occurrence))

    def walk(self, a: datetime, b: datetime) -> Iterator[Occurrence | SkippedOccurrence]:
        """Yield what ``between`` yields, and the nominals that the calendar keeps from firing."""
        last = min(b, self.last)
        if self.roll is None:
            return self._plain(a, last)
        return self._rolled(self.roll, a, last, skipped=True)

    def _plain(self, a: datetime, last: datetime) -> Iterator[Occurrence]:
        if last <= a:
            return
        for nominal in self.cycle.nominals(a):
            instant = nominal[0]
            if instant > last:
                return
            if instant > a:
                yield as_it_is(nominal)

    def _rolled(
        self, roll: Roll, a: datetime, last: datetime, *, skipped: bool
    ) -> Iterator[Occurrence | SkippedOccurrence]:
        if last <= a:
            return
        start = instant_of(self.start, self.zone)
        budget = Budget(self._rule)
        end = min(self.last, last + roll.ahead)
        for step in roll.walk(self.cycle, self.zone, a, start, end, budget, skipped=skipped):
            at = step.nominal if isinstance(step, SkippedOccurrence) else step.effective
            if at > last:
                return
            if at > a:
                yield step
                budget.renew()

    @property
    def _rule(self) -> str:
        """Name the rule, as it is written where it is a text."""
        # late: a tree without such a rule need not import what reads them (V7)
        from jittask.schedule.cron import EveryHour, FixedHours
        from jittask.schedule.recurrence import Recurrence

        cycle = self.cycle
        if isinstance(cycle, FixedHours | EveryHour):
            return f"cron {cycle.cron!r}"
        if isinstance(cycle, Recurrence):
            return f"rrule {cycle.text!r}"
        return f"the cycle from {self.start}"


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
    else:
        reader.problems += _no_occurrence(timer)
    return timer, reader.problems


def _no_occurrence(timer: Timer) -> Iterator[TimingProblem]:
    """Yield a warning where no occurrence is left: a cycle alone always has one."""
    roll = timer.roll if timer.roll and may_skip_all(timer.cycle, timer.roll) else None
    if timer.end is None and roll is None:
        return
    place = ("endTime",) if timer.end else ("repeat",)
    try:
        first = timer.after(_BEFORE_ALL)
    except TimerBudgetExceeded as error:
        yield TimingProblem("no-occurrence", place, str(error), None, warning=True)
        return
    if roll is not None and (first is None or roll.knows_nothing_of(first.effective)):
        plain = replace(timer, roll=None).after(_BEFORE_ALL)
        if plain is not None and not roll.knows_nothing_of(plain.effective):
            yield all_days_off(roll)
            return
    if first is not None:
        return
    message = "the task never fires: nothing of its cycle lies between its start and its end"
    yield TimingProblem("no-occurrence", place, message, None, warning=True)


class Followers:
    """What comes after an instant, asked of each timer once: tasks of one timing share theirs."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, datetime], tuple[Timer, Occurrence | None]] = {}

    def after(self, timer: Timer, t: datetime) -> Occurrence | None:
        """Return ``timer.after(t)``."""
        key = id(timer), t  # it is held, so no other one takes its place
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = timer, timer.after(t)
        return known[1]
