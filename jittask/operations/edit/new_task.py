"""Writes a new task's two files from what people type of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jittask.compiler.compiled import ScheduledTask
from jittask.model import FieldType, TaskType
from jittask.operations.edit.short_forms import read_offset, read_repeat
from jittask.operations.edit.write_element import (
    NewElement,
    WrittenElement,
    new_path,
    write_element,
)
from jittask.operations.errors import InvalidArgument, NotFound, OperationError, Unavailable
from jittask.query.check import check
from jittask.query.parse import QuerySyntaxError, parse
from jittask.schedule.ended import why_ended
from jittask.schedule.problems import TimingError
from jittask.schedule.timer import Timer
from jittask.zonedata import find_zone

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace

_FIRST_START = time(9)
_DAY_TIME = "09:00"
_TO_THE_MINUTE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", re.ASCII)
_CLOCK_UNITS = frozenset({"minute", "hour"})
SCHEDULED_BODY = """from jittask import log


def customFunc():
    log.info("{title}")
"""
DATE_FIELD_BODY = """from jittask import log


def customFunc(rowData):
    log.info("{title}: {field} is %s", rowData["{field}"])
"""


@dataclass(frozen=True, slots=True)
class NewTask(NewElement):
    """What a new task of either type is called, where it goes, and when it does not fire."""

    enabled: bool = True
    end: str | None = None
    """The last time, as wall-clock time in the task's zone."""
    timezone: str | None = None
    """IANA name; None is the app's zone."""
    calendar: str | None = None
    """As in ``app.json``: a short form, or a JSON object; None is the app's calendar."""
    skip_holidays: bool = False
    skip_weekend: bool = False
    holiday_roll: str | None = None
    """Where a day off moves it: next (the default), previous or skip."""


def new_scheduled(
    workspace: Workspace,
    task: NewTask,
    *,
    start: str | None = None,
    repeat: str = "day",
    cron: str | None = None,
) -> WrittenElement:
    """Write a task that fires at times.

    ``repeat`` is as ``read_repeat`` takes it, unless ``cron`` (five fields) is
    given. ``start`` is a wall-clock time in the task's zone. By default it is
    tomorrow at 09:00; of a cron its next instant, of minutes and hours the next
    full one. What has ended already is written, and said (``WrittenElement.ended``).
    Raises OperationError for what would not load, or cannot be written.
    """
    cycle = {"repeatType": "custom", "cron": cron} if cron is not None else read_repeat(repeat)
    zone = _zone(workspace, task)
    begin = _with_seconds(start) if start else _first_start(workspace, zone, cycle)
    timing = {"startTime": begin, "repeat": cycle, **_common_timing(task)}
    data = {"type": TaskType.SCHEDULED.value, **_head(task), "timerCfg": timing}
    written = _write(workspace, task, data, SCHEDULED_BODY.format(title=quotable(task.title)))
    compiled, now = workspace.app.tasks[written.name], workspace.now()
    if not isinstance(compiled, ScheduledTask) or compiled.timer.after(now) is not None:
        return written
    return replace(written, ended=why_ended(compiled.timer, now)[1])


def new_date_field(
    workspace: Workspace,
    task: NewTask,
    *,
    model: str | None = None,
    field: str | None = None,
    offset: str = "0",
    at: str | None = None,
    repeat: str = "once",
    end_field: str | None = None,
    where: str = "",
) -> WrittenElement:
    """Write a task that fires for every row of a model, at a date of the row.

    ``offset`` is as ``short_forms.read_offset`` takes it, ``at`` the time of day
    (HH:mm), 09:00 by default for a date and an offset in days. ``where`` is a
    filter. The model and its date field need names where there are several.
    Raises InvalidArgument, NotFound, and OperationError for what would not load.
    """
    if end_field is not None and task.end is not None:
        raise InvalidArgument("end_field", "--end and --end-field exclude each other")
    model_name = _model(workspace, model)
    kinds = _kinds(workspace, model_name, is_needed=field is None)
    field_name = _date_field(model_name, kinds, field)
    _check_filter(where, kinds)
    start_offset = read_offset(offset, at)
    is_instant = kinds.get(field_name) is FieldType.DATETIME
    if at is None and not is_instant and start_offset["offsetUnit"] not in _CLOCK_UNITS:
        start_offset["time"] = _DAY_TIME
    ending = {} if end_field is None else {"endField": end_field}
    data = {
        "type": TaskType.DATE_FIELD.value,
        **_head(task),
        "modelPath": model_name,
        "filter": where,
        "timerCfg": {
            "startField": field_name,
            "startOffset": start_offset,
            "repeat": read_repeat(repeat),
            **ending,
            **_common_timing(task),
        },
    }
    title = quotable(task.title).replace("%", "%%")
    return _write(workspace, task, data, DATE_FIELD_BODY.format(title=title, field=field_name))


def _head(task: NewTask) -> dict[str, Any]:
    return {
        "title": task.title,
        "enable": int(task.enabled),
        "funcType": "Inner",
        "backendBundleEntry": ".",
    }


def _common_timing(task: NewTask) -> dict[str, Any]:
    """Return the keys that both types of task have, where they say something."""
    timing: dict[str, Any] = {}
    if task.end is not None:
        timing["endTime"] = _with_seconds(task.end)
    if task.skip_holidays:
        timing["skipHoliday"] = 1
    if task.skip_weekend:
        timing["skipWeekend"] = 1
    if task.holiday_roll is not None:
        timing["holidayRoll"] = task.holiday_roll
    if task.timezone is not None:
        timing["timezone"] = task.timezone
    if task.calendar is not None:
        timing["calendar"] = _calendar(task.calendar)
    return timing


def _with_seconds(text: str) -> str:
    """Return a time as the format writes it; what is no time to the minute, as it is."""
    return f"{text.replace('T', ' ')}:00" if _TO_THE_MINUTE.fullmatch(text) else text


def _calendar(text: str) -> Any:
    if not text.lstrip().startswith("{"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidArgument("calendar", f"expected a country or a JSON object: {error}") from None


def _zone(workspace: Workspace, task: NewTask) -> ZoneInfo:
    if task.timezone is None:
        return workspace.zone
    zone = find_zone(task.timezone)
    if zone is None:
        hint = "name one such as Europe/Berlin"
        raise InvalidArgument("timezone", f"no time zone {task.timezone!r}", hint)
    return zone


def _first_start(workspace: Workspace, zone: ZoneInfo, cycle: dict[str, Any]) -> str:
    """Return where a cycle begins by itself, as wall time."""
    now = workspace.now().astimezone(zone).replace(tzinfo=None, microsecond=0)
    match cycle:
        case {"cron": _}:
            try:
                timer = Timer.from_config({"startTime": now.isoformat(" "), "repeat": cycle}, zone)
                first = timer.after(workspace.now())
            except TimingError:
                first = None  # the compiler says what is wrong with it
            if first is not None:
                return f"{first.nominal.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        case {"repeatType": "minute"}:
            return (now.replace(second=0) + timedelta(minutes=1)).isoformat(" ")
        case {"repeatType": "hour"}:
            return (now.replace(minute=0, second=0) + timedelta(hours=1)).isoformat(" ")
        case _:
            pass
    tomorrow = now.date() + timedelta(days=1)
    return datetime.combine(tomorrow, _FIRST_START).isoformat(" ")


def _model(workspace: Workspace, name: str | None) -> str:
    models = workspace.app.models
    if name is None:
        if len(models) == 1:
            return next(iter(models))
        raise InvalidArgument("model", f"name a model: {', '.join(models) or 'there is none'}")
    full = name if name.startswith("models.") else f"models.{name}"
    if full not in models:
        raise NotFound(f"no model {full!r} that loads", f"there are: {', '.join(models) or 'none'}")
    return full


def _kinds(workspace: Workspace, model: str, *, is_needed: bool) -> Mapping[str, FieldType]:
    """Return what each field of a model holds: from its files, or else from its table (F9).

    It is empty where the table cannot be read, unless it is needed: Unavailable is raised then.
    """
    info = workspace.app.models[model]
    if not info.opaque:
        return {field.name: field.type for field in info.fields}
    from jittask.data.databases import DataError

    try:
        return workspace.data.rows(info).model.kinds
    except DataError as error:
        if not is_needed:
            return {}
        raise Unavailable(str(error), "or name the date field with --field") from error


def _date_field(model: str, kinds: Mapping[str, FieldType], name: str | None) -> str:
    """Return the date field that is meant; a name is taken as it is where no field is known."""
    date_types = (FieldType.DATE, FieldType.DATETIME)
    dates = [field for field, kind in kinds.items() if kind in date_types]
    if name is not None:
        if kinds and name not in dates:
            known = ", ".join(dates) or "none"
            raise NotFound(f"{model} has no date field {name!r}", f"it has: {known}")
        return name
    if not dates:
        raise NotFound(f"{model} has no date field")
    if len(dates) == 1:
        return dates[0]
    raise InvalidArgument("field", f"name a date field of {model}: {', '.join(dates)}")


def _check_filter(text: str, kinds: Mapping[str, FieldType]) -> None:
    """Refuse a filter on fields that the table lacks; its syntax is left to the compiler."""
    if not text.strip() or not kinds:
        return
    try:
        problems = check(parse(text), kinds)
    except QuerySyntaxError:
        return
    for problem in problems:
        raise OperationError(problem.message, problem.hint)


def _write(workspace: Workspace, task: NewTask, data: dict[str, Any], body: str) -> WrittenElement:
    return write_element(workspace, new_path(workspace, "tasks", task), data, {"inner.py": body})


def quotable(title: str) -> str:
    """Return a title as it may stand inside a Python text."""
    return json.dumps(title, ensure_ascii=False)[1:-1]
