"""The preview of an unsaved task, by the code that the runtime uses (rules C9, T11).

It costs one element: the rest of the tree is as it was compiled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.diagnostics import Diagnostic
from jittask.model import ElementKind, Note, TaskType
from jittask.operations.edit.file_places import ElementFile
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.drafts import draft as read_draft
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.preview.coming import coming
from jittask.operations.inspect.preview.days import PreviewDay, year_ahead
from jittask.operations.naming import full_name
from jittask.operations.times import TICK, within_known_years
from jittask.schedule.calendars import Calendar
from jittask.schedule.problems import Mistake, TimerBudgetExceeded
from jittask.schedule.timer import Timer
from jittask.schedule.words import Language, in_words

if TYPE_CHECKING:
    from jittask.compiler.draft import Draft, DraftCompiler
    from jittask.operations.inspect.preview.firing_rows import FiringRows
    from jittask.operations.workspace import Workspace
    from jittask.schedule.row_timer import RowTimer

_ROWS_DEPEND_ON = ("/filter", "/modelPath", "/timerCfg")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a text means."""

    sentence: str | None
    """The schedule in words; None where its timing is wrong."""
    zone: ZoneInfo
    """The task's."""
    diagnostics: tuple[Diagnostic, ...]
    occurrences: tuple[TaskOccurrence, ...]
    """Of a scheduled task."""
    year: tuple[PreviewDay, ...]
    holidays_known_until: date | None
    problem: Note | None
    """Why occurrences cannot be computed though nothing is wrong with the text."""
    rows: FiringRows | None = None
    """Of a date-field task, where they are asked for."""
    rows_problem: Note | None = None
    """Why there are none though they are asked for."""


def preview(
    workspace: Workspace,
    task: str,
    text: str,
    *,
    language: Language = Language.ENGLISH,
    with_rows: bool = True,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Preview:
    """Return what an ``e.json`` means; the task need not exist yet.

    ``start`` and ``end`` are the window of rows: from now, for 30 days. What a new
    task runs is not looked for. Raises InvalidArgument.
    """
    name = full_name(task)
    drafts = workspace.drafts
    draft = read_draft(
        workspace,
        name,
        {ElementFile.E_JSON: text},
        with_function=name in drafts.names(ElementKind.TASK),
    )
    timer = _timer(draft)
    zone = _zone(draft, timer, workspace.zone)
    calendar = _calendar(draft, timer, drafts)
    now = within_known_years(workspace.now())
    own = timer if isinstance(timer, Timer) else None
    occurrences: tuple[TaskOccurrence, ...] = ()
    problem = None
    try:
        if own is not None:
            occurrences = coming(name, own, now)
        year = year_ahead(own, zone, calendar, now)
    except TimerBudgetExceeded as error:
        problem = Note("timer-budget", str(error))
        year = year_ahead(None, zone, calendar, now)
    rows, rows_problem = None, None
    if with_rows and draft.data.get("type") == TaskType.DATE_FIELD:
        rows, rows_problem = _rows(workspace, name, draft, start, end)
    return Preview(
        None if timer is None else in_words(timer, language, _titles(draft)), zone,
        draft.diagnostics, occurrences, year,
        None if calendar is None else calendar.known_until, problem, rows, rows_problem,
    )  # fmt: skip


def _timer(draft: Draft) -> Timer | RowTimer | None:
    """Return the timer; None where anything in ``timerCfg`` is wrong: the rest means no time."""
    if draft.task is None or any(_mistakes(draft, ("/timerCfg",))):
        return None
    return draft.task.timer


def _titles(draft: Draft) -> Mapping[str, str]:
    model = None if draft.task is None else draft.task.model
    return {} if model is None else model.titles


def _zone(draft: Draft, timer: Timer | RowTimer | None, default: ZoneInfo) -> ZoneInfo:
    """Return the task's zone, also where its timing is wrong otherwise."""
    if timer is not None:
        return timer.zone
    return zonedata.find_zone(str(_timing(draft).get("timezone"))) or default


def _calendar(
    draft: Draft, timer: Timer | RowTimer | None, drafts: DraftCompiler
) -> Calendar | None:
    """Return the calendar that the task has, whether or not it skips holidays."""
    if timer is not None and timer.roll is not None and timer.roll.holidays:
        return timer.roll.calendar
    written = _timing(draft).get("calendar")
    if isinstance(written, str | Mapping):
        try:
            return Calendar.from_config(written)
        except Mistake:  # it is among the diagnostics
            return None
    return drafts.settings.calendar


def _timing(draft: Draft) -> Mapping[str, object]:
    timing = draft.data.get("timerCfg")
    return timing if isinstance(timing, Mapping) else {}


def _rows(
    workspace: Workspace, name: str, draft: Draft, start: datetime | None, end: datetime | None
) -> tuple[FiringRows | None, Note | None]:
    from jittask.data.databases import DataError
    from jittask.operations.inspect.preview.firing_rows import WINDOW, firing_rows
    from jittask.runtime.due_rows import Window

    first = within_known_years(workspace.now()) if start is None else start
    begin = first if start is None else start - TICK
    until = within_known_years(begin + WINDOW) if end is None else end
    if until < begin:
        raise InvalidArgument("to", "the end is before the beginning")
    mistake = next(_mistakes(draft, _ROWS_DEPEND_ON), None)
    if mistake is not None:
        return None, Note(mistake.code, mistake.message)
    if draft.task is None or draft.task.timer is None or draft.task.model is None:
        return None, Note("incomplete", "rows need a model and a timing, and one is missing")
    try:
        return firing_rows(workspace, name, draft.task, Window(begin, until), first), None
    except DataError as error:
        return None, Note("unavailable", str(error))
    except TimerBudgetExceeded as error:
        return None, Note("timer-budget", str(error))


def _mistakes(draft: Draft, pointers: tuple[str, ...]) -> Iterator[Diagnostic]:
    return (
        diagnostic
        for diagnostic in draft.diagnostics
        if diagnostic.is_error and (diagnostic.location.pointer or "").startswith(pointers)
    )
