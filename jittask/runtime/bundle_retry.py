"""The duty that tries again to lay out what runs of blocked tasks need (rules H4, R12)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from jittask.runtime.bundles import Bundles
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_boundary import Fault, TaskBoundary


class BundleRetry:
    """Ends ``Fault.BUNDLE`` of a task once its version has a folder; also where nothing reloads."""

    def __init__(self, bundles: Bundles, root: Path, boundary: TaskBoundary) -> None:
        self._bundles = bundles
        self._root = root
        self._boundary = boundary

    def step(self, snapshot: Snapshot, now: datetime) -> None:
        """Try those whose next try is due."""
        if not self._boundary.any_due({Fault.BUNDLE}, now):
            return
        for entry in self._boundary.entries():
            name = entry.task
            if entry.code != Fault.BUNDLE or not self._boundary.may_try(name, Fault.BUNDLE, now):
                continue
            running = snapshot.tasks.get(name)
            if running is not None:
                with self._boundary.of(name, Fault.BUNDLE, now):
                    self._bundles.lay_out(running.task, self._root)
