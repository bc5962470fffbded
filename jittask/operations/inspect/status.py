"""What runs, what waits, what is broken (rule H3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jittask import zonedata
from jittask.diagnostics import Diagnostic
from jittask.operations.errors import NoRecords
from jittask.operations.manifest import MANIFEST
from jittask.operations.workspace import Workspace
from jittask.schedule.calendars import edition as holidays_edition

if TYPE_CHECKING:
    from jittask.store.control import Pause
    from jittask.store.status_types import RuntimeRow, StoreStatus

BROKEN, DISABLED, READY, RUNNING = "broken", "disabled", "ready", "running"


@dataclass(frozen=True, slots=True)
class ElementState:
    """An element as a runtime last loaded it; before the first run, as its files are."""

    name: str
    state: str
    """running, disabled or broken; ready instead of running before the first run."""
    version: str | None
    since: datetime | None
    """None before the first run."""
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """The runtimes, the queue, the pauses and the elements of a tree."""

    runtimes: tuple[RuntimeRow, ...]
    elements: tuple[ElementState, ...]
    pending: int
    """Runs that wait, overdue ones too."""
    overdue: int
    executing: int
    pauses: tuple[Pause, ...]
    zones_edition: str
    """The edition of the tz database."""
    holidays_edition: str

    @property
    def leader(self) -> RuntimeRow | None:
        """The runtime that plans, where one is alive."""
        newest = self.runtimes[0] if self.runtimes else None
        return newest if newest is not None and newest.alive else None

    @property
    def last_scan(self) -> datetime | None:
        """When the newest runtime that planned has last looked for what is due."""
        return next((each.last_scan for each in self.runtimes if each.last_scan), None)

    @property
    def is_broken(self) -> bool:
        """Whether an element is broken."""
        return any(element.state == BROKEN for element in self.elements)


def status(workspace: Workspace) -> Status:
    """Return the status of a tree. Raises Unavailable, OperationError."""
    stored = _stored(workspace)
    if stored is None or not stored.runtimes:
        elements = tuple(_of_files(workspace))
    else:
        elements = tuple(
            ElementState(row.name, row.state, row.version, row.since, row.diagnostics)
            for row in stored.elements
        )
    return Status(
        runtimes=stored.runtimes if stored else (),
        elements=elements,
        pending=stored.pending if stored else 0,
        overdue=stored.overdue if stored else 0,
        executing=stored.executing if stored else 0,
        pauses=stored.pauses if stored else (),
        zones_edition=zonedata.edition(),
        holidays_edition=holidays_edition(),
    )


def _stored(workspace: Workspace) -> StoreStatus | None:
    if not workspace.may_have_store:
        return None
    try:
        with workspace.stored() as store:
            return store.status(workspace.now())
    except NoRecords:
        return None


def _of_files(workspace: Workspace) -> Iterator[ElementState]:
    """Yield what a runtime would find, by name, in the files as they are now."""
    compilation = workspace.refresh()
    tasks = compilation.app.tasks
    of_app = tuple(
        found for found in compilation.diagnostics if found.is_error and found.element is None
    )
    if of_app:
        yield ElementState(MANIFEST, BROKEN, None, None, of_app)
    for name in sorted(tasks.keys() | compilation.broken):
        if name in compilation.broken:
            yield ElementState(name, BROKEN, None, None, compilation.of(name))
        else:
            state = READY if tasks[name].enabled else DISABLED
            yield ElementState(name, state, tasks[name].version, None, ())
