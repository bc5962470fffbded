"""The timer: when a scheduled task, or one row of a date-field task, fires (T1-T9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jittask.model import Note, Occurrence, SkippedOccurrence
from jittask.schedule.calendars import Calendar
from jittask.schedule.cycle import LAST_YEAR, Cycle
from jittask.schedule.roll import Direction, Roll, gap_note
from jittask.schedule.zones import resolve, shifted

_FOREVER = datetime(LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=UTC)


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
        from jittask.schedule.problems import TimingError
        from jittask.schedule.reading import check_timer

        timer, problems = check_timer(timer_cfg, zone, calendar)
        if timer is None:
            raise TimingError([one for one in problems if not one.warning])
        return timer

    def after(self, t: datetime) -> Occurrence | None:
        """Return the first occurrence that is effective strictly after ``t`` (T1)."""
        return next(self.between(t, _FOREVER), None)

    def between(self, a: datetime, b: datetime) -> Iterator[Occurrence]:
        """Yield the occurrences that are effective in ``(a, b]``, in order."""
        for one in self.walk(a, b):
            if isinstance(one, Occurrence):
                yield one

    def walk(self, a: datetime, b: datetime) -> Iterator[Occurrence | SkippedOccurrence]:
        """Yield what ``between`` yields, and the nominals that the calendar keeps from firing."""
        last = b if self.end is None else min(b, resolve(self.end, self.zone))
        if last <= a:
            return
        if self.roll is None:
            yield from self._plain(a, last)
        else:
            yield from self._rolled(self.roll, a, last)

    def _plain(self, a: datetime, last: datetime) -> Iterator[Occurrence]:
        for nominal in self.cycle.nominals(a):
            if nominal.instant > last:
                return
            if nominal.instant > a:
                notes: tuple[Note, ...] = ()
                if shifted(nominal.wall, nominal.instant, self.zone):
                    notes = (gap_note(nominal),)
                yield Occurrence(nominal.instant, (nominal.instant,), notes)

    def _rolled(
        self, roll: Roll, a: datetime, last: datetime
    ) -> Iterator[Occurrence | SkippedOccurrence]:
        ending = _FOREVER if self.end is None else resolve(self.end, self.zone)
        beginning = resolve(self.start, self.zone).replace(hour=0, minute=0, second=0)
        for one in roll.walk(self.cycle, self.zone, a):
            if isinstance(one, SkippedOccurrence):
                if one.nominal > last:
                    return
                if one.nominal > a:
                    yield one
                continue
            if one.effective > last:
                return
            within = tuple(nominal for nominal in one.nominals if nominal <= ending)
            if one.effective <= a or not within:
                continue
            if roll.direction is Direction.PREVIOUS and one.effective < beginning:
                note = Note("rolled-before-start", "skipped: it would move to before startTime")
                yield SkippedOccurrence(one.nominal, note)
                continue
            yield Occurrence(one.effective, within, one.notes)
