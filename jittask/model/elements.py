"""What is in a tree besides tasks: elements, models, databases, and where functions are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from jittask.model.kinds import ElementKind, FieldType
from jittask.model.settings import AppSettings


@dataclass(frozen=True, slots=True)
class Element:
    """One element as found: a folder with an ``e.json``."""

    name: str
    """Full name: the path joined with dots."""
    kind: ElementKind
    type: str
    title: str
    folder: str
    """Posix path relative to the tree."""
    digest: str
    """SHA-256 over the element's own files, in hex."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of a model."""

    name: str
    type: FieldType
    column: str
    """Column name in the table."""
    primary_key: bool = False
    autoincrement: bool = False
    nullable: bool = True
    datatype: str = ""
    """JitAi's name of the type, such as ``Stext``; empty for a reflected column."""
    title: str = ""
    """What people call it; empty where its declaration does not say."""
    options: tuple[tuple[str, str], ...] = ()
    """What it is chosen from: each value, and what people call it."""


class ModelForm(StrEnum):
    """The forms of a model element (F9) that we load."""

    NORMAL = "models.NormalType"
    TABLE = "models.TableType"
    DECLARATIVE = "sqlalchemy"
    """A ``models.NormalType`` whose ``model.py`` has an SQLAlchemy declarative class."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the planner and the workers know of a model, without its code (F9)."""

    name: str
    form: ModelForm
    database: str
    """Full name of the database element."""
    table: str
    fields: tuple[FieldInfo, ...] = ()
    opaque: bool = False
    """True where the fields are not known until the database is asked."""
    key: tuple[str, ...] = ()
    """The columns that ``key`` in its ``e.json`` names; they win over the key of the table."""

    def field(self, name: str) -> FieldInfo | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def titles(self) -> dict[str, str]:
        """What people call its fields, by name, in one line; of those that have a title."""
        titled = {field.name: " ".join(field.title.split()) for field in self.fields}
        return {name: title for name, title in titled.items() if title}

    @property
    def names_key(self) -> bool:
        """Whether its files name columns of its key."""
        return bool(self.key or self.key_fields)

    @property
    def is_described(self) -> bool:
        """Whether its own files say all of its table, so that a missing one can be made."""
        return self.form is ModelForm.NORMAL and not self.opaque

    @property
    def key_fields(self) -> tuple[FieldInfo, ...]:
        """The primary key's fields, in order."""
        return tuple(field for field in self.fields if field.primary_key)


@dataclass(frozen=True, slots=True)
class DatabaseInfo:
    """A database element (F8): its type and its settings, ``${ENV}`` not yet filled in."""

    name: str
    type: str
    settings: Mapping[str, object]

    @property
    def timezone(self) -> str | None:
        """The zone in which its columns without one are written; None where it has no own."""
        inner = self.settings.get("dbConfig")
        settings = inner if isinstance(inner, Mapping) else self.settings
        name = settings.get("timezone")
        return name if isinstance(name, str) and name else None


class CallStyle(StrEnum):
    """How a task's function is called (U1)."""

    CUSTOM_FUNC = "customFunc"
    LEGACY_MAIN = "main"
    """JitAi's older ``main(app, taskInstance[, rowData])``."""
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """Where a task's function is."""

    element: str
    """Full name of the element that holds the code: the task itself, or a service."""
    file: str
    """Posix path relative to the tree."""
    function: str
    style: CallStyle


@dataclass(frozen=True, slots=True)
class AppContents:
    """What element code can reach of an app: all but its tasks."""

    settings: AppSettings
    elements: Mapping[str, Element]
    """By full name; broken ones too."""
    models: Mapping[str, ModelInfo]
    databases: Mapping[str, DatabaseInfo]
