"""Whether a calendar bars every day on which a task could fire (rules T1, T9)."""

from __future__ import annotations

from datetime import date

from jittask.schedule.calendars import SEARCH_DAYS
from jittask.schedule.cycle import FIRST_YEAR, LAST_YEAR, Cycle
from jittask.schedule.day_bits import DaysOfYear, first_day
from jittask.schedule.days import Days, EveryWeeks
from jittask.schedule.problems import TimingProblem
from jittask.schedule.roll import Direction, Roll

_BEGIN = date(FIRST_YEAR, 1, 1)


def may_skip_all(cycle: Cycle, roll: Roll) -> bool:
    """Whether a calendar can keep all of a cycle from firing, and not only move it."""
    skips = roll.direction is Direction.SKIP or not cycle.moves
    return skips or len(roll.calendar.extra_holidays) > SEARCH_DAYS


def skips_every_start(cycle: Cycle, other: Cycle, roll: Roll) -> bool:
    """Whether a cycle never fires, whatever its start; ``other`` has another start.

    Only where the days are named, so that they do not follow from the start.
    """
    if roll.direction is not Direction.SKIP and cycle.moves:
        return False
    days = _named_days(cycle, other)
    if days is None:
        return False
    last_year = roll.calendar.computed_until if roll.holidays else LAST_YEAR
    return first_day(lambda year: days(year) & roll.open_days(year), _BEGIN, last_year) is None


def _named_days(cycle: Cycle, other: Cycle) -> DaysOfYear | None:
    # late: a tree without such a rule need not import what reads them (V7)
    from jittask.schedule.cron import EveryHour, FixedHours
    from jittask.schedule.recurrence import Recurrence

    match cycle, other:
        case (FixedHours() | EveryHour(), _):
            return cycle.days
        case (Recurrence(dates=dates), Recurrence(dates=others)) if dates.parts == others.parts:
            return dates.of
        case (Days(every=EveryWeeks(weekdays=named)), Days(every=EveryWeeks(weekdays=others))):
            return (
                Days(cycle.start, cycle.zone, EveryWeeks(1, named)).days
                if named == others
                else None
            )
        case _:
            return None


def all_days_off(roll: Roll) -> TimingProblem:
    """Return the warning that a calendar skips every occurrence."""
    key = "skipWeekend" if roll.weekends else "skipHoliday"
    name = "" if roll.calendar.label == "weekends" else f" of the calendar {roll.calendar.label}"
    return TimingProblem(
        "all-days-off",
        (key,),
        f"the task never fires: all its occurrences fall on days off{name}",
        f"change the cycle, or remove {key}",
        warning=True,
    )
