"""The next occurrences of a timer, with those between them that do not fire (rules C9, T11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from jittask.model import Note, Occurrence, SkippedOccurrence
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.schedule.calendars import announced
from jittask.schedule.cycle import LAST_INSTANT
from jittask.schedule.explain import wall_notes
from jittask.schedule.timer import Timer
from jittask.schedule.zones import Nominal, wall_clock

FIRING = 10
"""How many that fire are listed."""
MOST_SKIPPED = 30
"""The most that are listed between them of what the calendar keeps from firing: the first."""
_MOST_NOMINALS = 5
"""Of an occurrence in which many meet, the first are explained."""


def coming(task: str, timer: Timer, begin: datetime) -> tuple[TaskOccurrence, ...]:
    """Return what comes strictly after ``begin``, by time, with notes on all that is odd.

    Raises TimerBudgetExceeded.
    """
    firing = list(islice(timer.between(begin, LAST_INSTANT), FIRING))
    until = firing[-1].effective if len(firing) == FIRING else LAST_INSTANT
    steps: list[Occurrence | SkippedOccurrence] = [*firing, *_skipped(timer, begin, until)]
    entries = [
        TaskOccurrence(_instant(step), task, _noted(timer, step), timer.zone) for step in steps
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _skipped(timer: Timer, begin: datetime, until: datetime) -> Iterator[SkippedOccurrence]:
    if timer.roll is None:
        return iter(())
    steps = islice(timer.walk(begin, until), FIRING + MOST_SKIPPED)
    skipped = (step for step in steps if isinstance(step, SkippedOccurrence))
    return islice(skipped, MOST_SKIPPED)


def _instant(step: Occurrence | SkippedOccurrence) -> datetime:
    return step.effective if isinstance(step, Occurrence) else step.nominal


def _noted(timer: Timer, step: Occurrence | SkippedOccurrence) -> Occurrence | SkippedOccurrence:
    """Return it with what a fold, a short month or an unannounced year makes of it."""
    if isinstance(step, SkippedOccurrence):
        return step
    notes = [*step.notes, *_about_nominals(timer, step), *_about_knowledge(timer, step)]
    return step._replace(notes=tuple(dict.fromkeys(notes)))


def _about_nominals(timer: Timer, occurrence: Occurrence) -> Iterator[Note]:
    clock = wall_clock(timer.zone)
    for nominal in occurrence.nominals[:_MOST_NOMINALS]:
        yield from wall_notes(timer, clock.named(Nominal(nominal)))


def _about_knowledge(timer: Timer, occurrence: Occurrence) -> Iterator[Note]:
    if timer.roll is None:
        return
    known, label = timer.roll.calendar.known_until, timer.roll.calendar.label
    if known is not None and occurrence.effective.astimezone(timer.zone).date() > known:
        params = (("calendar", label), ("until", known.isoformat()))
        yield Note("beyond-announced", announced(label, known), params)
