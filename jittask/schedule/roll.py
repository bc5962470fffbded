"""What a calendar makes of a cycle's nominals: moved, merged, skipped (rule T9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jittask.model import Note, Occurrence, SkippedOccurrence
from jittask.schedule.calendars import SEARCH_DAYS, Calendar
from jittask.schedule.cycle import Cycle
from jittask.schedule.zones import Nominal, WallClock, resolve, wall_clock

_DAY = timedelta(days=1)


class Direction(StrEnum):
    """Where an occurrence on a day that is not worked goes."""

    NEXT = "next"
    PREVIOUS = "previous"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Roll:
    """Which days do not fire, and what becomes of their occurrences."""

    calendar: Calendar
    holidays: bool
    weekends: bool
    direction: Direction

    def bars(self, day: date) -> str | None:
        """Return why ``day`` does not fire, or None."""
        if self.holidays and self.calendar.is_holiday(day):
            return self.calendar.holiday_name(day) or "weekend"
        if self.weekends and self.calendar.is_weekend(day):
            return "weekend"
        return None

    def walk(
        self, cycle: Cycle, zone: ZoneInfo, low: datetime
    ) -> Iterator[Occurrence | SkippedOccurrence]:
        """Yield, in order of the effective instant, all that may concern ``low`` and later.

        Begins early enough that nothing which is moved past ``low`` is missed:
        what falls on the days after the working day before ``low``.
        """
        clock = wall_clock(zone)
        begin = low
        if cycle.moves and self.direction is Direction.NEXT:
            begin = resolve(datetime.combine(self._reach(clock.wall(low).date()), time()), zone)
        held: dict[datetime, _Landing] = {}
        for nominal in cycle.nominals(begin):
            wall = clock.named(nominal)
            why = self.bars(wall.date())
            if held:
                sure = self._sure(nominal, wall, zone)
                for effective in sorted(held):
                    if effective >= sure:
                        break
                    yield held.pop(effective).occurrence(effective)
            if why is None and not held and self.direction is not Direction.PREVIOUS:
                yield as_it_is(nominal)
                continue
            lands = nominal.instant if why is None else self._land(cycle, wall, clock)
            if lands is None:
                assert why is not None
                yield SkippedOccurrence(nominal.instant, self._skipped(why))
                continue
            landing = held.setdefault(lands, _Landing())
            landing.nominals.append(nominal)
            if why is not None:
                landing.notes.append(self._moved(wall, why))
            elif nominal.missing is not None:
                landing.notes.append(gap_note(nominal.missing))
        for effective in sorted(held):
            yield held[effective].occurrence(effective)

    def _sure(self, nominal: Nominal, wall: datetime, zone: ZoneInfo) -> datetime:
        """Return before which instant nothing can land any more, from ``nominal`` on.

        A day off that fires (a weekend, where only holidays are barred) may lie
        between a barred day and the working day that it moves to.
        """
        if self.direction is not Direction.PREVIOUS:
            return nominal.instant
        before = self.calendar.seek(wall.date(), -1)
        if before is None:
            return nominal.instant - SEARCH_DAYS * _DAY
        return resolve(datetime.combine(before, time()), zone)

    def _reach(self, day: date) -> date:
        before = self.calendar.seek(day, -1)
        return day - SEARCH_DAYS * _DAY if before is None else before + _DAY

    def _land(self, cycle: Cycle, wall: datetime, clock: WallClock) -> datetime | None:
        if not cycle.moves or self.direction is Direction.SKIP:
            return None
        step = 1 if self.direction is Direction.NEXT else -1
        day = self.calendar.seek(wall.date(), step)
        while day is not None:
            landing = clock.nominal(datetime.combine(day, wall.time()))
            if landing is not None:
                return landing.instant
            day = self.calendar.seek(day, step)
        return None

    def _skipped(self, why: str) -> Note:
        if self.direction is Direction.SKIP:
            return Note("skipped-holiday", f"skipped: {why}")
        return Note("skipped-holiday", f"skipped: {why} (occurrences within a day are not moved)")

    def _moved(self, wall: datetime, why: str) -> Note:
        return Note("rolled", f"moved from {wall:%a %Y-%m-%d} ({why})")


def as_it_is(nominal: Nominal) -> Occurrence:
    """Return the occurrence of a nominal that no calendar moves."""
    notes = () if nominal.missing is None else (gap_note(nominal.missing),)
    return Occurrence(nominal.instant, (nominal.instant,), notes)


def gap_note(missing: datetime) -> Note:
    """Say that a wall time does not exist."""
    return Note("dst-gap", f"{missing:%H:%M} does not exist that day (clocks go forward)")


@dataclass(slots=True)
class _Landing:
    """The nominals that meet on one effective instant."""

    nominals: list[Nominal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def occurrence(self, effective: datetime) -> Occurrence:
        notes = self.notes
        if len(self.nominals) > 1:
            notes = [*notes, Note("merged", f"{len(self.nominals)} occurrences meet here")]
        instants = tuple(sorted(one.instant for one in self.nominals))
        return Occurrence(effective, instants, tuple(notes))
