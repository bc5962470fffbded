"""Every element of a tree with its state, short enough for ten thousand (rule C2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from jittask.model import ElementKind
from jittask.operations.errors import OperationError
from jittask.operations.inspect.catalog import StoredTasks, stored_tasks, task_state
from jittask.operations.inspect.element_state import BROKEN, READY
from jittask.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TreeElement:
    """One element."""

    name: str
    kind: ElementKind
    type: str
    title: str
    state: str
    """Of a task as in ``TaskState``; of other elements ``broken`` or ``ready``."""
    errors: int
    warnings: int


def element_tree(workspace: Workspace) -> tuple[TreeElement, ...]:
    """Return every element, by name, as the files are now.

    A run store that does not answer or cannot be used leaves the states that the files
    give: the status says what is wrong with it.
    """
    compilation = workspace.compilation
    try:
        stored = stored_tasks(workspace, workspace.now())
    except OperationError:
        stored = StoredTasks()
    errors, warnings = Counter[str | None](), Counter[str | None]()
    for diagnostic in compilation.diagnostics:
        (errors if diagnostic.is_error else warnings)[diagnostic.element] += 1
    return tuple(
        TreeElement(
            element.name,
            element.kind,
            element.type,
            element.title,
            task_state(compilation, element, stored)
            if element.kind is ElementKind.TASK
            else (BROKEN if errors[element.name] else READY),
            errors[element.name],
            warnings[element.name],
        )
        for element in sorted(compilation.app.elements.values(), key=lambda each: each.name)
    )
