"""A plan with the rows of date-field tasks: one list by time, in bounded memory (rule V4).

A task whose database does not answer is left out, with one line; the others continue.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from jittask.data.databases import DataError
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.plan.listing import Listing
from jittask.operations.inspect.plan.window import Window
from jittask.operations.inspect.row_position import Position, position
from jittask.operations.inspect.row_stream import CHUNK, RowStream, Tally
from jittask.operations.times import TICK
from jittask.runtime import due_rows

if TYPE_CHECKING:
    from jittask.compiler.compiled import DateFieldTask
    from jittask.operations.workspace import Workspace
    from jittask.schedule.timer import Timer

_LEAST_CHUNK = 500


class WholePlan:
    """What scheduled tasks and the rows of others do in a window, by time, task and row."""

    def __init__(
        self,
        workspace: Workspace,
        timers: Mapping[str, Timer],
        tasks: Sequence[DateFieldTask],
        window: Window,
        *,
        skipped: bool = False,
        after: Position | None = None,
    ) -> None:
        """``after`` is the place of the last occurrence of the page before."""
        self.tallies: dict[str, Tally] = {}
        """Of the rows of each task, as far as the plan has been read."""
        self.failures: dict[str, str] = {}
        """Why the rows of a task are left out."""
        self._workspace, self._timers, self._tasks = workspace, timers, tasks
        self._window, self._skipped, self._after = window, skipped, after
        self._now = workspace.now()

    def occurrences(self) -> Iterator[TaskOccurrence]:
        """Yield them one by one."""
        of_rows = [self._rows(task) for task in self._tasks]
        return heapq.merge(self._scheduled(), *of_rows, key=position)

    def _scheduled(self) -> Iterator[TaskOccurrence]:
        begin = self._window.begin
        if self._after is not None:
            begin = max(begin, self._after.at - TICK)
        listing = Listing(self._timers, begin, self._window.until, skipped=self._skipped)
        for entry in listing.occurrences():
            if self._after is None or position(entry) > self._after:
                yield entry

    def _rows(self, task: DateFieldTask) -> Iterator[TaskOccurrence]:
        try:
            stream = RowStream(
                task,
                self._workspace.data.rows(task.model),
                due_rows.Window(self._window.begin, self._window.until),
                self._now,
                skipped=self._skipped,
                after=self._after,
                chunk=max(_LEAST_CHUNK, CHUNK // len(self._tasks)),
            )
            self.tallies[task.name] = stream.tally
            yield from stream.occurrences()
        except DataError as error:
            self.failures[task.name] = str(error)
