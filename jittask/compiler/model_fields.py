"""Reads the fields that a model's class declares with ``datatypes`` (rule F9)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jittask.compiler.findings import Findings
from jittask.compiler.python import Module
from jittask.field_types import DATATYPES, instead_of_type
from jittask.model import FieldInfo, FieldType


def model_fields(owner: ast.ClassDef, module: Module, findings: Findings) -> Iterator[FieldInfo]:
    """Yield the fields that a class declares; the others are findings."""
    seen: set[str] = set()
    for target, called, keywords in filter(None, map(_declared, owner.body)):
        kind = DATATYPES.get(called.attr)
        if kind is None:
            findings.add(
                "unknown-datatype",
                module.place(called),
                f"no datatype {called.attr!r}",
                instead_of_type(called.attr),
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


def hides_fields(node: ast.stmt) -> bool:
    """Whether a statement of a class could make fields that are not read (F9)."""
    declared = _declared(node)
    if declared is not None:
        keywords = declared[2]
        return not all(keyword.arg and _is_read(keyword) for keyword in keywords)
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
    given = {
        keyword.arg: keyword.value.value
        for keyword in keywords
        if isinstance(keyword.value, ast.Constant)
    }
    key = bool(given.get("primaryKey", False))
    return FieldInfo(
        name=name,
        type=kind,
        column=str(given.get("dbField") or name),
        primary_key=key,
        autoincrement=key and datatype == "AutoInt",
        nullable=not given.get("required", False),
        datatype=datatype,
        title=title if isinstance(title := given.get("title"), str) else "",
        options=tuple(_options(keywords)),
    )


def _options(keywords: list[ast.keyword]) -> Iterator[tuple[str, str]]:
    """Yield what a field is chosen from, as far as it is written out."""
    written = next((keyword.value for keyword in keywords if keyword.arg == "options"), None)
    for item in written.elts if isinstance(written, ast.List | ast.Tuple) else ():
        try:
            option = ast.literal_eval(item)
        except ValueError:
            continue  # made by code: what it is, is not known before it runs
        named = option if isinstance(option, dict) else {"value": option}
        value = named.get("value")
        if isinstance(value, str | int):
            yield str(value), str(named.get("label") or value)
