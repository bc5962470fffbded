"""Why a timer fires on a day, or does not, in words (rule T11).

It asks the very code that the runtime asks, and adds what that code knew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from jittask.model import Note, Occurrence
from jittask.schedule.calendars import SEARCH_DAYS, announced
from jittask.schedule.cycle import LAST_YEAR, Elapsed
from jittask.schedule.day_bits import last_day
from jittask.schedule.days import LAST, Days, EveryMonths, EveryYears, MonthDays
from jittask.schedule.roll import Direction, Roll
from jittask.schedule.timer import Timer
from jittask.schedule.zones import Nominal, instant_of, resolve, skipped_date, wall_clock

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_MOST_LISTED = 5
_NEAR = timedelta(days=SEARCH_DAYS)
_MOST_DAYS_BACK = 2 * SEARCH_DAYS
"""How many days are tried for the occurrence before: each may have moved away, or be too late."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a timer fires, and why."""

    fires: bool
    nominal: datetime | None
    """The first nominal concerned, whether it fires or not."""
    effective: datetime | None
    """When the first fires."""
    reasons: tuple[Note, ...]
    last: datetime | None = None
    """When the last fires."""


def explain(timer: Timer, day: date, at: time | None = None) -> Explanation:
    """Explain a day of the timer's zone, or with ``at`` the one second of it.

    A second that comes twice that day is explained for both times.
    """
    return _Explaining(timer, day, at).explanation()


def wall_notes(timer: Timer, wall: datetime) -> Iterator[Note]:
    """Yield what a fold or a short month made of a nominal, given as the timer's wall time."""
    zone = timer.zone
    again = wall.replace(tzinfo=zone, fold=1).astimezone(UTC) > resolve(wall, zone)
    if again and not _fires_each_real_hour(timer):
        words = f"{wall:%H:%M} comes twice that day (clocks go back); it fires the first time"
        yield Note("dst-fold", words, (("time", f"{wall:%H:%M}"),))
    every = timer.cycle.every if isinstance(timer.cycle, Days) else None
    if isinstance(every, EveryMonths | EveryYears) and isinstance(every.pattern, MonthDays):
        days = every.pattern.days
        if wall.day not in days and LAST not in days:
            lacking = ", ".join(str(day) for day in days if day > wall.day)
            words = f"{wall:%B %Y} has no day {lacking}: its last day, the {wall.day}th, is it"
            params = (("month", f"{wall:%Y-%m}"), ("lacking", lacking), ("day", wall.day))
            yield Note("clamped", words, params)


def _fires_each_real_hour(timer: Timer) -> bool:
    from jittask.schedule.cron import EveryHour  # late: few trees have a cron

    return isinstance(timer.cycle, Elapsed | EveryHour)


class _Explaining:
    def __init__(self, timer: Timer, day: date, at: time | None) -> None:
        self._timer, self._day = timer, day
        self._clock = wall_clock(timer.zone)
        wall = datetime.combine(day, at or time())
        low = resolve(wall, timer.zone)
        if at is None:
            self._spans = [(low, max(resolve(wall + _DAY, timer.zone), low) - _TICK)]
        else:
            second = wall.replace(tzinfo=timer.zone, fold=1).astimezone(UTC)
            passes = sorted({low, max(low, second)})
            self._spans = [(begin, begin + timedelta(seconds=1) - _TICK) for begin in passes]
        self._low, self._high = self._spans[0][0], self._spans[-1][1]
        self._when = f"{day:%a %Y-%m-%d}" if at is None else f"{wall:%a %Y-%m-%d %H:%M:%S}"
        self._reasons: list[Note] = []

    def explanation(self) -> Explanation:
        timer = self._timer
        if skipped_date(self._day, timer.zone):
            self._say("no-such-date", f"{timer.zone.key} has no {self._day}: its clocks skipped it")
            return Explanation(False, None, None, tuple(self._reasons))
        named = self._named()
        fires = [
            occurrence
            for low, high in self._spans
            for occurrence in timer.between(low - _TICK, high)
        ]
        for occurrence in fires[:_MOST_LISTED]:
            self._fires(occurrence)
        if len(fires) > _MOST_LISTED:
            self._say("more", f"and {len(fires) - _MOST_LISTED:,} more that day")
        firing = {instant for occurrence in fires for instant in occurrence.nominals}
        self._lost([nominal for nominal in named if nominal.instant not in firing])
        if not fires and not named:
            self._nothing()
        if fires or named:
            self._knowledge()
        nominals = [occurrence.nominal for occurrence in fires]
        nominals += [nominal.instant for nominal in named]
        return Explanation(
            bool(fires),
            min(nominals) if nominals else None,
            fires[0].effective if fires else None,
            tuple(self._reasons),
            fires[-1].effective if fires else None,
        )

    def _named(self) -> list[Nominal]:
        """Return the nominals of the day, or of the second asked for."""
        found: list[Nominal] = []
        if self._timer.end is not None and self._low > resolve(self._timer.end, self._timer.zone):
            return found
        for low, high in self._spans:
            for nominal in self._timer.cycle.nominals(low):
                if nominal.instant > high:
                    break
                found.append(nominal)
        return found

    # --- what fires

    def _fires(self, occurrence: Occurrence) -> None:
        local = occurrence.effective.astimezone(self._timer.zone)
        utc = f" ({occurrence.effective:%Y-%m-%d %H:%M} UTC)" if local.utcoffset() else ""
        self._say("fires", f"fires at {local:%H:%M:%S %Z}{utc}")
        self._reasons += [note for note in occurrence.notes if note not in self._reasons]
        for instant in occurrence.nominals[:_MOST_LISTED]:
            self._about(self._clock.named(Nominal(instant)))

    def _about(self, wall: datetime) -> None:
        for note in wall_notes(self._timer, wall):
            self._say(note.code, note.text)

    # --- what does not

    def _lost(self, lost: list[Nominal]) -> None:
        """Say what became of nominals of that day that do not fire that day."""
        last = self._timer.end and resolve(self._timer.end, self._timer.zone)
        late = [nominal for nominal in lost if last is not None and nominal.instant > last]
        if late:
            self._say("after-end", f"{self._occurrences(late)} after the end, {self._end}")
        barred = lost[: len(lost) - len(late)]
        if not barred or self._timer.roll is None:
            return
        roll, wall = self._timer.roll, self._clock.named(barred[0])
        why = roll.bars(wall.date())
        if why is not None:
            self._say("holiday", f"{wall:%a %Y-%m-%d} is a day off: {why}")
        if not self._timer.cycle.moves or roll.direction is Direction.SKIP:
            self._say("skipped-holiday", self._skipped(barred))
            return
        for nominal in barred[:_MOST_LISTED]:
            self._about(self._clock.named(nominal))
            self._say(*self._moved(nominal, roll))

    def _skipped(self, barred: list[Nominal]) -> str:
        why = "" if self._timer.cycle.moves else ": a cycle within the day is not moved"
        return f"{self._occurrences(barred)} skipped{why}"

    def _occurrences(self, nominals: list[Nominal]) -> str:
        if len(nominals) == 1:
            return f"{self._occurrence(nominals[0])} is"
        return f"{len(nominals):,} occurrences of that day are"

    def _occurrence(self, nominal: Nominal) -> str:
        wall = self._clock.named(nominal)
        return f"the occurrence at {wall:%H:%M:%S}" if wall.second else (
            f"the occurrence at {wall:%H:%M}"
        )  # fmt: skip

    def _moved(self, nominal: Nominal, roll: Roll) -> tuple[str, str]:
        timer, it = self._timer, self._occurrence(nominal)
        for step in timer.walk(nominal.instant - _NEAR, nominal.instant + _NEAR):
            if isinstance(step, Occurrence):
                if nominal.instant in step.nominals:
                    local = step.effective.astimezone(timer.zone)
                    return "rolled-away", f"{it} moves to {local:%a %Y-%m-%d %H:%M}"
            elif step.nominal == nominal.instant and step.reason.code == "skipped-holiday":
                words = f"no working day within {SEARCH_DAYS} days"
                return step.reason.code, f"{it} is skipped: {words}"
        if roll.direction is Direction.PREVIOUS:
            words = f"{it} is skipped: it would move to before the start, {timer.start}"
            return "rolled-before-start", words
        beyond = f"the end, {self._end}" if timer.end is not None else f"the year {LAST_YEAR}"
        return "after-end", f"{it} is skipped: it would move past {beyond}"

    def _nothing(self) -> None:
        timer = self._timer
        if self._high < resolve(timer.start, timer.zone):
            self._say("before-start", f"{self._when} is before the start, {timer.start}")
        elif timer.end is not None and self._low > instant_of(timer.end, timer.zone):
            self._say("after-end", f"{self._when} is after the end, {self._end}")
        else:
            self._say("not-in-cycle", f"the cycle has no occurrence on {self._when}")
        after = timer.after(self._high)
        for code, words, occurrence in (
            ("previous", "the one before it is", self._before()),
            ("next", "the next is", after),
        ):
            if occurrence is not None:
                local = occurrence.effective.astimezone(timer.zone)
                self._say(code, f"{words} {local:%a %Y-%m-%d %H:%M:%S %Z}")
        if after is None:
            self._say("no-next", "nothing fires after it")

    def _before(self) -> Occurrence | None:
        """Return the last occurrence before, looking at the latest days that have nominals."""
        timer, before = self._timer, min(self._low - _TICK, self._timer.last)
        day: date | None = self._clock.wall(before).date() + (_NEAR if self._moves else _DAY)
        for _ in range(_MOST_DAYS_BACK):
            assert day is not None
            day = last_day(self._days, day, timer.start.year)
            if day is None or day < timer.start.date():
                return None
            low = resolve(datetime.combine(day, time()), timer.zone)
            high = before if self._moves else min(before, low + 2 * _DAY)
            found = _last(timer.between(low - _DAY, high))
            if found is not None:
                return found
            day -= _DAY
        return None

    @property
    def _moves(self) -> bool:
        roll = self._timer.roll
        return bool(roll and roll.direction is not Direction.SKIP and self._timer.cycle.moves)

    def _days(self, year: int) -> int:
        """Return the days of a year that may fire, or from which something moves."""
        days, roll = self._timer.cycle.days(year), self._timer.roll
        return days if roll is None or self._moves else days & roll.open_days(year)

    def _knowledge(self) -> None:
        roll = self._timer.roll
        if roll is None:
            return
        known = roll.calendar.known_until
        if known is not None and self._day > known:
            self._say("beyond-announced", announced(roll.calendar.label, known))

    @property
    def _end(self) -> str:
        end = self._timer.end
        assert end is not None
        return f"{end:%Y-%m-%d}" if end.time() == time.max else f"{end:%Y-%m-%d %H:%M:%S}"

    def _say(self, code: str, text: str) -> None:
        note = Note(code, text)
        if note not in self._reasons:
            self._reasons.append(note)


def _last(found: Iterable[Occurrence]) -> Occurrence | None:
    last = None
    for occurrence in found:
        last = occurrence
    return last
