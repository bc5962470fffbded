"""Finds the rows that fire, far ahead while nothing changes, and again where something has (D3-D8).

The runtime looks every few seconds, an hour ahead. A simulation jumps, so it
looks at a row only when a date can have changed: at the start, when a table was
written to, after downtime, and at midnight where the filter has TODAY().
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from jittask.compiler.compiled import DateFieldTask
from jittask.data.app_data import AppData
from jittask.data.rows import Rows
from jittask.operations.simulate.agenda import Agenda
from jittask.query.expression import Relative, relatives
from jittask.runtime.activation import activate, grace
from jittask.runtime.due_rows import BadRow, DueRow, Window, due_rows
from jittask.runtime.reasons import reason_of
from jittask.runtime.row_plan import plan_row
from jittask.store.watermarks import Watermark

_FIRST_LENGTH = timedelta(hours=1)
_MOST_LENGTH = timedelta(days=64)
_NOW_EVERY = timedelta(hours=1)
"""How often rows are judged again whose filter has NOW()."""

_LONG = timedelta(days=1)
_SMALL = 20_000
"""Rows of a table of which a long look takes every one."""

Report = Callable[[str, str], None]
"""Takes a task, and why its rows, or one of them, cannot be read."""


@dataclass(slots=True)
class _Looked:
    task: DateFieldTask
    mark: Watermark | None = None
    until: datetime | None = None
    """Rows that fire up to here are planned; None: nothing is known."""
    length: timedelta = _FIRST_LENGTH


class RowLooks:
    """The looks at the rows of date-field tasks."""

    def __init__(
        self,
        tasks: Iterable[DateFieldTask],
        data: AppData,
        agenda: Agenda,
        report: Report,
        until: datetime,
    ) -> None:
        self._looked = {task.name: _Looked(task) for task in tasks}
        self._data = data
        self._agenda = agenda
        self._report = report
        self._end = until
        self._paused: datetime | None = None
        """Since when nothing looks; None while nothing is missed."""

    def switch(self, task: DateFieldTask) -> None:
        """Take over a task that was enabled or disabled."""
        self._looked[task.name].task = task
        self.changed({task.model.name})

    def changed(self, models: set[str] | None) -> None:
        """Look again at the rows of these models; None: of all."""
        for looked in self._looked.values():
            if models is None or looked.task.model.name in models:
                looked.until = None

    def next(self) -> datetime | None:
        """Return when rows are to be looked at again, if nothing changes before."""
        times = [
            looked.until
            for looked in self._looked.values()
            if looked.until is not None and looked.until < self._end
        ]
        return min(times, default=None)

    def look(self, now: datetime) -> None:
        """Plan runs for the rows that are to be looked at."""
        for looked in self._looked.values():
            if looked.until is None:
                looked.length = _FIRST_LENGTH
                self._look(looked, now, whole=True)
            elif looked.until <= now and now < self._end:
                looked.length = min(looked.length * 2, _MOST_LENGTH)
                self._look(looked, now, whole=relative_values(looked.task) != set())
        self._paused = None

    def pause(self, now: datetime) -> None:
        """Miss what happens from ``now`` on, until the next look, which looks at all (D8)."""
        self._paused = now
        self.changed(None)

    def _look(self, looked: _Looked, now: datetime, *, whole: bool) -> None:
        task = looked.task
        mark = looked.mark
        if looked.until is None:
            mark = looked.mark = activate(task, mark, now).mark
        assert mark is not None
        after = looked.until or now
        if whole:
            self._agenda.withdraw(task.name, now)
            scanned = now if self._paused is None else self._paused
            after = max(mark.activated, min(scanned, now - grace(task)))
        looked.until = min(_next_look(task, now, looked.length), self._end)
        if not task.enabled:
            return
        bad: list[str] = []
        try:
            for due in self._due(task, after, now, looked.until, bad):
                self._plan(task, due, now)
        except Exception as error:  # the runtime blocks this task alone
            self._data.forget(task.model)
            bad = [reason_of(error)]
        for text in bad:
            self._report(task.name, text)

    def _due(
        self, task: DateFieldTask, after: datetime, now: datetime, until: datetime, bad: list[str]
    ) -> Iterable[list[DueRow]]:
        rows = self._data.rows(task.model)

        def skip(row: dict[str, object], error: Exception) -> None:
            keys = (f"{field.name}={row[field.name]!r}" for field in rows.model.key_fields)
            bad.append(f"{task.model.name}: the row {', '.join(keys)}: {reason_of(error)}")

        on_bad: BadRow = skip
        every_row = until - after > _LONG and _is_small(rows)
        if not relative_values(task):
            window = Window(after, until)
            yield from due_rows(task, rows, window, now, on_bad, every_row=every_row)
            return
        # what passes now is known of the past alone: the others are judged at their instants
        if after < now:
            yield from due_rows(task, rows, Window(after, now), now, on_bad)
        unfiltered = replace(task, filter=None)
        yield from due_rows(unfiltered, rows, Window(max(after, now), until), now, on_bad)

    def _plan(self, task: DateFieldTask, due: list[DueRow], now: datetime) -> None:
        recorded = self._agenda.recorded(task.name)
        for row in due:
            ranges = self._agenda.ranges(task.name, row.key)
            self._agenda.add(plan_row(task, row.key, row.occurrences, recorded, ranges, now))


def relative_values(task: DateFieldTask) -> set[Relative]:
    """Return which of TODAY() and NOW() the filter of a task has."""
    return set() if task.filter is None else relatives(task.filter)


def _is_small(rows: Rows) -> bool:
    """Whether every row can be looked at in about the time that a few dates take."""
    few = sa.select(sa.literal(1)).select_from(rows.table).limit(_SMALL + 1).subquery()
    with rows.engine.connect() as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(few)).scalar_one()
    return bool(count <= _SMALL)


def _next_look(task: DateFieldTask, now: datetime, length: timedelta) -> datetime:
    """Return when the rows of a task are looked at next, if nothing changes."""
    relative = relative_values(task)
    if Relative.NOW in relative:
        return now + _NOW_EVERY
    if Relative.TODAY in relative:
        zone = task.timer.zone
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return max(datetime.combine(tomorrow, time(), zone), now + timedelta(minutes=1))
    return now + length
