"""Reads model elements without importing them, all three forms (rule F9)."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from jittask.compiler import declarative
from jittask.compiler.files import MANIFEST
from jittask.compiler.findings import Findings
from jittask.compiler.python import Module
from jittask.compiler.settings import Settings
from jittask.compiler.source import Source
from jittask.datatypes import DATATYPES
from jittask.model import FieldInfo, FieldType, ModelForm, ModelInfo

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
        """Its class, where that stands in sight."""
        return None if self.module is None else self.module.class_of(self.short)

    @property
    def is_out_of_sight(self) -> bool:
        """Whether its class is imported, assigned, or stands in a block."""
        return self.owner is None and self.module is not None and self.module.binds(self.short)

    @property
    def lacks_class(self) -> bool:
        """Whether its class should be there, and is not: that says more than what follows."""
        is_table = self.source.data["type"] == ModelForm.TABLE
        return not is_table and self.owner is None and not self.is_out_of_sight


def database_of(given: ModelSource, findings: Findings) -> str | None:
    """Return the name of a model's database; None with the reason among the findings."""
    owner = given.owner
    meta = _meta(owner) if owner is not None else {}
    name = given.source.data.get("db") or meta.get("db") or given.settings.app.default_database
    if name is None and not findings.broken and not given.lacks_class:
        _no_database(given, findings)
    return None if name is None else str(name)


def read_model(given: ModelSource, database: str, findings: Findings) -> ModelInfo | None:
    """Return what a model's files say of it; None with the reason among the findings."""
    data, name = given.source.data, given.name
    if data["type"] == ModelForm.TABLE:
        table = data.get("table")
        return table and ModelInfo(name, ModelForm.TABLE, database, table, opaque=True)
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


def _normal(
    given: ModelSource, module: Module, owner: ast.ClassDef, database: str, findings: Findings
) -> ModelInfo | None:
    told = len(findings.found)
    fields = tuple(_fields(owner, module, findings))
    if len(findings.found) > told:
        return None
    inherited = any(ast.unparse(one).split(".")[-1] != "NormalModel" for one in owner.bases)
    opaque = inherited or any(_hides_fields(node) for node in owner.body)
    if not opaque and not any(one.primary_key for one in fields):
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
        return ModelInfo(given.name, ModelForm.DECLARATIVE, database, table, opaque=True)
    if not any(one.primary_key for one in fields) and declarative.surely_lacks_key(owner, module):
        findings.add(
            "model-without-key",
            module.name_place(owner),
            f"{given.short} has no primary key",
            "mark its column: mapped_column(primary_key=True)",
        )
        return None
    return ModelInfo(given.name, ModelForm.DECLARATIVE, database, table, fields)


def _fields(owner: ast.ClassDef, module: Module, findings: Findings) -> Iterator[FieldInfo]:
    seen: set[str] = set()
    for target, called, keywords in filter(None, map(_declared, owner.body)):
        kind = DATATYPES.get(called.attr)
        if kind is None:
            near = difflib.get_close_matches(called.attr, DATATYPES, 1)
            findings.add(
                "unknown-datatype",
                module.place(called),
                f"no datatype {called.attr!r}",
                f"did you mean {near[0]!r}?" if near else None,
            )
        elif target.id in seen:
            findings.add(
                "duplicate-field",
                module.place(target),
                f"the field {target.id!r} is declared twice",
                "keep one of them",
            )
        else:
            seen.add(target.id)
            yield _field(target.id, called.attr, kind, keywords)


def _declared(node: ast.stmt) -> tuple[ast.Name, ast.Attribute, list[ast.keyword]] | None:
    """Return name, datatype and keywords of ``name = datatypes.X(...)``."""
    match node:
        case (
            ast.Assign(targets=[ast.Name() as target], value=ast.Call() as call)
            | ast.AnnAssign(target=ast.Name() as target, value=ast.Call() as call)
        ):
            match call.func:
                case ast.Attribute(value=ast.Name(id="datatypes")) as called:
                    return target, called, call.keywords
                case _:
                    return None
        case _:
            return None


def _hides_fields(node: ast.stmt) -> bool:
    """Whether a statement of a class could make fields that are not read (F9)."""
    declared = _declared(node)
    if declared is not None:
        keywords = declared[2]
        return not all(one.arg and _is_read(one) for one in keywords)
    match node:
        case ast.Assign(value=value) | ast.AnnAssign(value=value):
            return isinstance(value, ast.Call | ast.Name | ast.Attribute | ast.Subscript)
        case ast.Expr() | ast.Pass():
            return False
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return False
        case _:
            return True


def _is_read(keyword: ast.keyword) -> bool:
    return keyword.arg not in ("primaryKey", "dbField") or isinstance(keyword.value, ast.Constant)


def _field(name: str, datatype: str, kind: FieldType, keywords: list[ast.keyword]) -> FieldInfo:
    given = {one.arg: one.value.value for one in keywords if isinstance(one.value, ast.Constant)}
    key = bool(given.get("primaryKey", False))
    return FieldInfo(
        name=name,
        type=kind,
        column=str(given.get("dbField") or name),
        primary_key=key,
        autoincrement=key and datatype == "AutoInt",
        nullable=not given.get("required", False),
        datatype=datatype,
    )


def _meta(owner: ast.ClassDef) -> dict[str, object]:
    for node in owner.body:
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            return {
                one.targets[0].id: one.value.value
                for one in node.body
                if isinstance(one, ast.Assign)
                and isinstance(one.targets[0], ast.Name)
                and isinstance(one.value, ast.Constant)
            }
    return {}


def _no_class(given: ModelSource, module: Module, findings: Findings) -> None:
    classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef)]
    near = difflib.get_close_matches(given.short, [one.name for one in classes], 1)
    misnamed = next((one for one in classes if near and one.name == near[0]), None)
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
