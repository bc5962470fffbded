"""What runs, what waits, what is wrong (rules H3, R13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jittask import zonedata
from jittask.operations.errors import NoRecords, Unavailable
from jittask.operations.inspect.element_state import (
    BLOCKED,
    BROKEN,
    DISABLED,
    PAUSED,
    READY,
    RUNNING,
    ElementState,
)
from jittask.operations.inspect.health import Problem, ProblemCode, problems
from jittask.operations.manifest import MANIFEST
from jittask.operations.workspace import Workspace
from jittask.schedule.calendars import edition as holidays_edition

if TYPE_CHECKING:
    from jittask.store.control import Pause
    from jittask.store.fleet_types import WorkerRow
    from jittask.store.status_types import ElementRow, RuntimeRow, StoreStatus


@dataclass(frozen=True, slots=True)
class Status:
    """The runtimes, the queue, the pauses and the elements of a tree."""

    runtimes: tuple[RuntimeRow, ...]
    elements: tuple[ElementState, ...]
    """Of all elements, or of the broken ones alone."""
    pending: int
    """Runs that wait, overdue ones too."""
    overdue: int
    executing: int
    pauses: tuple[Pause, ...]
    zones_edition: str
    """The edition of the tz database."""
    holidays_edition: str
    planner: str | None = None
    """The name of the runtime that has the lease on planning, where several share the store."""
    problems: tuple[Problem, ...] = ()
    """What is wrong, the gravest first."""
    workers: tuple[WorkerRow, ...] = ()
    """The workers of a fleet that have not ended, by host and start (R10)."""

    @property
    def is_well(self) -> bool:
        """Whether a runtime is alive, and nothing is wrong."""
        return not self.problems

    @property
    def leader(self) -> RuntimeRow | None:
        """The runtime that plans, where one is alive."""
        living = [runtime for runtime in self.runtimes if runtime.alive]
        if self.planner is None:  # its store serves one runtime only
            return living[0] if living else None
        return next((runtime for runtime in living if runtime.id == self.planner), None)

    @property
    def last_scan(self) -> datetime | None:
        """When the newest runtime that planned has last looked for what is due."""
        return next((each.last_scan for each in self.runtimes if each.last_scan), None)


def status(workspace: Workspace, *, only_broken: bool = False) -> Status:
    """Return the status of a tree; a run store that does not answer is one of its problems.

    With ``only_broken``, other elements are left out, and a large tree costs little.
    Raises OperationError where the run store cannot be used.
    """
    unavailable: Problem | None = None
    stored: StoreStatus | None = None
    try:
        stored = _stored(workspace, only_broken=only_broken)
    except Unavailable as error:
        text = f"{error}; {error.hint}" if error.hint else str(error)
        unavailable = Problem(ProblemCode.STORE_UNAVAILABLE, text)
    if stored is None or not stored.runtimes:
        elements = tuple(_of_files(workspace, only_broken=only_broken))
    else:
        elements = tuple(
            ElementState(
                row.name, _state(row, stored), row.version, row.since, row.diagnostics,
                row.broken_since,
            )
            for row in stored.elements
        )  # fmt: skip
    found = tuple(problems(stored, elements))
    if unavailable is not None:  # whether a runtime is alive is in the store
        of_runtimes = (ProblemCode.NOT_RUNNING, ProblemCode.STUCK)
        found = (unavailable, *(each for each in found if each.code not in of_runtimes))
    return Status(
        problems=found,
        planner=stored.leader if stored else None,
        runtimes=stored.runtimes if stored else (),
        workers=stored.workers if stored else (),
        elements=elements,
        pending=stored.pending if stored else 0,
        overdue=stored.overdue if stored else 0,
        executing=stored.executing if stored else 0,
        pauses=stored.pauses if stored else (),
        zones_edition=zonedata.edition(),
        holidays_edition=holidays_edition(),
    )


def _state(row: ElementRow, stored: StoreStatus) -> str:
    """Return the state of an element, by the rules of ``TaskState``."""
    if row.state != RUNNING:
        return row.state
    if any(pause.task == row.name for pause in stored.pauses):
        return PAUSED
    if not any(runtime.alive for runtime in stored.runtimes):
        return READY
    return BLOCKED if any(blocked.task == row.name for blocked in stored.blocked) else RUNNING


def _stored(workspace: Workspace, *, only_broken: bool) -> StoreStatus | None:
    if not workspace.may_have_store:
        return None
    try:
        with workspace.stored() as store:
            return store.status(workspace.now(), only_broken=only_broken)
    except NoRecords:
        return None


def _of_files(workspace: Workspace, *, only_broken: bool) -> Iterator[ElementState]:
    """Yield what a runtime would find, by name, in the files as they are now."""
    compilation = workspace.latest
    tasks, broken = compilation.app.tasks, compilation.broken
    of_app = tuple(
        found for found in compilation.diagnostics if found.is_error and found.element is None
    )
    if of_app:
        yield ElementState(MANIFEST, BROKEN, None, None, of_app)
    for name in sorted(broken if only_broken else tasks.keys() | broken):
        if name in broken:
            yield ElementState(name, BROKEN, None, None, compilation.of(name))
        else:
            state = READY if tasks[name].enabled else DISABLED
            yield ElementState(name, state, tasks[name].version, None, ())
