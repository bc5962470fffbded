"""Previews a backfill, and makes its runs: one function over one walk (rules V5, D7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jittask.data.databases import DataError
from jittask.model import Misfire, Occurrence
from jittask.operations.backfill.request import BackfillRequest, checked
from jittask.operations.backfill.source import Source
from jittask.operations.backfill.steps import NoHistory, Step, spread, steps
from jittask.operations.errors import NoRecords, Unavailable
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.stored_state import stored_state
from jittask.operations.manifest import refuse_broken_manifest
from jittask.operations.naming import find_task, shown_row_key

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from jittask.compiler.compiled import CompiledTask
    from jittask.operations.workspace import Workspace
    from jittask.store import Store
    from jittask.store.plans import NewRun

FIRST_SHOWN = 10


@dataclass(slots=True)
class Backfill:
    """What a backfill makes, or has made; while it continues, so far."""

    task: str
    """Its full name."""
    since: datetime
    until: datetime
    misfire: Misfire
    preview: bool
    """Whether nothing was written."""
    occurrences: int = 0
    """In the time that was asked about."""
    recorded: int = 0
    """Those of them that have a record already."""
    runs: int = 0
    rows: int = 0
    """How many rows these runs are for."""
    first: list[TaskOccurrence] = field(default_factory=list)
    """The first runs, row by row."""
    last_due: datetime | None = None
    """When the last run may begin; None: as soon as workers are free."""
    remarks: tuple[str, ...] = ()
    live_runtime: bool = False
    """Whether a runtime is alive that takes the runs."""
    last_row: str | None = None
    """The stored key of the row that was walked last."""

    @property
    def counted(self) -> int:
        """How many occurrences the runs count as missed, with ``latest``."""
        return self.occurrences - self.recorded - self.runs


def backfill(
    workspace: Workspace,
    request: BackfillRequest,
    *,
    preview: bool = False,
    progress: Callable[[Backfill], None] | None = None,
) -> Backfill:
    """Make a run for each occurrence of a past time that has none; or say which, with ``preview``.

    Runs are written in steps of at most 500, each a transaction; ``progress`` is
    called after each. What is written counts when a step fails or the caller stops:
    the same request then makes the others. A disabled or paused task is run, as by
    ``trigger``. Raises NotFound, BrokenTask, InvalidArgument, Unavailable.
    """
    now = workspace.now()
    asked = checked(request, now)
    refuse_broken_manifest(workspace.compilation.diagnostics)
    task = find_task(workspace.compilation, asked.task)
    source = Source(workspace, task, asked, now)
    done = Backfill(task.name, asked.since, asked.until, asked.misfire, preview)
    try:
        with ExitStack() as opened:
            store = _store(opened, workspace, preview=preview)
            due = _first_due(store, task, asked, now)
            for step in steps(task, source.occurrences(), store or NoHistory(), asked.misfire, now):
                runs = list(spread(step.runs, due, asked.pause))
                due += len(runs) * asked.pause
                if store is not None and not preview:
                    runs = [run for _, run in store.plan(now, create=runs)]
                _count(done, step, runs, task.timer.zone)
                if progress is not None:
                    progress(done)
            done.live_runtime = store is not None and store.runtime_alive(now)
    except DataError as error:
        made = f"{done.runs:,} runs are made; the same command makes the others"
        raise Unavailable(str(error), None if preview else made) from error
    ahead = ["what is still to come is left out: it fires by itself"]
    remarks = _remarks(workspace, task, asked, now)
    done.remarks = (*(ahead if asked.until < request.until else ()), *remarks, *source.remarks)
    return done


def _store(opened: ExitStack, workspace: Workspace, *, preview: bool) -> Store | None:
    """Return the run store; None to a preview of a tree that has none."""
    try:
        return opened.enter_context(workspace.store(create=not preview))
    except NoRecords:
        return None


def _first_due(
    store: Store | None, task: CompiledTask, asked: BackfillRequest, now: datetime
) -> datetime:
    """Return when the first run may begin: after those that an earlier backfill has left."""
    waiting = store.last_backfilled(task.name) if store is not None and asked.pause else None
    return now if waiting is None else max(now, waiting + asked.pause)


def _count(done: Backfill, step: Step, runs: list[NewRun], zone: ZoneInfo) -> None:
    done.occurrences += step.occurrences
    done.recorded += step.recorded
    done.runs += len(runs)
    for run in runs:
        done.rows += run.row_key != done.last_row
        done.last_row = run.row_key
        done.last_due = run.due
        if len(done.first) < FIRST_SHOWN:
            occurrence = Occurrence(run.effective, run.nominals)
            key = shown_row_key(run.row_key) or None
            done.first.append(TaskOccurrence(run.effective, run.task, occurrence, zone, key))


def _remarks(
    workspace: Workspace, task: CompiledTask, asked: BackfillRequest, now: datetime
) -> Iterator[str]:
    """Yield what a person should know before the runs are made."""
    if not task.enabled:
        yield "the task is disabled: a backfill runs all the same"
    pause = stored_state(workspace).pauses.get(task.name)
    if pause is not None:
        yield f"{pause.describe(task.timer.zone)}; a backfill runs all the same"
    kept = workspace.settings.retention.shortest
    known = now - timedelta(days=kept)
    if asked.since < known:
        day = known.astimezone(task.timer.zone)
        yield (
            f"records are kept for {kept} days: what ran before {day:%Y-%m-%d} may be deleted, "
            f"and would run again"
        )
