"""A look through a long window for one task, by pages, so that others have their turn (D4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from jittask.compiler.compiled import DateFieldTask
from jittask.data.rows import Rows
from jittask.runtime.due_rows import BadRow, Bounds, DueRow, Window, due_rows
from jittask.runtime.events import Sweeping

REPORT_EVERY = timedelta(seconds=10)
"""How often a sweep that lasts says how far it is."""


class Sweep:
    """A sweep under way; it has one ``now`` from its first page to its last."""

    def __init__(
        self,
        task: DateFieldTask,
        data_rows: Rows,
        rows: Rows,
        window: Window,
        now: datetime,
        bad_row: BadRow,
        bounds: Bounds,
    ) -> None:
        """``data_rows`` are the rows as the app's data gives them, ``rows`` are read."""
        self.task = task
        self.data_rows = data_rows
        self.now = now
        self.of_the_past = 0
        """How many rows with an occurrence before ``now`` it has found."""
        self._due = 0
        self._reported = now
        self._pages: Iterator[list[DueRow]] = due_rows(
            task, rows, window, now, bad_row, bounds=bounds
        )

    def reads_as(self, data_rows: Rows) -> bool:
        """Whether rows that the app's data gives now are those that are read: table and engine."""
        read = self.data_rows
        return read.engine is data_rows.engine and read.model == data_rows.model

    def next_page(self) -> list[DueRow] | None:
        """Return the due rows of the next page, or None at the end. Raises DataError."""
        page = next(self._pages, None)
        if page is not None:
            self._due += len(page)
            self.of_the_past += sum(row.occurrences[0].effective <= self.now for row in page)
        return page

    def progress(self, now: datetime) -> Sweeping | None:
        """Return how far the sweep is, where it has said nothing for long."""
        if now - self._reported < REPORT_EVERY:
            return None
        self._reported = now
        return Sweeping(now, self.task.name, self.now, self._due)
