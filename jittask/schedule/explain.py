"""Why a timer fires on a day, or does not, in words (rule T11).

It asks the very code that the runtime asks, and adds what that code knew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile

from jittask.model import Note, Occurrence, SkippedOccurrence
from jittask.schedule.cycle import Elapsed
from jittask.schedule.days import LAST, Days, EveryMonths, EveryYears, MonthDays
from jittask.schedule.timer import Timer
from jittask.schedule.zones import Nominal, resolve, skipped_date, wall_clock

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_MOST_TOLD = 5
_NEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a timer fires, and why."""

    fires: bool
    nominal: datetime | None
    """The first nominal concerned, whether it fires or not."""
    effective: datetime | None
    """When the first fires."""
    reasons: tuple[Note, ...]


def explain(timer: Timer, day: date, at: time | None = None) -> Explanation:
    """Explain a day of the timer's zone, or with ``at`` the one second of it."""
    return _Explaining(timer, day, at).explanation()


class _Explaining:
    def __init__(self, timer: Timer, day: date, at: time | None) -> None:
        self._timer, self._day = timer, day
        self._clock = wall_clock(timer.zone)
        wall = datetime.combine(day, at or time())
        self._low = resolve(wall, timer.zone)
        beyond = wall + (_DAY if at is None else timedelta(seconds=1))
        self._high = max(resolve(beyond, timer.zone), self._low) - _TICK
        self._when = f"{day:%a %Y-%m-%d}" if at is None else f"{wall:%a %Y-%m-%d %H:%M:%S}"
        self._reasons: list[Note] = []

    def explanation(self) -> Explanation:
        timer = self._timer
        if skipped_date(self._day, timer.zone):
            self._say("no-such-date", f"{timer.zone.key} has no {self._day}: its clocks skipped it")
            return Explanation(False, None, None, tuple(self._reasons))
        named = list(islice(self._named(), _MOST_TOLD + 1))
        fired = timer.between(self._low - _TICK, self._high)
        fires = list(islice(fired, _MOST_TOLD))
        more = sum(1 for _ in fired)
        for one in fires:
            self._fires(one)
        if more:
            self._say("more", f"and {more} more that day")
        told = {instant for one in fires for instant in one.nominals}
        for nominal in named[:_MOST_TOLD]:
            if nominal.instant not in told:
                self._lost(nominal)
        if not fires and not named:
            self._nothing()
        self._knowledge(barred=bool(named) or bool(fires))
        nominals = [one.nominal for one in fires] + [one.instant for one in named]
        return Explanation(
            bool(fires),
            min(nominals) if nominals else None,
            fires[0].effective if fires else None,
            tuple(self._reasons),
        )

    def _named(self) -> Iterator[Nominal]:
        """Yield the nominals whose wall time is on the day (or is the second asked for)."""
        for nominal in self._timer.cycle.nominals(self._low):
            if nominal.instant > self._high:
                return
            yield nominal

    def _fires(self, one: Occurrence) -> None:
        local = one.effective.astimezone(self._timer.zone)
        self._say("fires", f"fires at {local:%H:%M:%S %Z} ({one.effective:%Y-%m-%d %H:%M} UTC)")
        self._reasons += one.notes
        for instant in one.nominals[:_MOST_TOLD]:
            self._about(self._clock.named(Nominal(instant)))

    def _about(self, wall: datetime) -> None:
        """Say what a fold or a short month made of a wall time."""
        zone = self._timer.zone
        later = wall.replace(tzinfo=zone, fold=1).utcoffset()
        if wall.replace(tzinfo=zone).utcoffset() != later and resolve(wall, zone) < (
            wall.replace(tzinfo=zone, fold=1)
        ):
            words = f"{wall:%H:%M} comes twice that day (clocks go back); it fires the first time"
            if not isinstance(self._timer.cycle, Elapsed):
                self._say("dst-fold", words)
        every = self._timer.cycle.every if isinstance(self._timer.cycle, Days) else None
        if isinstance(every, EveryMonths | EveryYears) and isinstance(every.pattern, MonthDays):
            days = every.pattern.days
            if wall.day not in days and LAST not in days:
                lacking = ", ".join(str(one) for one in days if one > wall.day)
                words = f"{wall:%B %Y} has no day {lacking}, so its last day, the {wall.day}, is it"
                self._say("clamped", words)

    def _lost(self, nominal: Nominal) -> None:
        """Say what became of a nominal of that day that does not fire that day."""
        timer = self._timer
        wall = self._clock.named(nominal)
        at = f"{wall:%H:%M}"
        if timer.end is not None and nominal.instant > resolve(timer.end, timer.zone):
            self._say("after-end", f"the occurrence at {at} is after the end, {self._end}")
            return
        if timer.roll is not None and (why := timer.roll.bars(wall.date())) is not None:
            self._say("holiday", f"{wall:%a %Y-%m-%d} is not fired on: {why}")
            self._say(*self._moved(nominal, at))
            return
        self._say("shifted", f"the occurrence at {at} fires on another day of the zone")

    def _moved(self, nominal: Nominal, at: str) -> tuple[str, str]:
        timer = self._timer
        for one in timer.walk(nominal.instant - _NEAR, nominal.instant + _NEAR):
            if isinstance(one, SkippedOccurrence):
                if one.nominal == nominal.instant:
                    return one.reason.code, one.reason.text
            elif nominal.instant in one.nominals:
                local = one.effective.astimezone(timer.zone)
                return "rolled-away", f"the occurrence at {at} moves to {local:%a %Y-%m-%d %H:%M}"
        return "after-end", f"the occurrence at {at} would move past the end, {self._end}"

    def _nothing(self) -> None:
        timer = self._timer
        if self._high < resolve(timer.start, timer.zone):
            self._say("before-start", f"{self._when} is before startTime, {timer.start}")
        elif timer.end is not None and self._low > resolve(timer.end, timer.zone):
            self._say("after-end", f"{self._when} is after the end, {self._end}")
        else:
            self._say("not-in-cycle", f"the cycle has no occurrence on {self._when}")
        before = list(
            takewhile(
                lambda one: one.effective < self._low,
                timer.between(self._low - _NEAR, self._low - _TICK),
            )
        )[-1:]
        after = timer.after(self._high)
        for code, words, one in (
            ("previous", "the one before it is", before[0] if before else None),
            ("next", "the next is", after),
        ):
            if one is not None:
                local = one.effective.astimezone(timer.zone)
                self._say(code, f"{words} {local:%a %Y-%m-%d %H:%M:%S %Z}")
        if after is None:
            self._say("no-next", "nothing fires after it")

    def _knowledge(self, *, barred: bool) -> None:
        roll = self._timer.roll
        if roll is None or not barred:
            return
        known = roll.calendar.known_until
        if known is not None and self._day > known:
            words = (
                f"{roll.calendar.label}: days off are announced up to {known}, later ones computed"
            )
            self._say("beyond-announced", words)

    @property
    def _end(self) -> str:
        end = self._timer.end
        assert end is not None
        return f"{end:%Y-%m-%d}" if end.time() == time.max else f"{end:%Y-%m-%d %H:%M:%S}"

    def _say(self, code: str, text: str) -> None:
        note = Note(code, text)
        if note not in self._reasons:
            self._reasons.append(note)
