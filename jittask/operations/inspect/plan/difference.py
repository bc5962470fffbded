"""What two versions of a tree plan differently: appears, vanishes, moves, and why (rule V4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from jittask.compiler.compiled import Compilation, DateFieldTask, ScheduledTask
from jittask.model import Occurrence
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.schedule.calendars import Calendar
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer
from jittask.schedule.words import Language, in_words

_FARTHEST_MOVE = timedelta(days=60)
"""How far outside the window the other end of a move is looked for."""


@dataclass(frozen=True, slots=True)
class Version:
    """What one version of a tree plans."""

    timers: Mapping[str, Timer] = field(default_factory=dict)
    """Of its enabled scheduled tasks."""
    rows: Mapping[str, DateFieldTask] = field(default_factory=dict)
    """Its enabled date-field tasks; when they fire depends on the rows."""
    disabled: frozenset[str] = frozenset()
    broken: Mapping[str, str] = field(default_factory=dict)
    """Why tasks cannot load."""

    @classmethod
    def of(cls, compilation: Compilation) -> Version:
        """Return what a compiled tree plans."""
        tasks = compilation.app.tasks.values()
        broken = {}
        for name in compilation.broken:
            errors = (finding for finding in compilation.of(name) if finding.is_error)
            first = next(errors, None)
            if first is not None and name.startswith("tasks."):
                place = f"{first.location.file}:{first.location.line}:{first.location.column}"
                broken[name] = f"{place}: {first.message}"
        return cls(
            {
                task.name: task.timer
                for task in tasks
                if isinstance(task, ScheduledTask) and task.enabled
            },
            {task.name: task for task in tasks if isinstance(task, DateFieldTask) and task.enabled},
            frozenset(task.name for task in tasks if not task.enabled),
            broken,
        )

    @property
    def names(self) -> set[str]:
        """All its tasks."""
        return {*self.timers, *self.rows, *self.disabled, *self.broken}

    def only(self, name: str) -> Version:
        """Return it with that task only."""
        return Version(
            {task: timer for task, timer in self.timers.items() if task == name},
            {task: compiled for task, compiled in self.rows.items() if task == name},
            self.disabled & {name},
            {task: why for task, why in self.broken.items() if task == name},
        )


@dataclass(frozen=True, slots=True)
class TaskDifference:
    """What became of one task's occurrences; none where the edit does not change them."""

    task: str
    reasons: tuple[str, ...]
    appears: tuple[TaskOccurrence, ...] = ()
    vanishes: tuple[TaskOccurrence, ...] = ()
    moves: tuple[tuple[TaskOccurrence, TaskOccurrence], ...] = ()
    by_rows: bool = False
    """Whether it fires for rows, so that its occurrences are not known."""

    @property
    def shows(self) -> bool:
        """Whether some occurrence is different."""
        return bool(self.appears or self.vanishes or self.moves)


def compare(
    before: Version, after: Version, begin: datetime, end: datetime, language: Language
) -> Iterator[TaskDifference]:
    """Yield, by name, the tasks with different timing; their occurrences in ``(begin, end]``."""
    for name in sorted(before.names | after.names):
        was, now = before.timers.get(name), after.timers.get(name)
        reasons = tuple(_reasons(name, before, after, language))
        if was != now:
            found = _occurrences(name, was, now, begin, end, reasons)
            if found.shows or (reasons and was and now):
                yield found
        if reasons and (name in before.rows or name in after.rows):
            yield TaskDifference(name, reasons, by_rows=True)


# --- occurrences


def _occurrences(
    name: str,
    was: Timer | None,
    now: Timer | None,
    begin: datetime,
    end: datetime,
    reasons: tuple[str, ...],
) -> TaskDifference:
    old, new = _entries(name, was, begin, end), _entries(name, now, begin, end)
    old_times, new_times = {entry.at for entry in old}, {entry.at for entry in new}
    new_of = {instant: entry for entry in new for instant in _nominals(entry)}
    vanishes: list[TaskOccurrence] = []
    moves: list[tuple[TaskOccurrence, TaskOccurrence]] = []
    for entry in old:
        if entry.at in new_times:
            continue
        there = next((new_of[nominal] for nominal in _nominals(entry) if nominal in new_of), None)
        if there is None:
            vanishes.append(entry)
        else:
            moves.append((entry, there))
    came = {to.at for _, to in moves}
    appears = [entry for entry in new if entry.at not in old_times and entry.at not in came]
    same_day = list(_of_one_day(vanishes, appears))
    moves += same_day
    gone, come = {old.at for old, _ in same_day}, {new.at for _, new in same_day}
    return TaskDifference(
        name,
        reasons,
        tuple(entry for entry in appears if begin < entry.at <= end and entry.at not in come),
        tuple(entry for entry in vanishes if begin < entry.at <= end and entry.at not in gone),
        tuple(sorted(move for move in moves if any(begin < entry.at <= end for entry in move))),
    )


def _of_one_day(
    old: Iterable[TaskOccurrence], new: Iterable[TaskOccurrence]
) -> Iterator[tuple[TaskOccurrence, TaskOccurrence]]:
    """Yield those that are alone on their day on both sides: another time of the same day."""
    before, after = _by_day(old), _by_day(new)
    for day, entries in before.items():
        others = after.get(day, [])
        if len(entries) == len(others) == 1:
            yield entries[0], others[0]


def _by_day(entries: Iterable[TaskOccurrence]) -> dict[date, list[TaskOccurrence]]:
    found: dict[date, list[TaskOccurrence]] = {}
    for entry in entries:
        day = entry.occurrence.nominal.astimezone(entry.zone).date()
        found.setdefault(day, []).append(entry)
    return found


def _entries(
    name: str, timer: Timer | None, begin: datetime, end: datetime
) -> list[TaskOccurrence]:
    if timer is None:
        return []
    around = _FARTHEST_MOVE if timer.cycle.moves else timedelta()
    wide = timer.between(begin - around, end + around)
    return [
        TaskOccurrence(occurrence.effective, name, occurrence, timer.zone) for occurrence in wide
    ]


def _nominals(entry: TaskOccurrence) -> tuple[datetime, ...]:
    assert isinstance(entry.occurrence, Occurrence)
    return entry.occurrence.nominals


# --- reasons


def _reasons(name: str, before: Version, after: Version, language: Language) -> Iterator[str]:
    was, now = _timer(name, before), _timer(name, after)
    if was is None and now is None:
        return
    if was is None:
        yield _silence(name, before, "it was", "could not load") or "the task is new"
    elif now is None:
        yield _silence(name, after, "it is", "cannot load") or "the task is removed"
    if was is None or now is None:
        rows = now or was
        if isinstance(rows, RowTimer):
            yield f"for each row: {in_words(rows, language)}"
        return
    said, says = in_words(was, language), in_words(now, language)
    if said != says:
        yield f"was: {said}"
        yield f"is: {says}"
    old, new = before.rows.get(name), after.rows.get(name)
    if old and new and old.timer == new.timer and old.timing_digest != new.timing_digest:
        yield "its filter or its model is edited"
    yield from _calendar_reasons(
        was.roll.calendar if was.roll else None, now.roll.calendar if now.roll else None
    )


def _timer(name: str, version: Version) -> Timer | RowTimer | None:
    row_task = version.rows.get(name)
    return version.timers.get(name) if row_task is None else row_task.timer


def _silence(name: str, version: Version, is_: str, cannot: str) -> str | None:
    """Say why a task that is there does not fire."""
    if name in version.disabled:
        return f"{is_} disabled"
    why = version.broken.get(name)
    return None if why is None else f"it {cannot}: {why}"


def _calendar_reasons(was: Calendar | None, now: Calendar | None) -> Iterator[str]:
    if was is None or now is None or was == now:
        return
    if was.label != now.label:
        yield f"calendar: {was.label} → {now.label}"
    for words, old, new in (
        ("extra holidays", was.extra_holidays, now.extra_holidays),
        ("extra workdays", was.extra_workdays, now.extra_workdays),
    ):
        changes = [f"+{day}" for day in sorted(new - old)]
        changes += [f"-{day}" for day in sorted(old - new)]
        if changes:
            yield f"{words}: {' '.join(changes)}"
