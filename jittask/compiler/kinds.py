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
from jittask.compiler.models import MODEL, read_model
from jittask.compiler.reading import Reader
from jittask.compiler.schemas import schema
from jittask.compiler.services import SERVICE, read_service
from jittask.model import ElementKind, TaskType


@dataclass(frozen=True, slots=True)
class Kind:
    """What the compiler knows of one kind."""

    element_kind: ElementKind
    schema: str
    """The name of its schema: ``schemas/<name>.schema.json``."""
    read: Reader | None
    """None for tasks, which are compiled when all others have been read."""
    code: str | None = None
    """The Python file that an element of it may have; None where it has none."""
    has_code: bool = True
    """Whether its Python files are parsed, and what they name is checked."""
    found_by_code: bool = False
    """Whether code can reach any of them by a name that it computes (H4)."""
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
_MODEL = Kind(ElementKind.MODEL, "model", read_model, MODEL, found_by_code=True)
_SERVICE = Kind(ElementKind.SERVICE, "service", read_service, SERVICE, found_by_code=True)
TASK = Kind(
    ElementKind.TASK,
    "task",
    read=None,
    code=INNER,
    parts={TaskType.SCHEDULED.value: "scheduled", TaskType.DATE_FIELD.value: "dateField"},
)

KINDS: Mapping[ElementKind, Kind] = {
    kind.element_kind: kind for kind in (_DATABASE, _MODEL, _SERVICE, TASK)
}
"""By kind; a reader may rely on the elements of the kinds before its own."""
