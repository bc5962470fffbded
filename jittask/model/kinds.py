"""The kinds of element, the types of task, and the types of a model's fields (rules F1, F9)."""

from __future__ import annotations

from enum import StrEnum


class ElementKind(StrEnum):
    """The kinds we load; the value is the top folder that holds them (F1)."""

    TASK = "tasks"
    SERVICE = "services"
    MODEL = "models"
    DATABASE = "databases"


class TaskType(StrEnum):
    """The two types of task (section 1)."""

    SCHEDULED = "tasks.NormalType"
    DATE_FIELD = "tasks.DateFieldType"


class FieldType(StrEnum):
    """What a model's field holds, as far as filters and schedules care."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    JSON = "json"
    OTHER = "other"

    @property
    def as_field(self) -> str:
        """A field of this type, in words."""
        return f"{'an' if self is FieldType.INTEGER else 'a'} {self} field"
