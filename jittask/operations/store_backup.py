"""Backs up a tree's run store, and restores it (rule R9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from jittask.compiler.compiled import ScheduledTask
from jittask.model import Misfire
from jittask.operations.manifest import refuse_broken_manifest
from jittask.operations.workspace import Workspace, store_errors

if TYPE_CHECKING:
    from jittask.store.backup_file import BackupNote
    from jittask.store.restore import Restored

_MOST_COUNTED = 10_000  # occurrences of one task


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that has been taken."""

    path: Path
    note: BackupNote
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class ComeDue:
    """What has come due since a backup, and may have run: the backup does not know."""

    occurrences: int
    """Of scheduled tasks."""
    runs: int
    """How many runs they become at most, by the misfire policies of their tasks."""
    tasks: int
    waiting: int
    """Runs that were pending in the backup, and are overdue."""
    of_rows: int
    """Date-field tasks: which of their rows have come due, if any, is found by the next scan."""
    more: bool
    """Whether a task has more occurrences than are counted."""


@dataclass(frozen=True, slots=True)
class RestoredStore:
    """A run store that has been restored, and what follows from its age."""

    restored: Restored
    schema: str
    come_due: ComeDue
    skip_until: datetime | None


def back_up_store(workspace: Workspace, target: Path, *, overwrite: bool = False) -> BackedUp:
    """Write the tree's run store into a file; runtimes may use it meanwhile.

    Raises NoRecords, Unavailable, and OperationError where the file cannot be
    written or is there already.
    """
    from jittask.store.backup import back_up

    refuse_broken_manifest(workspace.manifest_diagnostics)
    with store_errors():
        settings, now = workspace.settings, workspace.now()
        note = back_up(settings, workspace.root, target, now, overwrite=overwrite)
    return BackedUp(target, note, target.stat().st_size)


def restore_store(
    workspace: Workspace,
    source: Path,
    *,
    overwrite: bool = False,
    skip_until: datetime | None = None,
    now: datetime | None = None,
) -> RestoredStore:
    """Replace the tree's run store by a backup.

    ``now``: when it was asked for, which is until when is counted what has come due;
    None is the clock's.

    Raises OperationError where a runtime is alive, the backup cannot be used, or
    there are records (without ``overwrite``).
    """
    from jittask.store.restore import restore
    from jittask.store.upgrade import HEAD

    refuse_broken_manifest(workspace.manifest_diagnostics)
    workspace.close()
    now = now or workspace.now()
    with store_errors():
        restored = restore(
            workspace.settings, workspace.root, source, now,
            overwrite=overwrite, skip_until=skip_until,
        )  # fmt: skip
    return RestoredStore(restored, HEAD, _come_due(workspace, now), skip_until)


def _come_due(workspace: Workspace, now: datetime) -> ComeDue:
    """Count what the next runtime finds due, by the files as they are now."""
    with workspace.stored() as store:
        marks, waiting = store.watermarks(), store.status(now).overdue
    counts: list[tuple[int, int]] = []
    of_rows = 0
    for task in workspace.compilation.app.tasks.values():
        mark = marks.get(task.name)
        if mark is None or not task.enabled or mark.planned_until >= now:
            continue
        if not isinstance(task, ScheduledTask):
            of_rows += 1
            continue
        walked: Iterator[object] = task.timer.between(mark.planned_until, now)
        number = sum(1 for _ in islice(walked, _MOST_COUNTED))
        if number:
            run = {Misfire.ALL: number, Misfire.LATEST: 1, Misfire.SKIP: 0}
            counts.append((number, run[task.policy.misfire]))
    return ComeDue(
        occurrences=sum(number for number, _ in counts),
        runs=sum(number for _, number in counts),
        tasks=len(counts),
        waiting=waiting,
        of_rows=of_rows,
        more=any(number == _MOST_COUNTED for number, _ in counts),
    )
