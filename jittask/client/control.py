"""The part of the client that acts: runs, pauses and switches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from jittask.client.open_tree import OpenTree
from jittask.model import Misfire
from jittask.operations.control.accepted import Accepted
from jittask.operations.control.end import end
from jittask.operations.control.pauses import Resumed, pause, resume
from jittask.operations.control.rerun import rerun
from jittask.operations.control.trigger import trigger
from jittask.operations.control.wait import wait_for_end
from jittask.operations.edit.enabled import Switched, set_enabled
from jittask.operations.errors import InvalidArgument
from jittask.operations.naming import member
from jittask.operations.rows import RowKey

if TYPE_CHECKING:
    from jittask.operations.backfill.backfill import Backfill
    from jittask.store.control import Pause


class ControlCalls(OpenTree):
    """Runs tasks, ends runs, and keeps tasks from firing."""

    # --- run a task, end a run

    def trigger(
        self,
        task: str,
        *,
        row: RowKey | None = None,
        args: Mapping[str, Any] | None = None,
        wait: bool = False,
        timeout: float | None = None,
    ) -> Accepted:
        """Run a task now, whatever its timing says; for one row, if it is a date-field task.

        The keys of ``args`` replace those of the task's own ``args``, for this run.
        Without a live runtime the run is kept, and begins when one starts. With
        ``wait``, returns when the run has ended, when no runtime is alive, or
        after ``timeout`` seconds. Raises NotFound for the task and for the row,
        BrokenTask, InvalidArgument where a row is missing or makes no sense, or
        ``args`` is no JSON object.
        """
        return self._waited(trigger(self._fresh(), task, row=row, args=args), wait, timeout)

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

    # --- run the past

    def backfill(
        self,
        task: str,
        *,
        start: datetime,
        end: datetime,
        row: RowKey | None = None,
        misfire: Misfire | str = Misfire.ALL,
        rate: str | None = None,
        preview: bool = False,
    ) -> Backfill:
        """Make a run for each occurrence from ``start`` to ``end`` that has none.

        Of all rows of a date-field task, or of one. With ``misfire`` ``latest``, only
        for the last of each row, or of a scheduled task. ``rate``, such as ``10/s``,
        spreads the starts. With ``preview`` nothing is written, and the same is
        returned. Without a live runtime the runs begin when one starts. Raises
        NotFound, BrokenTask, InvalidArgument.
        """
        from jittask.operations.backfill.backfill import backfill
        from jittask.operations.backfill.request import BackfillRequest, read_rate

        workspace, begin, until = self._fresh(), self._instant(start), self._instant(end)
        assert begin is not None
        assert until is not None
        request = BackfillRequest(
            task, begin, until, row, member(Misfire, misfire, "misfire"),
            timedelta() if rate is None else read_rate(rate),
        )  # fmt: skip
        return backfill(workspace, request, preview=preview)

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
            until = _after(workspace.now(), until)
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

    def _waited(self, accepted: Accepted, wait: bool, timeout: float | None) -> Accepted:
        return wait_for_end(self._workspace, accepted, timeout) if wait else accepted


def _after(now: datetime, step: timedelta) -> datetime:
    try:
        return now + step
    except OverflowError:
        raise InvalidArgument("until", f"expected a shorter time, got {step}") from None
