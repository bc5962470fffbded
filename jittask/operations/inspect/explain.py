"""Why a task fires at a time, or does not (rule T11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.compiler.compiled import DateFieldTask
from jittask.model import Note
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.row_past import past_of, recorded_between
from jittask.operations.inspect.stored_state import StoredState, paused_note, stored_state
from jittask.operations.inspect.task_timer import own_row_key, timer_of, unmatched_filter
from jittask.operations.naming import find_task
from jittask.operations.times import is_date, read_instant
from jittask.operations.workspace import Workspace
from jittask.schedule.calendars import edition as holidays_edition
from jittask.schedule.cycle import FIRST_YEAR, LAST_YEAR
from jittask.schedule.explain import Explanation as TimerExplanation
from jittask.schedule.explain import explain as explain_timer
from jittask.schedule.words import Language, delay_in_words, in_words
from jittask.schedule.zones import end_of_day, instant_of, resolve

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledTask
    from jittask.schedule.timer import Timer


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a task fires at a time, and why."""

    task: str
    row: str | None
    at: datetime
    """The wall time asked about, in the task's zone."""
    whole_day: bool
    """Whether the whole day of ``at`` is asked about."""
    fires: bool
    nominal: datetime | None
    effective: datetime | None
    reasons: tuple[Note, ...]


def explain(
    workspace: Workspace,
    name: str,
    *,
    at: str | None = None,
    row: str | None = None,
    language: Language = Language.ENGLISH,
) -> Explanation:
    """Explain a day, or a time, of the task's zone; ``at`` is a time as people write it.

    None is today. Raises NotFound, BrokenTask, InvalidArgument.
    """
    task = find_task(workspace.compilation, name)
    timer = timer_of(workspace, task, row)
    wall, whole_day = _wall_time(at, timer.zone, workspace.now())
    found = explain_timer(timer, wall.date(), None if whole_day else wall.time())
    unmatched = unmatched_filter(workspace, task, row)
    state = stored_state(workspace)
    fires, outer = _judge(task, timer, found, unmatched, state)
    if row is not None and isinstance(task, DateFieldTask):
        own = own_row_key(workspace, task, row)
        if found.effective and found.last:
            activated = state.activated.get(task.name)
            past = past_of(workspace, task, own, found.effective, found.last, activated)
            fires = past.fires if past.recorded else fires and past.fires
            if past.recorded or unmatched is None:
                outer += past.reasons
        asked = _instants(wall, timer.zone, whole_day=whole_day)
        records = recorded_between(workspace, task, own, *asked)
        outer += [record for record in records if record not in outer]
    reasons = [*outer, *found.reasons]
    if found.fires and not fires:
        reasons = [_would_fire(reason) for reason in reasons]
    reasons += _basis(task, timer, language)
    return Explanation(
        task.name, row, wall, whole_day, fires, found.nominal, found.effective, tuple(reasons)
    )


def _judge(
    task: CompiledTask,
    timer: Timer,
    found: TimerExplanation,
    unmatched: str | None,
    state: StoredState,
) -> tuple[bool, list[Note]]:
    """Return whether it fires, and what other than its timer has a say in that."""
    fires, reasons = found.fires and task.enabled, list[Note]()
    activated = state.activated.get(task.name)
    if activated is not None and found.effective is not None and found.effective < activated:
        fires = fires and found.last is not None and found.last >= activated
        since = f"{activated.astimezone(timer.zone):%a %Y-%m-%d %H:%M:%S %Z}"
        words = f"it counts since {since}: what was due before does not fire by itself"
        reasons.append(Note("before-activation", words))
    pause = state.pauses.get(task.name)
    if pause is not None and (found.effective is None or pause.is_active(found.effective)):
        fires = False
        reasons.append(paused_note(pause, timer.zone))
    if unmatched is not None:
        fires = False
        reasons.append(Note("filter", unmatched))
    reasons += [
        Note("blocked", entry.describe(timer.zone)) for entry in state.blocked.get(task.name, ())
    ]
    if not task.enabled:
        reasons.append(Note("disabled", "it is disabled: enable is 0 in its e.json"))
    return fires, reasons


def _would_fire(reason: Note) -> Note:
    """Say of a time of the timer that something else keeps it from firing."""
    if reason.code != "fires":
        return reason
    return Note("would-fire", reason.text.replace("fires", "would fire", 1))


def _wall_time(at: str | None, zone: ZoneInfo, now: datetime) -> tuple[datetime, bool]:
    """Return the wall time asked for, and whether its whole day is."""
    if at is None or at.lower() == "today":
        return now.astimezone(zone).replace(tzinfo=None), True
    try:
        wall = datetime.fromisoformat(at)
    except ValueError:
        instant = read_instant(at, zone, now, "at")
        wall = instant.astimezone(zone).replace(tzinfo=None)
        return wall.replace(microsecond=0), at.lower() in ("tomorrow", "yesterday")
    if wall.tzinfo is not None:
        wall = wall.astimezone(zone).replace(tzinfo=None)
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise InvalidArgument("at", f"expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    return wall.replace(microsecond=0), is_date(at)


def _instants(wall: datetime, zone: ZoneInfo, *, whole_day: bool) -> tuple[datetime, datetime]:
    """Return the first and the last instant of the day, or the second, that is asked about."""
    if whole_day:
        return resolve(datetime.combine(wall, time()), zone), instant_of(end_of_day(wall), zone)
    first = resolve(wall.replace(microsecond=0), zone)
    return first, instant_of(wall.replace(microsecond=999_999, fold=1), zone)


def _basis(task: CompiledTask, timer: Timer, language: Language) -> Iterator[Note]:
    """Yield what the answer rests on: the rule, the jitter, the editions of zones and holidays."""
    yield Note("schedule", f"schedule: {in_words(timer, language)}")
    if jitter := task.policy.jitter_seconds:
        words = f"{delay_in_words(jitter, language)} (policy.jitterSeconds)"
        yield Note("jitter", words, (("seconds", f"{jitter:g}"),))
    yield Note("zone", f"zone: {timer.zone.key}, tz database {zonedata.edition()}")
    if timer.roll is not None:
        label = timer.roll.calendar.label
        yield Note("calendar", f"calendar: {label}, holidays package {holidays_edition()}")
