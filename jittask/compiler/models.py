"""Reads model and database elements without importing them (rules F8, F9)."""

from __future__ import annotations

import ast
import difflib
from pathlib import Path
from typing import Any

from jittask.compiler.findings import Findings
from jittask.compiler.python import Module, read_python
from jittask.compiler.source import Source
from jittask.datatypes import DATATYPES
from jittask.diagnostics import Diagnostic
from jittask.environment import references
from jittask.model import DatabaseInfo, FieldInfo, FieldType, ModelForm, ModelInfo


def read_model(
    source: Source, name: str, folder: str, root: Path, default: str | None, findings: Findings
) -> ModelInfo | None:
    """Return what a model's files say of it; None with the reason among the findings."""
    form = ModelForm(source.data["type"])
    if form is ModelForm.TABLE:
        database = source.data.get("db") or default
        if database is None:
            _no_database(source, findings)
            return None
        return ModelInfo(name, form, database, source.data["table"], opaque=True)
    module = read_python(root, f"{folder}/model.py", name)
    if isinstance(module, Diagnostic):
        findings.found.append(module)
        return None
    short = name.rpartition(".")[2]
    owner = module.class_of(short)
    if owner is None:
        findings.add(
            "model-class-missing",
            module.place(module.tree),
            f"model.py has no class {short}",
            "an SQLAlchemy model is not supported yet: use models.TableType for its table"
            if "declarative" in ast.dump(module.tree).lower()
            else f"write: class {short}(NormalModel):",
        )
        return None
    meta = _meta(owner)
    database = source.data.get("db") or meta.get("db") or default
    if database is None:
        _no_database(source, findings)
        return None
    fields, opaque = _fields(owner, module, findings)
    if findings.broken:
        return None
    if not opaque and not any(one.primary_key for one in fields):
        findings.add(
            "model-without-key",
            module.place(owner),
            f"{short} has no primary key",
            'add: id = datatypes.AutoInt(name="id", title="id", primaryKey=True)',
        )
        return None
    table = str(meta.get("dbTable") or short)
    return ModelInfo(name, form, str(database), table, fields, opaque)


def read_database(
    source: Source, name: str, folder: str, root: Path, findings: Findings, read: Any
) -> DatabaseInfo | None:
    """Return a database's settings, from ``<Name>.json``, ``config.json`` or ``e.json``."""
    short = name.rpartition(".")[2]
    settings = dict(source.data)
    where = source
    for file in (f"{folder}/{short}.json", f"{folder}/config.json"):
        if (root / file).exists():
            own = read(root, file, name)
            if isinstance(own, Diagnostic):
                findings.found.append(own)
                return None
            if isinstance(own.data, dict):
                settings, where = dict(own.data), own
            break
    inner = settings.get("dbConfig", settings)
    wanted = {"databases.UrlType": ("url",)}.get(
        source.data["type"], ("database", "dbName", "path", "dbPath", "file", "db")
    )
    if not isinstance(inner, dict) or not any(inner.get(key) for key in wanted):
        findings.add(
            "database-settings-missing",
            where.value(()),
            f"the key {wanted[0]!r} is missing",
            "for example: "
            + (
                '"url": "sqlite:///data/app.db"'
                if wanted[0] == "url"
                else '"database": "data/app.db"'
            ),
        )
        return None
    return DatabaseInfo(name, source.data["type"], inner)


def unset(info: DatabaseInfo, environment: Any) -> list[str]:
    """Return the environment variables that a database's settings name and that are not set."""
    texts = [value for value in info.settings.values() if isinstance(value, str)]
    return [name for text in texts for name in references(text) if name not in environment]


def _fields(
    owner: ast.ClassDef, module: Module, findings: Findings
) -> tuple[tuple[FieldInfo, ...], bool]:
    fields: list[FieldInfo] = []
    opaque = False
    for node in owner.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id="datatypes"), attr=datatype),
                    keywords=keywords,
                ),
            ):
                kind = DATATYPES.get(datatype)
                if kind is None:
                    near = difflib.get_close_matches(datatype, DATATYPES, 1)
                    findings.add(
                        "unknown-datatype",
                        module.place(node.value),
                        f"no datatype {datatype!r}",
                        f"did you mean {near[0]!r}?" if near else None,
                    )
                    continue
                fields.append(_field(name, datatype, kind, keywords))
            case ast.Assign() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                pass
            case ast.Expr() | ast.Pass() | ast.AnnAssign():
                pass
            case _:
                opaque = True  # fields made by a loop or a condition
    inherited = [one for one in owner.bases if ast.unparse(one).split(".")[-1] != "NormalModel"]
    return tuple(fields), opaque or bool(inherited)


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


def _no_database(source: Source, findings: Findings) -> None:
    findings.add(
        "no-database",
        source.value(()),
        "the model names no database, and the app has no default one",
        'set "db", or settings.defaultElement.defaultDatabase in app.json',
    )
