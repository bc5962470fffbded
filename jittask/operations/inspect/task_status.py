"""One task: what it does now, what of it waits, what keeps it from running (rule R13)."""

from __future__ import annotations

from dataclasses import dataclass

from jittask.operations.errors import NoRecords
from jittask.operations.inspect.catalog import CatalogEntry, CatalogFilter, catalog
from jittask.operations.inspect.element_state import ElementState
from jittask.operations.inspect.health import Problem
from jittask.operations.inspect.status import status
from jittask.operations.naming import existing_task_name
from jittask.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """A task, its queue, and what is wrong with it or with what runs it."""

    entry: CatalogEntry
    element: ElementState | None
    """As a runtime last loaded it; None where it has loaded no such task."""
    pending: int
    """Runs that wait, overdue ones too."""
    overdue: int
    executing: int
    problems: tuple[Problem, ...]
    """The gravest first."""

    @property
    def is_well(self) -> bool:
        """Whether a runtime is alive, and nothing is wrong with the task."""
        return not self.problems


def task_status(workspace: Workspace, task: str) -> TaskStatus:
    """Return the status of a task; ``tasks.`` may be left out of its name.

    Raises NotFound, Conflict where ``app.json`` cannot be used, OperationError.
    """
    name = existing_task_name(workspace.compilation, task)
    [entry] = catalog(workspace, CatalogFilter(name=name)).tasks
    whole = status(workspace)
    pending, overdue, executing = _queue(workspace, name)
    return TaskStatus(
        entry=entry,
        element=next((element for element in whole.elements if element.name == name), None),
        pending=pending,
        overdue=overdue,
        executing=executing,
        problems=tuple(each for each in whole.problems if each.element in (None, name)),
    )


def _queue(workspace: Workspace, name: str) -> tuple[int, int, int]:
    if not workspace.may_have_store:
        return 0, 0, 0
    try:
        with workspace.stored() as store:
            return store.queue(workspace.now(), name)
    except NoRecords:
        return 0, 0, 0
