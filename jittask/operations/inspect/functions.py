"""The service functions that a task can call, and why it cannot call the others (rule C7)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from jittask.model import ElementKind

if TYPE_CHECKING:
    from jittask.compiler.offered_functions import OfferedFunction
    from jittask.operations.workspace import Workspace


class CallerKind(StrEnum):
    """Which task calls: one that gives no row, or one that does."""

    SCHEDULED = "scheduled"
    DATE_FIELD = "dateField"


def functions(workspace: Workspace, kind: CallerKind) -> tuple[OfferedFunction, ...]:
    """Return the functions of all services, by name; nothing is imported."""
    from jittask.compiler.offered_functions import offered_functions

    compilation = workspace.compilation
    elements = compilation.app.elements.values()
    services = (element for element in elements if element.kind is ElementKind.SERVICE)
    return offered_functions(compilation, services, 1 if kind is CallerKind.DATE_FIELD else 0)
