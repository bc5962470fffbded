"""What a calendar makes of a cycle's nominals: moved, merged, skipped (rule T9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jittask.model import Note, Occurrence, SkippedOccurrence
from jittask.schedule.budget import Budget
from jittask.schedule.calendars import SEARCH_DAYS, Calendar
from jittask.schedule.cycle import Cycle
from jittask.schedule.day_bits import all_days, first_day
from jittask.schedule.zones import Nominal, WallClock, instant_span, wall_clock

_made = tuple.__new__  # half the time of the named tuple's own way: they are made by the million
_DAY = timedelta(days=1)
_AHEAD = (SEARCH_DAYS + 2) * _DAY
_BEFORE_START = Note("rolled-before-start", "skipped: it would move to before startTime")


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

    def knows_nothing_of(self, instant: datetime) -> bool:
        """Whether holidays count, and those of that year can no longer be computed (T8)."""
        return self.holidays and instant.year > self.calendar.computed_until

    @property
    def ahead(self) -> timedelta:
        """How far after an instant a nominal may be that is effective there."""
        return _AHEAD if self.direction is Direction.PREVIOUS else timedelta()

    def open_days(self, year: int) -> int:
        """Return the days of a year that fire, as bits."""
        known, barred = self.calendar.year(year), 0
        if self.holidays:
            barred |= known.holidays
        if self.weekends:
            barred |= known.weekends
        return all_days(year) & ~barred

    def walk(
        self,
        cycle: Cycle,
        zone: ZoneInfo,
        low: datetime,
        start: datetime,
        end: datetime,
        budget: Budget,
        *,
        skipped: bool,
    ) -> Iterator[Occurrence | SkippedOccurrence]:
        """Yield, in order of the effective instant, all that may concern ``low`` and later.

        Nothing lands before ``start``, and no nominal after ``end`` counts (T2,
        T7). Without ``skipped``, days from which nothing can land are jumped
        over (T1). Raises TimerBudgetExceeded.
        """
        clock = wall_clock(zone)
        direction = self.direction if cycle.moves else Direction.SKIP
        begin = self._reach(low, clock) if direction is Direction.NEXT else low
        held: dict[datetime, _Landing] = {}
        nominals = cycle.nominals(begin)
        while (nominal := next(nominals, None)) is not None and nominal.instant <= end:
            budget.step()
            wall = clock.named(nominal)
            why = self.bars(wall.date())
            if held:
                ahead = direction is Direction.PREVIOUS
                yield from _before(self._sure(wall, clock) if ahead else nominal.instant, held)
            if why is None and not held and direction is not Direction.PREVIOUS:
                yield as_it_is(nominal)
                continue
            lands = nominal.instant if why is None else self._land(wall, direction, clock)
            if why is not None and (lands is None or lands < start):
                yield from _before(nominal.instant, held)  # days off: nothing lands on them
                if skipped:
                    note = _BEFORE_START if lands else self._skipped(why, cycle)
                    yield SkippedOccurrence(nominal.instant, note)
                elif lands is None:
                    since = self._resume(cycle, direction, nominal, clock, end, budget)
                    if since is None:
                        break
                    if since > nominal.instant:
                        nominals = cycle.nominals(since)
                continue
            assert lands is not None
            landing = held.setdefault(lands, _Landing())
            landing.nominals.append(nominal)
            if why is not None:
                landing.notes.append(self._moved(wall, why))
            elif nominal.missing is not None:
                landing.notes.append(gap_note(nominal.missing))
        for effective in sorted(held):
            yield held[effective].occurrence(effective)

    def _resume(
        self,
        cycle: Cycle,
        direction: Direction,
        nominal: Nominal,
        clock: WallClock,
        end: datetime,
        budget: Budget,
    ) -> datetime | None:
        """Return an instant before which no nominal lands any more; None where none ever does.

        A nominal on a day off was the last that was looked at. Near a shift of
        the clocks, times of the day before may still come.
        """
        still = (nominal.instant + clock.offsets(nominal.instant)[0]).date()
        since, last_year = min(still, clock.named(nominal).date() + _DAY), end.year + 1
        if since.year > last_year:
            return None

        def landing(year: int) -> int:
            budget.step()
            days = cycle.days(year)
            return days and days & self.open_days(year)

        found = first_day(landing, since, last_year)
        if direction is Direction.NEXT:  # the days off just before a working day land on it
            working = first_day(self.calendar.worked, since, last_year)
            if working is not None:
                near = max(since, working - SEARCH_DAYS * _DAY)
                barred = first_day(cycle.days, near, last_year)
                found = min((day for day in (found, barred) if day is not None), default=None)
        if found is None:
            return None
        midnight = datetime.combine(found, time())
        return instant_span(clock.zone, (midnight, midnight))[0]

    def _sure(self, wall: datetime, clock: WallClock) -> datetime:
        """Return before which instant nothing can land any more that falls on ``wall`` or later.

        A day off that fires (a weekend, where only holidays are barred) may lie
        between a barred day and the working day that it moves to.
        """
        day = self._working_day(wall.date(), -1, clock)
        if day is None:
            day = wall.date() - SEARCH_DAYS * _DAY
        return clock.instant(datetime.combine(day, time()))

    def _reach(self, low: datetime, clock: WallClock) -> datetime:
        """Return from which instant on a nominal may be moved past ``low``.

        It is on the days after the working day before.
        """
        day = clock.earliest(low).date()
        before = self._working_day(day, -1, clock)
        first = day - SEARCH_DAYS * _DAY if before is None else before + _DAY
        return min(low, clock.instant(datetime.combine(first, time())))

    def _land(self, wall: datetime, direction: Direction, clock: WallClock) -> datetime | None:
        if direction is Direction.SKIP:
            return None
        day = self._working_day(wall.date(), 1 if direction is Direction.NEXT else -1, clock)
        return None if day is None else clock.instant(datetime.combine(day, wall.time()))

    def _working_day(self, day: date, step: int, clock: WallClock) -> date | None:
        """Return the first working day after (1) or before (-1) ``day`` that the zone has."""
        found = self.calendar.seek(day, step)
        while found is not None and clock.nominal(datetime.combine(found, time())) is None:
            found = self.calendar.seek(found, step)
        return found

    def _skipped(self, why: str, cycle: Cycle) -> Note:
        words, still = "", "not-asked"
        if self.direction is not Direction.SKIP:
            words, still = " (occurrences within a day are not moved)", "within-a-day"
            if cycle.moves:
                words, still = f" (and no working day within {SEARCH_DAYS} days)", "nowhere"
        return Note("skipped-holiday", f"skipped: {why}{words}", (("why", why), ("moved", still)))

    def _moved(self, wall: datetime, why: str) -> Note:
        params = (("from", f"{wall:%Y-%m-%d}"), ("why", why))
        return Note("rolled", f"moved from {wall:%a %Y-%m-%d} ({why})", params)


def _before(sure: datetime, held: dict[datetime, _Landing]) -> Iterator[Occurrence]:
    """Let go what is effective before ``sure``, in order."""
    for effective in sorted(held):
        if effective >= sure:
            break
        yield held.pop(effective).occurrence(effective)


def as_it_is(nominal: Nominal) -> Occurrence:
    """Return the occurrence of a nominal that no calendar moves."""
    instant, missing = nominal
    if missing is None:
        return _made(Occurrence, (instant, (instant,), ()))
    return Occurrence(instant, (instant,), (gap_note(missing),))


def gap_note(missing: datetime) -> Note:
    """Say that a wall time does not exist."""
    clock = f"{missing:%H:%M}"
    text = f"{clock} does not exist that day (clocks go forward)"
    return Note("dst-gap", text, (("time", clock),))


@dataclass(slots=True)
class _Landing:
    """The nominals that meet on one effective instant."""

    nominals: list[Nominal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def occurrence(self, effective: datetime) -> Occurrence:
        notes = self.notes
        count = len(self.nominals)
        if count > 1:
            notes = [*notes, Note("merged", f"{count} occurrences meet here", (("count", count),))]
        instants = tuple(sorted(nominal.instant for nominal in self.nominals))
        return Occurrence(effective, instants, tuple(notes))
