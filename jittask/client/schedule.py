"""The part of the client that reads tasks and when they fire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jittask.client.open_tree import PAGE_SIZE, OpenTree
from jittask.operations.errors import InvalidArgument
from jittask.operations.naming import member, rows_task
from jittask.operations.rows import RowKey, row_key_text

if TYPE_CHECKING:
    from jittask.operations.inspect.catalog import CatalogEntry, TaskKind, TaskState
    from jittask.operations.inspect.explain import Explanation
    from jittask.operations.inspect.next import Upcoming
    from jittask.operations.inspect.next_rows import UpcomingRows
    from jittask.operations.inspect.occurrences import TaskOccurrence
    from jittask.operations.inspect.status import Status
    from jittask.operations.simulate.result import Simulated


class ScheduleCalls(OpenTree):
    """Lists tasks, previews when they fire, and says why, and what their state is."""

    def next(
        self,
        task: str | None = None,
        *,
        row: RowKey | None = None,
        start: datetime | None = None,
        limit: int = 5,
    ) -> Upcoming:
        """Return the next occurrences of a task, or the next one of every scheduled task.

        From ``start`` on, or after now; ``limit`` of them. Of a task that fires for
        rows: of one ``row``, or of all. Raises NotFound, BrokenTask, InvalidArgument.
        """
        from jittask.operations.inspect.next import next_of_all, next_of_task

        workspace, begin = self._fresh(), self._instant(start)
        if task is None:
            return next_of_all(workspace, start=begin, limit=limit)
        if row is None and rows_task(workspace, task) is not None:
            return self.next_rows(task, start=begin, limit=limit).page
        key = None if row is None else row_key_text(row)
        return next_of_task(workspace, task, row=key, start=begin, limit=limit)

    def next_rows(
        self,
        task: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 50,
        after: str | None = None,
        skipped: bool = False,
    ) -> UpcomingRows:
        """Return which rows of a date-field task fire, and when: a page, by time.

        From ``start`` on, or after now, up to ``end``; then they are counted too.
        ``after`` is the cursor that the page before gave as ``next``. Raises NotFound,
        BrokenTask, and InvalidArgument for a scheduled task.
        """
        from jittask.operations.inspect.next_rows import next_of_rows

        workspace = self._fresh()
        found = rows_task(workspace, task)
        if found is None:
            raise InvalidArgument("task", f"{task} is a scheduled task, so it has no rows")
        return next_of_rows(
            workspace, found, start=self._instant(start), end=self._instant(end),
            limit=limit, after=after, skipped=skipped,
        )  # fmt: skip

    def plan(
        self,
        task: str | None = None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        skipped: bool = False,
    ) -> Iterator[TaskOccurrence]:
        """Yield what scheduled tasks will do, by time: from now for a week by default.

        With ``skipped``, also what holidays keep from firing. Raises NotFound,
        BrokenTask, InvalidArgument where it ends before it begins, and for a
        task that fires for rows: see ``next_rows``.
        """
        from jittask.operations.inspect.plan.listing import Listing
        from jittask.operations.inspect.plan.window import planned_timers, window

        workspace = self._fresh()
        span = window(workspace.now(), self._instant(start), self._instant(end))
        timers = planned_timers(workspace.compilation, task)
        return Listing(timers, span.begin, span.until, skipped=skipped).occurrences()

    def simulate(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        data: str | Path | None = None,
        tasks: Iterable[str] = (),
        run: bool = False,
    ) -> Simulated:
        """Let simulated time pass over the tree, and return what fires: a week from now by default.

        From ``start`` to ``end``, both included, against a copy of the tree's databases, or
        against the rows of the file or folder ``data``. Of ``tasks``, enabled or not, or
        of all that are enabled. With ``run`` their functions are called: their rows are those
        of the copy, and all else that they do is real. Raises NotFound, BrokenTask,
        InvalidArgument, Unavailable where a database cannot be read, Conflict.
        """
        from jittask.operations.inspect.plan.window import window
        from jittask.operations.simulate.simulate import Given, Period, read_rows, simulate

        workspace = self._fresh()
        begin = self._instant(start) or workspace.now()
        span = window(begin, begin, self._instant(end))
        fixture = None if data is None else read_rows(workspace, Path(data))
        return simulate(
            workspace, Period(begin, span.until), Given(fixture, tasks=tuple(tasks)), run=run
        )

    def list(
        self,
        *,
        tag: str | None = None,
        folder: str | None = None,
        kind: TaskKind | str | None = None,
        state: TaskState | str | None = None,
    ) -> Iterator[CatalogEntry]:
        """Yield the tasks of the tree by name: what each is, when it fires next, how it last ended.

        ``folder`` is one below ``tasks/``, with those inside it. ``kind`` is
        ``scheduled`` or ``date-field``; ``state`` is ``broken``, ``disabled``,
        ``paused``, ``running`` or ``ready``. Raises InvalidArgument for others.
        """
        from jittask.operations.inspect.catalog import CatalogFilter, TaskKind, TaskState, catalog

        wanted = CatalogFilter(
            tag=tag,
            folder=folder,
            kind=None if kind is None else member(TaskKind, kind, "kind"),
            state=None if state is None else member(TaskState, state, "state"),
        )
        workspace, cursor = self._fresh(), None
        while True:
            page = catalog(workspace, wanted, limit=PAGE_SIZE, after=cursor)
            yield from page.tasks
            cursor = page.next
            if cursor is None:
                return

    def explain(
        self, task: str, *, at: datetime | str | None = None, row: RowKey | None = None
    ) -> Explanation:
        """Say whether a task fires at a time, and why.

        ``at`` is an instant, or a text such as ``2026-05-01`` (the whole day, in the
        task's zone); None is today. Raises NotFound, BrokenTask, InvalidArgument.
        """
        from jittask.operations.inspect.explain import explain

        text = at.isoformat() if isinstance(at, datetime) else at
        key = None if row is None else row_key_text(row)
        return explain(self._fresh(), task, at=text, row=key)

    def status(self) -> Status:
        """Return which runtimes are alive, what waits and executes, and the state of elements."""
        from jittask.operations.inspect.status import status

        return status(self._fresh())
