"""Models, and rows as people see them, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jittask.model import FieldInfo
from jittask.operations.inspect.models import ShownModel, kind_of_field

if TYPE_CHECKING:
    from jittask.operations.inspect.shown_rows import ShownRow


def models_view(models: Sequence[ShownModel]) -> dict[str, Any]:
    """Return the models."""
    return {"models": [_model(model) for model in models]}


def shown_row_view(row: ShownRow) -> dict[str, Any]:
    """Return a row."""
    return {"key": row.key, "label": row.label, "values": dict(row.values)}


def _model(model: ShownModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "title": model.title,
        "database": model.database,
        "key": list(model.key),
        "opaque": model.opaque,
        "fields": [_field(field) for field in model.fields],
    }


def _field(field: FieldInfo) -> dict[str, Any]:
    options = [{"value": value, "label": label} for value, label in field.options]
    return {
        "name": field.name,
        "title": field.title or field.name,
        "type": field.datatype or field.type.value,
        "kind": kind_of_field(field).value,
        "nullable": field.nullable,
        "options": options or None,
    }
