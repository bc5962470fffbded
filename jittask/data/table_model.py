"""A model with its table's fields known: filters and row keys are checked against it (rule F9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jittask.model import FieldInfo, FieldType


@dataclass(frozen=True, slots=True)
class TableModel:
    """What is known of a model after its table has been looked at.

    A ``ModelInfo`` says what the model's files declare, which may be nothing of
    its fields. The types keep them apart.
    """

    name: str
    fields: tuple[FieldInfo, ...]
    key_fields: tuple[FieldInfo, ...] = field(init=False, compare=False, repr=False)
    """The primary key's fields, in order."""

    def __post_init__(self) -> None:
        keys = tuple(each for each in self.fields if each.primary_key)
        object.__setattr__(self, "key_fields", keys)  # asked for each row that is read

    @property
    def kinds(self) -> Mapping[str, FieldType]:
        """What each field holds, by name."""
        return {field.name: field.type for field in self.fields}

    def field(self, name: str) -> FieldInfo | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)
