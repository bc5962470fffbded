"""What two versions of a tree plan differently: appears, vanishes, moves, and why (rule V4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jittask.cli.entries import Entry
from jittask.model import Occurrence
from jittask.schedule.calendars import Calendar
from jittask.schedule.timer import Timer
from jittask.schedule.words import Language, in_words

_FARTHEST_MOVE = timedelta(days=60)
"""How far outside the window the other end of a move is looked for."""


@dataclass(frozen=True, slots=True)
class Version:
    """What one version of a tree plans: the timers of its enabled scheduled tasks."""

    timers: Mapping[str, Timer]
    silent: Mapping[str, str]
    """Tasks that do not fire by a timer of their own, and why: disabled, broken, for rows."""


@dataclass(frozen=True, slots=True)
class TaskDifference:
    """What became of one task's occurrences."""

    task: str
    reasons: tuple[str, ...]
    appears: tuple[Entry, ...]
    vanishes: tuple[Entry, ...]
    moves: tuple[tuple[Entry, Entry], ...]


def compare(
    before: Version, after: Version, begin: datetime, end: datetime, language: Language
) -> Iterator[TaskDifference]:
    """Yield, by name, the tasks of which something in ``(begin, end]`` is different."""
    for name in sorted(before.timers.keys() | after.timers.keys()):
        was, now = before.timers.get(name), after.timers.get(name)
        if was == now:
            continue
        reasons = tuple(_reasons(name, before, after, language))
        found = _occurrences(name, was, now, begin, end, reasons)
        if found.appears or found.vanishes or found.moves:
            yield found


def _occurrences(
    name: str,
    was: Timer | None,
    now: Timer | None,
    begin: datetime,
    end: datetime,
    reasons: tuple[str, ...],
) -> TaskDifference:
    old, new = _entries(name, was, begin, end), _entries(name, now, begin, end)
    new_of = {instant: entry for entry in new for instant in _nominals(entry)}
    old_of = {instant: entry for entry in old for instant in _nominals(entry)}
    still = {entry.at for entry in new}
    before = {entry.at for entry in old}
    vanishes: list[Entry] = []
    moves: list[tuple[Entry, Entry]] = []
    for entry in old:
        there = next((new_of[one] for one in _nominals(entry) if one in new_of), None)
        if entry.at in still or (there is not None and there.at == entry.at):
            continue
        if there is None:
            if begin < entry.at <= end:
                vanishes.append(entry)
        elif begin < entry.at <= end or begin < there.at <= end:
            moves.append((entry, there))
    came = {to.at for _, to in moves}
    appears: list[Entry] = []
    for entry in new:
        if not begin < entry.at <= end or entry.at in before or entry.at in came:
            continue
        from_ = next((old_of[one] for one in _nominals(entry) if one in old_of), None)
        if from_ is None:
            appears.append(entry)
        else:  # its old time is still fired, by another nominal
            moves.append((from_, entry))
    return TaskDifference(name, reasons, tuple(appears), tuple(vanishes), tuple(sorted(moves)))


def _entries(name: str, timer: Timer | None, begin: datetime, end: datetime) -> list[Entry]:
    if timer is None:
        return []
    wide = timer.between(begin - _FARTHEST_MOVE, end + _FARTHEST_MOVE)
    return [Entry(one.effective, name, one, timer.zone) for one in wide]


def _nominals(entry: Entry) -> tuple[datetime, ...]:
    assert isinstance(entry.one, Occurrence)
    return entry.one.nominals


def _reasons(name: str, before: Version, after: Version, language: Language) -> Iterator[str]:
    was, now = before.timers.get(name), after.timers.get(name)
    if was is None:
        yield f"it was {before.silent[name]}" if name in before.silent else "the task is new"
        return
    if now is None:
        yield f"it is {after.silent[name]}" if name in after.silent else "the task is removed"
        return
    said, says = in_words(was, language), in_words(now, language)
    if said != says:
        yield f"was: {said}"
        yield f"is: {says}"
    yield from _calendar_reasons(
        was.roll.calendar if was.roll else None, now.roll.calendar if now.roll else None
    )


def _calendar_reasons(was: Calendar | None, now: Calendar | None) -> Iterator[str]:
    if was is None or now is None or was == now:
        return
    if was.label != now.label:
        yield f"calendar: {was.label} → {now.label}"
    for words, old, new in (
        ("extra holidays", was.extra_holidays, now.extra_holidays),
        ("extra workdays", was.extra_workdays, now.extra_workdays),
    ):
        changes = [f"+{_day(one)}" for one in sorted(new - old)]
        changes += [f"-{_day(one)}" for one in sorted(old - new)]
        if changes:
            yield f"{words}: {' '.join(changes)}"


def _day(day: date) -> str:
    return day.isoformat()
