"""The models of a tree and their fields, for who chooses from them (rules C6, C8, F9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from jittask.model import FieldInfo, FieldType, ModelInfo
from jittask.operations.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from jittask.data.rows import Rows
    from jittask.operations.workspace import Workspace


class FieldKind(StrEnum):
    """What a field holds, as far as it matters to who enters a value."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    OTHER = "other"


_KINDS: Mapping[FieldType, FieldKind] = {
    FieldType.TEXT: FieldKind.TEXT,
    FieldType.INTEGER: FieldKind.NUMBER,
    FieldType.FLOAT: FieldKind.NUMBER,
    FieldType.DECIMAL: FieldKind.NUMBER,
    FieldType.BOOLEAN: FieldKind.BOOLEAN,
    FieldType.DATE: FieldKind.DATE,
    FieldType.DATETIME: FieldKind.DATETIME,
    FieldType.TIME: FieldKind.TIME,
    FieldType.JSON: FieldKind.OTHER,
    FieldType.OTHER: FieldKind.OTHER,
}


def kind_of_field(field: FieldInfo) -> FieldKind:
    """Return what a field holds."""
    return _KINDS[field.type]


@dataclass(frozen=True, slots=True)
class ShownModel:
    """A model that can load."""

    name: str
    title: str
    database: str
    fields: tuple[FieldInfo, ...]
    key: tuple[str, ...]
    """The fields of its primary key, in order; empty where they are not known."""
    opaque: bool
    """Whether fields may be missing here: its files do not say, and its database was not asked
    or did not answer."""


def models(workspace: Workspace) -> tuple[ShownModel, ...]:
    """Return the models that can load, by name; a database is asked where its files say too little.

    One that does not answer leaves its models opaque.
    """
    elements, silent = workspace.app.elements, set[str]()
    return tuple(
        _shown(workspace, info, elements[name].title, silent)
        for name, info in sorted(workspace.app.models.items())
    )


def model_of(workspace: Workspace, name: str) -> ModelInfo:
    """Return a model that can load. Raises NotFound."""
    found = workspace.app.models.get(name)
    if found is None:
        hint = "see jittask validate" if name in workspace.compilation.broken else None
        raise NotFound(f"no model {name!r} that can load", hint)
    return found


def rows_of_model(workspace: Workspace, name: str) -> Rows:
    """Return the rows of a model. Raises NotFound, Unavailable."""
    from jittask.data.databases import DataError

    info = model_of(workspace, name)
    try:
        return workspace.data.rows(info)
    except DataError as error:
        raise Unavailable(str(error)) from error


def _shown(workspace: Workspace, info: ModelInfo, title: str, silent: set[str]) -> ShownModel:
    """Return a model; ``silent``: the databases that have not answered, which are asked once."""
    from jittask.data.databases import DataError

    fields, opaque = info.fields, info.opaque
    if opaque and info.database not in silent:
        declared = {field.name: field for field in info.fields}
        try:
            known = workspace.data.rows(info).model.fields
        except DataError:
            known = info.fields
            silent.add(info.database)
        else:
            opaque = False
        fields = tuple(_described(field, declared.get(field.name)) for field in known)
    keys = tuple(field.name for field in fields if field.primary_key)
    return ShownModel(info.name, title or info.name, info.database, fields, keys, opaque)


def _described(field: FieldInfo, declared: FieldInfo | None) -> FieldInfo:
    """Return a field of the table with the words of its declaration."""
    if declared is None:
        return field
    return replace(field, title=declared.title, options=declared.options)
