"""What a monitor asks of a tree: its status and a few figures, read at most every few seconds.

``/healthz``, ``/readyz`` and ``/metrics`` are made from one reading, so they say the same as
``jittask status`` (rule R13).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jittask.operations.errors import NoRecords, Unavailable
from jittask.operations.inspect.health import ProblemCode
from jittask.operations.inspect.status import Status, status
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.store.task_ends import TaskEnds

KEPT_SECONDS = 5.0
"""For how long a reading answers: so that many scrapes cost the store one."""
MOST_TASKS = 1000
"""How many tasks have figures of their own, the first by name."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One reading."""

    status: Status
    due: int
    """Pending runs whose time has come, overdue ones too."""
    ends: tuple[TaskEnds, ...]
    """How the newest runs of each task have ended, of at most ``MOST_TASKS``."""
    seconds: float
    """How long the run store took to answer."""

    @property
    def store_answers(self) -> bool:
        """Whether the run store has answered; one that is not made yet keeps nobody waiting."""
        problems = self.status.problems
        return not any(each.code is ProblemCode.STORE_UNAVAILABLE for each in problems)

    @property
    def failing(self) -> int:
        """How many tasks have failed for good since they completed last."""
        return sum(ends.is_failing for ends in self.ends)


class VitalsReader:
    """Reads the vitals of a tree; safe to call from several threads, of which one reads."""

    def __init__(self, workspace: Workspace, kept_seconds: float = KEPT_SECONDS) -> None:
        self._workspace = workspace
        self._kept_seconds = kept_seconds
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._vitals: Vitals | None = None

    def read(self) -> Vitals:
        """Return a reading that is not older than ``kept_seconds``.

        Raises OperationError where the run store cannot be used.
        """
        clock = self._workspace.clock
        with self._lock:
            if self._vitals is None or clock.monotonic() - self._read_at >= self._kept_seconds:
                self._vitals = vitals(self._workspace)
                self._read_at = clock.monotonic()
            return self._vitals


def vitals(workspace: Workspace) -> Vitals:
    """Read the status and the figures of a tree. Raises OperationError as ``status`` does."""
    begun = workspace.clock.monotonic()
    found = status(workspace)
    due, ends = _figures(workspace) if found.runtimes else (0, ())
    return Vitals(found, due, ends, workspace.clock.monotonic() - begun)


def _figures(workspace: Workspace) -> tuple[int, tuple[TaskEnds, ...]]:
    try:
        with workspace.stored() as store:
            return store.due_and_ends(workspace.now(), MOST_TASKS)
    except (NoRecords, Unavailable):  # it has gone since the status was read; the next one says so
        return 0, ()
