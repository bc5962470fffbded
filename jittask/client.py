"""``Client``: what the command line can do, for Python programs.

A web application, a test or a notebook asks a tree's records through it, and
asks the runtime that runs the tree, in this process or another, to act.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from jittask.clock import Clock
from jittask.model import Run, Trigger
from jittask.operations.control.accepted import Accepted
from jittask.operations.control.end import end
from jittask.operations.control.pauses import Resumed, pause, resume
from jittask.operations.control.rerun import rerun
from jittask.operations.control.trigger import trigger
from jittask.operations.control.wait import wait_for_end
from jittask.operations.edit.enabled import Switched, set_enabled
from jittask.operations.errors import InvalidArgument
from jittask.operations.naming import find_run
from jittask.operations.rows import RowKey, row_key_text
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.operations.inspect.catalog import CatalogEntry, TaskKind, TaskState
    from jittask.operations.inspect.explain import Explanation
    from jittask.operations.inspect.next import Upcoming
    from jittask.operations.inspect.occurrences import TaskOccurrence
    from jittask.operations.inspect.statistics import Statistics
    from jittask.operations.inspect.status import Status
    from jittask.store.control import Pause
    from jittask.store.run_logs import LogChunk

_PAGE_SIZE = 200
_Choice = TypeVar("_Choice", bound=StrEnum)


class Client:
    """One tree, and its run store; a context manager.

    Safe to use from several threads. The run store stays open until ``close``.
    Each call that is about tasks sees files that have been edited meanwhile.
    Nothing of the tree's code is imported.

    A task is named as on the command line; ``tasks.`` may be left out. A row is
    named by the value of its key column (a number, a text, a UUID, …), by the
    values of several, or by the text that ``records`` shows. Instants that are
    returned are aware, in UTC. A naive instant that is given is wall-clock time
    in the app's zone. All times in seconds may be fractions.

    Every method raises ``Unavailable`` where the run store or a database does
    not answer, and ``OperationError`` where it cannot be used; see
    ``jittask.errors``. Methods that only read raise ``NoRecords`` before
    anything has run.
    """

    def __init__(self, tree: str | Path | None = None, *, clock: Clock | None = None) -> None:
        """Open a tree: a folder with ``app.json``; None: the one around the working directory.

        ``clock`` is what "now" means; the machine's by default. Raises NotFound.
        """
        self._workspace = Workspace.find(tree, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the run store and every connection to a database."""
        self._workspace.close()

    # --- run a task, end a run

    def trigger(
        self,
        task: str,
        *,
        row: RowKey | None = None,
        wait: bool = False,
        timeout: float | None = None,
    ) -> Accepted:
        """Run a task now, whatever its timing says; for one row, if it is a date-field task.

        Without a live runtime the run is kept, and begins when one starts. With
        ``wait``, returns when the run has ended, when no runtime is alive, or
        after ``timeout`` seconds. Raises NotFound for the task and for the row,
        BrokenTask, InvalidArgument where a row is missing or makes no sense.
        """
        return self._waited(trigger(self._fresh(), task, row=row), wait, timeout)

    def rerun(self, run: int, *, wait: bool = False, timeout: float | None = None) -> Accepted:
        """Run again what a run was for: the same task, row and occurrence, as a new run.

        ``wait`` and ``timeout`` are as in ``trigger``. Raises NotFound for the
        run and for its task, BrokenTask.
        """
        return self._waited(rerun(self._fresh(), run), wait, timeout)

    def end(
        self,
        run: int,
        *,
        note: str | None = None,
        wait: bool = False,
        timeout: float | None = None,
    ) -> Accepted:
        """Kill a run that executes; cancel one that was asked for, or waits for a retry.

        ``note`` is kept with the run. ``wait`` and ``timeout`` are as in
        ``trigger``. Raises NotFound, and Conflict for a run that has ended or is
        only planned.
        """
        return self._waited(end(self._workspace, run, note=note), wait, timeout)

    # --- keep a task from firing

    def pause(
        self, task: str, *, until: datetime | timedelta | None = None, note: str | None = None
    ) -> Pause:
        """Keep a task from firing: until an instant, for a time, or until ``resume``.

        What comes due meanwhile is recorded as skipped, with the note. Raises
        NotFound, and InvalidArgument where the end is not in the future.
        """
        workspace = self._fresh()
        if isinstance(until, timedelta):
            until = workspace.now() + until
        return pause(workspace, task, until=self._instant(until), note=note)

    def resume(self, task: str) -> Resumed:
        """Let a paused task fire again. Raises NotFound."""
        return resume(self._fresh(), task)

    def enable(self, task: str) -> Switched:
        """Set ``enable`` to 1 in a task's e.json; nothing fires for the time before.

        Raises NotFound, Conflict for a file that is not JSON.
        """
        return set_enabled(self._fresh(), task, enabled=True)

    def disable(self, task: str) -> Switched:
        """Set ``enable`` to 0 in a task's e.json; a runtime reloads it.

        Raises NotFound, Conflict for a file that is not JSON.
        """
        return set_enabled(self._fresh(), task, enabled=False)

    # --- what has run

    def run(self, run: int) -> Run:
        """Return a run with its attempts. Raises NotFound."""
        with self._workspace.store() as store:
            return find_run(store, run)

    def log(self, run: int) -> tuple[LogChunk, ...]:
        """Return what a run has printed and logged so far, in order. Raises NotFound."""
        from jittask.operations.inspect.run import run_with_log

        return run_with_log(self._workspace, run).chunks

    def records(
        self,
        task: str | None = None,
        *,
        row: RowKey | None = None,
        status: str | Iterable[str] = (),
        trigger: Trigger | None = None,
        version: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        by: str = "effective",
        newest_first: bool = True,
    ) -> Iterator[Run]:
        """Yield runs; pages are read as they are needed.

        ``status`` is one or several of ``pending``, ``executing``, ``completed``,
        ``failed``, ``skipped``, ``cancelled`` and ``overdue``; by default all but
        pending. ``version`` is the first digits of a version, six at least.
        ``since`` and ``until`` bound the instant ``by`` which runs are sorted
        (``effective``, ``nominal`` or ``start``), both included. Raises NotFound
        for a task that neither the tree nor the run store knows, InvalidArgument.
        """
        from jittask.operations.inspect.records import RecordQuery, records

        query = RecordQuery(
            task=task,
            row=None if row is None else row_key_text(row),
            statuses=frozenset([status] if isinstance(status, str) else status),
            trigger=trigger,
            version=version,
            since=self._instant(since),
            until=self._instant(until),
            by=by,
            descending=newest_first,
        )
        cursor: str | None = None
        while True:
            page = records(self._workspace, query, limit=_PAGE_SIZE, after=cursor)
            yield from page.records
            cursor = page.next
            if cursor is None:
                return

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

    # --- what will run

    def next(
        self,
        task: str | None = None,
        *,
        row: RowKey | None = None,
        start: datetime | None = None,
        limit: int = 5,
    ) -> Upcoming:
        """Return the next occurrences of a task, or the next one of every scheduled task.

        From ``start`` on, or after now; ``limit`` of them. Raises NotFound,
        BrokenTask, InvalidArgument.
        """
        from jittask.operations.inspect.next import next_of_all, next_of_task

        workspace, begin = self._fresh(), self._instant(start)
        if task is None:
            return next_of_all(workspace, start=begin, limit=limit)
        key = None if row is None else row_key_text(row)
        return next_of_task(workspace, task, row=key, start=begin, limit=limit)

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
        task that fires for rows.
        """
        from jittask.operations.inspect.plan.listing import Listing
        from jittask.operations.inspect.plan.window import planned_timers, window

        workspace = self._fresh()
        span = window(workspace.now(), self._instant(start), self._instant(end))
        timers = planned_timers(workspace.compilation, task)
        return Listing(timers, span.begin, span.until, skipped=skipped).occurrences()

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
            kind=None if kind is None else _member(TaskKind, kind, "kind"),
            state=None if state is None else _member(TaskState, state, "state"),
        )
        workspace, cursor = self._fresh(), None
        while True:
            page = catalog(workspace, wanted, limit=_PAGE_SIZE, after=cursor)
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

    # --- inside

    def _fresh(self) -> Workspace:
        """Return the workspace, with the files as they are now."""
        self._workspace.refresh()
        return self._workspace

    def _waited(self, accepted: Accepted, wait: bool, timeout: float | None) -> Accepted:
        return wait_for_end(self._workspace, accepted, timeout) if wait else accepted

    def _instant(self, given: datetime | None) -> datetime | None:
        if given is None or given.tzinfo is not None:
            return given
        return given.replace(tzinfo=self._workspace.zone)


def _member(choices: type[_Choice], given: str, argument: str) -> _Choice:
    try:
        return choices(given)
    except ValueError:
        known = ", ".join(choices)
        raise InvalidArgument(argument, f"expected one of {known}, got {given!r}") from None
