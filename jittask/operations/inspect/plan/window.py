"""The time that a plan is about, and the timers in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from jittask.compiler.compiled import Compilation, DateFieldTask, ScheduledTask
from jittask.operations.errors import InvalidArgument
from jittask.operations.manifest import refuse_broken_manifest
from jittask.operations.naming import find_task
from jittask.operations.times import TICK, within_known_years

if TYPE_CHECKING:
    from jittask.schedule.timer import Timer

DEFAULT_LENGTH = timedelta(days=7)


class Window(NamedTuple):
    """The time that is asked about."""

    since: datetime
    """What was given, or now."""
    begin: datetime
    """Occurrences strictly after it count: what was given counts, now does not."""
    until: datetime


def window(now: datetime, start: datetime | None, end: datetime | None) -> Window:
    """Return the window from ``start``, or now, to ``end``, or a week later.

    Raises InvalidArgument where it ends before it begins.
    """
    since = within_known_years(now) if start is None else start
    until = within_known_years(since + DEFAULT_LENGTH) if end is None else end
    if until < since:
        raise InvalidArgument("to", "the end is before the beginning")
    return Window(since, since if start is None else since - TICK, until)


def planned_timers(compilation: Compilation, name: str | None = None) -> Mapping[str, Timer]:
    """Return the timers of the enabled scheduled tasks; or of one, disabled or not.

    Raises NotFound, BrokenTask, and InvalidArgument for a task that fires for rows:
    see ``planned_rows``.
    """
    refuse_broken_manifest(compilation.diagnostics)
    if name is not None:
        task = find_task(compilation, name)
        if not isinstance(task, ScheduledTask):
            message = f"{task.name} fires for rows: see jittask next {task.name}"
            raise InvalidArgument("task", message)
        return {task.name: task.timer}
    tasks = compilation.app.tasks.values()
    return {
        task.name: task.timer for task in tasks if isinstance(task, ScheduledTask) and task.enabled
    }


def planned_rows(compilation: Compilation, name: str | None = None) -> Sequence[DateFieldTask]:
    """Return the enabled tasks that fire for rows; or that one, disabled or not.

    Raises NotFound, BrokenTask.
    """
    if name is not None:
        task = find_task(compilation, name)
        return [task] if isinstance(task, DateFieldTask) else []
    tasks = compilation.app.tasks.values()
    return [task for task in tasks if isinstance(task, DateFieldTask) and task.enabled]
