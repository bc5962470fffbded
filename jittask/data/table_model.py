"""A model with its table's fields known: filters and row keys are checked against it (rule F9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jittask.model import FieldInfo, FieldType


@dataclass(frozen=True, slots=True)
class TableModel:
    """What is known of a model after its table has been looked at.

    A ``ModelInfo`` says what the model's files declare, which may be nothing of
    its fields. The types keep them apart.
    """

    name: str
    fields: tuple[FieldInfo, ...]

    @property
    def kinds(self) -> Mapping[str, FieldType]:
        """What each field holds, by name."""
        return {field.name: field.type for field in self.fields}

    @property
    def key_fields(self) -> tuple[FieldInfo, ...]:
        """The primary key's fields, in order."""
        return tuple(field for field in self.fields if field.primary_key)

    def field(self, name: str) -> FieldInfo | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)
