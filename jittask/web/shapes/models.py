"""Models, their rows, and filters on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from jittask.operations.inspect.models import FieldKind
from jittask.web.shapes.base import Shape
from jittask.web.shapes.runs import Note


class FieldOption(Shape):
    """What a field is chosen from."""

    value: str
    label: str


class ModelField(Shape):
    """A field of a model."""

    name: str
    title: str
    type: str
    """JitAi's name of its type, or what its column holds."""
    kind: FieldKind
    nullable: bool
    options: list[FieldOption] | None


class Model(Shape):
    """A model that can load."""

    name: str
    title: str
    database: str
    key: list[str]
    opaque: bool
    """Whether fields may be missing here."""
    fields: list[ModelField]


class Models(Shape):
    """The models of a tree."""

    models: list[Model]


class ShownRow(Shape):
    """A row as people see it."""

    key: str
    label: str
    values: dict[str, Any]


class ShownRows(Shape):
    """Rows by their key; ``complete`` is false where there are more."""

    rows: list[ShownRow]
    complete: bool


class TaskRow(Shape):
    """A row that a task runs for."""

    task: str
    row: str
    """Its key."""


class RowLabelsRequest(Shape):
    """The rows of some runs."""

    rows: list[TaskRow] = Field(max_length=200)


class RowLabel(TaskRow):
    """What people know a row by."""

    label: str


class RowLabels(Shape):
    """The rows of which something is known."""

    labels: list[RowLabel]


Place = Annotated[list[int], Field(min_length=2, max_length=2)]
"""From and to, in UTF-16 code units of the text; the end is exclusive."""


class FilterGroup(Shape):
    """Parts that are joined alike."""

    kind: Literal["group"]
    join: Literal["and", "or"]
    children: list[FilterNode]
    span: Place


class FilterCondition(Shape):
    """A comparison of a field."""

    kind: Literal["condition"]
    field: str
    operator: str
    value: Any
    """JSON; ``{"relative": "TODAY"}`` or ``{"relative": "NOW"}``, also inside a list.

    With ``offset``, a number, and ``unit``, where it is shifted.
    """
    span: Place
    standalone: bool
    """Whether the text at ``span`` is a filter by itself; else it is one in ``Q(…)``."""


class FilterOther(Shape):
    """A part that is no filter, or that is edited as text."""

    kind: Literal["other"]
    text: str
    reason: str
    span: Place


FilterNode = Annotated[FilterGroup | FilterCondition | FilterOther, Field(discriminator="kind")]


class FilterProblem(Shape):
    """What is wrong with a filter, and where."""

    code: str
    severity: str
    message: str
    hint: str | None
    span: Place


class FilterRequest(Shape):
    """The text of a filter."""

    text: str
    model: str | None = None


class Filter(Shape):
    """What it says."""

    tree: FilterNode | None
    diagnostics: list[FilterProblem]


class FilterRowsRequest(Shape):
    """The text of a filter, and what is asked of its rows."""

    text: str
    model: str
    limit: int = Field(20, ge=0, le=200)
    row: str | None = None
    """The key of a chosen row, which is judged too."""
    parts: bool = False
    """Whether each condition is counted and judged by itself."""
    zone: str | None = None
    """That of TODAY() and NOW(); the app's by default."""


class FilterPart(Shape):
    """What one condition lets through."""

    span: Place
    count: int
    capped: bool
    passes: bool | None
    value: Any


class FilterRows(Shape):
    """The rows that pass."""

    count: int
    capped: bool
    rows: list[ShownRow]
    passes: bool | None
    parts: list[FilterPart]
    problem: Note | None
    """Why nothing is known: the text is no filter, or its database does not answer."""
