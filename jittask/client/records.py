"""The part of the client that reads what has run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from jittask.client.open_tree import PAGE_SIZE, OpenTree
from jittask.model import Run, Trigger
from jittask.operations.naming import find_run
from jittask.operations.rows import RowKey, row_key_text

if TYPE_CHECKING:
    from jittask.operations.inspect.log_lines import LogLine
    from jittask.operations.inspect.statistics import Statistics
    from jittask.operations.inspect.timeline import Timeline


class RecordCalls(OpenTree):
    """Reads runs, their logs, and statistics."""

    def run(self, run: int) -> Run:
        """Return a run with its attempts. Raises NotFound."""
        with self._workspace.store() as store:
            return find_run(store, run)

    def log(self, run: int, *, level: str = "debug") -> tuple[LogLine, ...]:
        """Return the lines that a run has printed and logged so far, in order.

        Those of ``level`` and above: ``debug``, ``info``, ``warning``, ``error``
        or ``critical``. Raises NotFound, and InvalidArgument for another level.
        """
        from jittask.operations.inspect.run import run_with_log

        return run_with_log(self._workspace, run, level).lines

    def records(
        self,
        task: str | None = None,
        *,
        row: RowKey | None = None,
        status: str | Iterable[str] = (),
        trigger: Trigger | None = None,
        version: str | None = None,
        tag: str | None = None,
        late: bool = False,
        text: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        by: str = "effective",
        newest_first: bool = True,
    ) -> Iterator[Run]:
        """Yield runs; pages are read as they are needed.

        ``status`` is one or several of ``pending``, ``executing``, ``completed``,
        ``failed``, ``skipped``, ``cancelled`` and ``overdue``; by default all but
        pending. ``version`` is the first digits of a version, six at least. ``tag`` is
        one that the tasks have now; ``late`` asks for what was seen or planned only after it
        was due, and ``text`` for what the error, the reason in words or the log has, in
        large or small letters.
        ``since`` and ``until`` bound the instant ``by`` which runs are sorted
        (``effective``, ``nominal`` or ``start``), both included. Raises NotFound
        for a task that neither the tree nor the run store knows, InvalidArgument.
        """
        from jittask.operations.inspect.records import RecordQuery, records

        query = RecordQuery(
            tasks=() if task is None else (task,),
            row=None if row is None else row_key_text(row),
            statuses=frozenset([status] if isinstance(status, str) else status),
            trigger=trigger,
            version=version,
            tag=tag,
            late=late,
            text=text,
            since=self._instant(since),
            until=self._instant(until),
            by=by,
            descending=newest_first,
        )
        cursor: str | None = None
        while True:
            page = records(self._workspace, query, limit=PAGE_SIZE, after=cursor)
            yield from page.records
            cursor = page.next
            if cursor is None:
                return

    def timeline(self, row: RowKey, *, task: str | None = None) -> Timeline:
        """Return the newest 200 runs of a row in every status, and what comes next.

        Of one task, or of all that have a run of it. Raises NotFound for a task that
        neither the tree nor the run store knows.
        """
        from jittask.operations.inspect.records import RecordQuery
        from jittask.operations.inspect.timeline import timeline

        query = RecordQuery(tasks=() if task is None else (task,), row=row_key_text(row))
        return timeline(self._fresh(), query, limit=PAGE_SIZE)

    def stats(
        self,
        task: str | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Statistics:
        """Return how often tasks ran, how long and how late, by task; the last seven days.

        Of the runs that began from ``since`` to ``until``. Durations are in seconds. Raises
        NotFound for a task that neither the tree nor the run store knows,
        InvalidArgument where the time ends before it begins.
        """
        from jittask.operations.inspect.statistics import statistics

        since, until = self._instant(since), self._instant(until)
        return statistics(self._fresh(), since=since, until=until, task=task)
