"""The kinds of element: one record each, in the order in which they are read (rule F1).

A new kind is a member of ``ElementKind``, a record here, its reader, its schema
and what ``app.getElement`` gives for it. Nothing else in the compiler names a
single kind, but for tasks, which are compiled last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jittask.compiler.databases import read_database
from jittask.compiler.functions import INNER
from jittask.compiler.loaded_services import SERVICE
from jittask.compiler.models import MODEL, needs_of_model, read_model
from jittask.compiler.reading import ElementFiles, Needs, Reader, Reading
from jittask.compiler.schemas import schema
from jittask.compiler.services import read_service
from jittask.compiler.task_needs import needs_of_task
from jittask.model import ElementKind, TaskType


def _no_needs(_element: ElementFiles, _reading: Reading) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """What the compiler knows of one kind."""

    element_kind: ElementKind
    schema: str
    """The name of its schema: ``schemas/<name>.schema.json``."""
    read: Reader | None
    """None for tasks, which are compiled when all others have been read."""
    needs: Needs = _no_needs
    code: str | None = None
    """The Python file that an element of it may have; None where it has none."""
    has_code: bool = True
    """Whether its Python files are parsed, and what they name is checked."""
    found_by_code: bool = False
    """Whether code can reach any of them by a name that it computes (H4)."""
    read_for_others: bool = False
    """Whether its Python files decide what is found wrong in the code that names it."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """The part of the schema that is about one type alone, by type."""

    @property
    def folder(self) -> str:
        """The top folder that holds its elements."""
        return self.element_kind.value

    @property
    def types(self) -> tuple[str, ...]:
        """The types that an ``e.json`` of this kind may have."""
        return tuple(self.parts or schema(self.schema)["properties"]["type"]["enum"])


_DATABASE = Kind(ElementKind.DATABASE, "database", read_database, has_code=False)
_MODEL = Kind(
    ElementKind.MODEL,
    "model",
    read_model,
    needs_of_model,
    code=MODEL,
    found_by_code=True,
    read_for_others=True,
)
_SERVICE = Kind(ElementKind.SERVICE, "service", read_service, code=SERVICE, found_by_code=True)
TASK = Kind(
    ElementKind.TASK,
    "task",
    read=None,
    needs=needs_of_task,
    code=INNER,
    parts={TaskType.SCHEDULED.value: "scheduled", TaskType.DATE_FIELD.value: "dateField"},
)

KINDS: Mapping[ElementKind, Kind] = {
    kind.element_kind: kind for kind in (_DATABASE, _MODEL, _SERVICE, TASK)
}
"""By kind; a reader may rely on the elements of the kinds before its own."""
