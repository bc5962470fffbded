"""The occurrences that a backfill is about: of a scheduled task, of one row, or of all rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jittask.compiler.compiled import DateFieldTask, ScheduledTask
from jittask.model import Occurrence
from jittask.operations.backfill.request import BackfillRequest
from jittask.operations.errors import InvalidArgument
from jittask.operations.times import TICK

if TYPE_CHECKING:
    from datetime import datetime

    from jittask.compiler.compiled import CompiledTask
    from jittask.operations.workspace import Workspace

Found = Iterator[tuple[str, Occurrence]]
"""Row keys as they are stored (empty for a scheduled task) with occurrences, row by row."""


class Source:
    """Gives them one by one: neither the rows nor their occurrences are held together."""

    def __init__(
        self, workspace: Workspace, task: CompiledTask, request: BackfillRequest, now: datetime
    ) -> None:
        self.remarks: list[str] = []
        """What is worth knowing of the rows, as far as they have been read."""
        self._workspace, self._task, self._request, self._now = workspace, task, request, now
        self._begin = request.since - TICK

    def occurrences(self) -> Found:
        """Yield them. Raises InvalidArgument, NotFound, and DataError where rows cannot be read."""
        if isinstance(self._task, ScheduledTask):
            if self._request.row is not None:
                message = f"{self._task.name} is a scheduled task, so it has no rows"
                raise InvalidArgument("row", message)
            between = self._task.timer.between(self._begin, self._request.until)
            return (("", occurrence) for occurrence in between)
        if self._request.row is not None:
            return self._of_row(self._task)
        return self._of_rows(self._task)

    def _of_row(self, task: DateFieldTask) -> Found:
        from jittask.data.row_keys import row_key
        from jittask.operations.inspect.task_timer import row_of

        assert self._request.row is not None
        rows, row = row_of(self._workspace, task, self._request.row)
        judged = rows.judged(row_key(row, rows.model), task.filter, self._now, task.timer.zone)
        if judged is None or not judged[1]:
            self.remarks.append("the row does not pass the filter of the task, as it is now")
            return
        timer = task.timer.timer_of(row, rows.zone)
        if timer is not None:
            key = row_key(row, rows.model)
            for occurrence in timer.between(self._begin, self._request.until):
                yield key, occurrence

    def _of_rows(self, task: DateFieldTask) -> Found:
        """Yield the occurrences of all rows: the database says which fire, their timers when."""
        from jittask.data.rows import Row
        from jittask.operations.first_occurrences import first_occurrences
        from jittask.runtime.due_rows import Window, due_rows
        from jittask.runtime.reasons import reason_of

        rows = self._workspace.data.rows(task.model)
        window = Window(self._begin, self._request.until)

        def bad_row(row: Row, error: Exception) -> None:
            keys = ", ".join(f"{f.name}={row[f.name]!r}" for f in rows.model.key_fields)
            if len(self.remarks) < _MOST_REMARKS:
                self.remarks.append(f"the row {keys} is left out: {reason_of(error)}")

        for page in due_rows(first_occurrences(task, 1), rows, window, self._now, bad_row):
            for due_row in page:
                timer = task.timer.timer_of(due_row.row, rows.zone)
                assert timer is not None  # it has an occurrence
                for occurrence in timer.between(*window):
                    yield due_row.key, occurrence


_MOST_REMARKS = 5
