"""Reads model elements without importing them, all three forms (rule F9)."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jittask.compiler import declarative
from jittask.compiler.files import MANIFEST
from jittask.compiler.findings import Findings, near_or_all
from jittask.compiler.model_fields import hides_fields, model_fields
from jittask.compiler.near_file import instead_of
from jittask.compiler.python import Module
from jittask.compiler.reading import ElementFiles, Reading
from jittask.compiler.settings import Settings
from jittask.compiler.source import Source
from jittask.model import ElementKind, ModelForm, ModelInfo

MODEL = "model.py"


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model's files, and the app's settings."""

    name: str
    source: Source
    module: Module | None
    """``model.py``; None where there is none that can be read."""
    settings: Settings

    @property
    def short(self) -> str:
        """The name that its class has."""
        return self.name.rpartition(".")[2]

    @property
    def owner(self) -> ast.ClassDef | None:
        """Its class, where the file defines it at its top level."""
        return None if self.module is None else self.module.class_of(self.short)

    @property
    def is_out_of_sight(self) -> bool:
        """Whether its class is imported, assigned, or defined in a block."""
        return self.owner is None and self.module is not None and self.module.binds(self.short)

    @property
    def lacks_class(self) -> bool:
        """Whether its class should be there, and is not: that says more than what follows."""
        is_table = self.source.data["type"] == ModelForm.TABLE
        return not is_table and self.owner is None and not self.is_out_of_sight


def _database_of(given: ModelSource, findings: Findings) -> str | None:
    """Return the name of a model's database; None with the reason among the findings."""
    owner = given.owner
    meta = _meta(owner) if owner is not None else {}
    name = given.source.data.get("db") or meta.get("db") or given.settings.app.default_database
    if name is None and not findings.broken and not given.lacks_class:
        _no_database(given, findings)
    return None if name is None else str(name)


def read_model(element: ElementFiles, reading: Reading) -> ModelInfo | None:
    """Return what a model's files say of it; None with the reason among the findings."""
    findings = element.findings
    source = element.source.without_mistakes(findings)
    has_file = reading.files.has(f"{element.found.folder}/{MODEL}")
    if source.data["type"] == ModelForm.NORMAL and not has_file:
        place = source.value(("type",))
        hint = instead_of(reading.files, element.found.folder, MODEL)
        findings.add("model-file-missing", place, "model.py is missing beside e.json", hint)
    given = ModelSource(element.name, source, element.modules.get(MODEL), reading.settings)
    database = _database_of(given, findings)
    if database is not None:
        _check_database(database, source, reading, findings)
    return _read(given, database or "", findings)


def needs_of_model(element: ElementFiles, reading: Reading) -> tuple[str, ...]:
    """Return every database that can be a model's: named in either file, or the app's default."""
    source, module = element.source, element.modules.get(MODEL)
    owner = ModelSource(element.name, source, module, reading.settings).owner
    named = [source.data.get("db"), reading.settings.app.default_database]
    named += [_meta(owner).get("db")] if owner is not None else []
    return tuple(name for name in named if isinstance(name, str))


def _check_database(name: str, source: Source, reading: Reading, findings: Findings) -> None:
    """Report a model's database that does not exist, or cannot load."""
    if name in reading.databases:
        return
    place = source.value(("db",) if "db" in source.data else ())
    names = reading.names[ElementKind.DATABASE]
    if name in names:
        findings.add_broken(place, name)
    else:
        hint = near_or_all(name, names)
        findings.add("unknown-database", place, f"no database {name!r}", hint)


def _read(given: ModelSource, database: str, findings: Findings) -> ModelInfo | None:
    data, name = given.source.data, given.name
    if data["type"] == ModelForm.TABLE:
        table = data.get("table")
        if not table:
            return None
        return ModelInfo(name, ModelForm.TABLE, database, table, opaque=True, key=_key(data))
    if given.module is None:
        return None
    owner = given.owner
    if given.is_out_of_sight:
        return ModelInfo(name, ModelForm.NORMAL, database, given.short, opaque=True)
    if owner is None:
        _no_class(given, given.module, findings)
        return None
    if declarative.is_declarative(owner):
        return _declarative(given, given.module, owner, database, findings)
    return _normal(given, given.module, owner, database, findings)


def _key(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that ``key`` names."""
    named = data.get("key", ())
    return (named,) if isinstance(named, str) else tuple(named)


def _normal(
    given: ModelSource, module: Module, owner: ast.ClassDef, database: str, findings: Findings
) -> ModelInfo | None:
    before = len(findings.found)
    fields = tuple(model_fields(owner, module, findings))
    if len(findings.found) > before:
        return None
    inherited = any(ast.unparse(base).split(".")[-1] != "NormalModel" for base in owner.bases)
    opaque = inherited or any(hides_fields(node) for node in owner.body)
    if not opaque and not any(field.primary_key for field in fields):
        findings.add(
            "model-without-key",
            module.name_place(owner),
            f"{given.short} has no primary key",
            'add: id = datatypes.AutoInt(name="id", title="id", primaryKey=True)',
        )
        return None
    table = str(_meta(owner).get("dbTable") or given.short)
    return ModelInfo(given.name, ModelForm.NORMAL, database, table, fields, opaque)


def _declarative(
    given: ModelSource, module: Module, owner: ast.ClassDef, database: str, findings: Findings
) -> ModelInfo | None:
    table = declarative.table_name(owner)
    if table is not None and (schema := declarative.schema(owner)):
        table = f"{schema}.{table}"
    if table is None:
        findings.add(
            "model-without-table",
            module.name_place(owner),
            f"the table of {given.short} is not written as a text",
            '__tablename__ = "contracts"',
        )
        return None
    fields = declarative.fields(owner, module)
    if fields is None:
        seen = declarative.key_fields(owner)
        return ModelInfo(given.name, ModelForm.DECLARATIVE, database, table, seen, opaque=True)
    if not any(field.primary_key for field in fields) and declarative.surely_lacks_key(
        owner, module
    ):
        findings.add(
            "model-without-key",
            module.name_place(owner),
            f"{given.short} has no primary key",
            "mark its column: mapped_column(primary_key=True)",
        )
        return None
    return ModelInfo(given.name, ModelForm.DECLARATIVE, database, table, fields)


def _meta(owner: ast.ClassDef) -> dict[str, object]:
    for node in owner.body:
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            return {
                statement.targets[0].id: statement.value.value
                for statement in node.body
                if isinstance(statement, ast.Assign)
                and isinstance(statement.targets[0], ast.Name)
                and isinstance(statement.value, ast.Constant)
            }
    return {}


def _no_class(given: ModelSource, module: Module, findings: Findings) -> None:
    classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef)]
    near = difflib.get_close_matches(given.short, [owner.name for owner in classes], 1)
    misnamed = next((owner for owner in classes if near and owner.name == near[0]), None)
    findings.add(
        "model-class-missing",
        module.name_place(misnamed) if misnamed else module.place(module.tree),
        f"model.py has no class {given.short}",
        f"did you mean {given.short} instead of {near[0]}?"
        if near
        else f"write: class {given.short}(NormalModel):",
    )


def _no_database(given: ModelSource, findings: Findings) -> None:
    place = given.source.value(())
    if given.settings.broken:
        findings.add_broken(place, MANIFEST)
        return
    findings.add(
        "no-database",
        place,
        "the model names no database, and the app has no default one",
        'set "db", or settings.defaultElement.defaultDatabase in app.json',
    )
