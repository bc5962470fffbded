"""Reads an SQLAlchemy declarative class from its text alone (rule F9)."""

from __future__ import annotations

import ast

from jittask.compiler.python import Module, last_name
from jittask.model import FieldInfo, FieldType

_TYPES = {
    "BigInteger": FieldType.INTEGER,
    "BIGINT": FieldType.INTEGER,
    "Boolean": FieldType.BOOLEAN,
    "BOOLEAN": FieldType.BOOLEAN,
    "Date": FieldType.DATE,
    "DATE": FieldType.DATE,
    "DateTime": FieldType.DATETIME,
    "DATETIME": FieldType.DATETIME,
    "TIMESTAMP": FieldType.DATETIME,
    "Double": FieldType.FLOAT,
    "Float": FieldType.FLOAT,
    "Integer": FieldType.INTEGER,
    "INTEGER": FieldType.INTEGER,
    "JSON": FieldType.JSON,
    "Numeric": FieldType.DECIMAL,
    "SmallInteger": FieldType.INTEGER,
    "String": FieldType.TEXT,
    "Text": FieldType.TEXT,
    "TEXT": FieldType.TEXT,
    "Time": FieldType.TIME,
    "Unicode": FieldType.TEXT,
    "UnicodeText": FieldType.TEXT,
    "VARCHAR": FieldType.TEXT,
}
_ANNOTATIONS = {
    "bool": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "Decimal": FieldType.DECIMAL,
    "float": FieldType.FLOAT,
    "int": FieldType.INTEGER,
    "str": FieldType.TEXT,
    "time": FieldType.TIME,
}
_COLUMNS = ("Column", "mapped_column")
_NO_COLUMNS = (
    "association_proxy", "column_property", "composite", "relationship", "synonym",
)  # fmt: skip


def is_declarative(owner: ast.ClassDef) -> bool:
    """Whether a class is one that SQLAlchemy maps."""
    return any(_target(node) in ("__tablename__", "__table__") for node in owner.body)


def table_name(owner: ast.ClassDef) -> str | None:
    """Return the table's name, or None where it is not a literal."""
    for node in owner.body:
        match node:
            case (
                ast.Assign(value=ast.Constant(value=str(name)))
                | ast.AnnAssign(value=ast.Constant(value=str(name)))
            ) if _target(node) == "__tablename__":
                return name
            case _:
                pass
    return None


def schema(owner: ast.ClassDef) -> str | None:
    """Return the schema that ``__table_args__`` names as a literal, or None."""
    for node in owner.body:
        match node:
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value) if (
                _target(node) == "__table_args__"
            ):
                last = value.elts[-1] if isinstance(value, ast.Tuple) and value.elts else value
                return _literal(last, "schema")
            case _:
                pass
    return None


def key_fields(owner: ast.ClassDef) -> tuple[FieldInfo, ...]:
    """Return the fields of the key that are seen in the class; a base class may hide others."""
    found = []
    for node in owner.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                field = _field(name, annotation, value)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value):
                field = _field(name, None, value) if last_name(value) in _COLUMNS else None
            case _:
                continue
        if field is not None and field.primary_key:
            found.append(field)
    return tuple(found)


def _literal(node: ast.expr, key: str) -> str | None:
    """Return the text at a key of a dict that is written out."""
    if not isinstance(node, ast.Dict):
        return None
    for name, value in zip(node.keys, node.values, strict=True):
        match name, value:
            case ast.Constant(value=found), ast.Constant(value=str(text)) if found == key:
                return text
            case _:
                pass
    return None


def fields(owner: ast.ClassDef, module: Module) -> tuple[FieldInfo, ...] | None:
    """Return the fields; None where a base class, or a call that is not known, may hide some.

    A type that cannot be read is ``OTHER``: of such a field nothing is known but its name.
    """
    if not all(_plain_base(base, module) for base in owner.bases):
        return None
    found: list[FieldInfo] = []
    for node in owner.body:
        match node:
            case (
                ast.AnnAssign(value=ast.Call() as value) | ast.Assign(value=ast.Call() as value)
            ) if last_name(value) not in (*_COLUMNS, *_NO_COLUMNS):
                return None
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                field = _field(name, annotation, value)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value):
                field = _field(name, None, value) if last_name(value) in _COLUMNS else None
            case ast.If() | ast.For() | ast.With() | ast.Try():
                return None
            case _:
                continue
        if field is not None:
            found.append(field)
    return tuple(found)


def surely_lacks_key(owner: ast.ClassDef, module: Module) -> bool:
    """Whether nothing can make a key of a class none of whose fields is one.

    ``__table_args__``, ``__mapper_args__``, an annotation of the file's own, and
    an argument that is not written out may.
    """
    plain = not owner.decorator_list and not owner.keywords
    assigned_later = any(
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and last_name(node.value) == owner.name
        for node in ast.walk(module.tree)
    )
    return plain and not assigned_later and all(_names_no_key(node) for node in owner.body)


def _names_no_key(node: ast.stmt) -> bool:
    match node:
        case ast.Expr() | ast.Pass():
            return True
        case ast.FunctionDef(decorator_list=decorators):
            return not decorators
        case ast.Assign() | ast.AnnAssign() if _target(node) == "__tablename__":
            return True
        case ast.Assign() | ast.AnnAssign() if (_target(node) or "__").startswith("__"):
            return False
        case ast.Assign(value=ast.Call() as value) | ast.AnnAssign(value=ast.Call() as value) if (
            last_name(value) in _NO_COLUMNS
        ):
            return True
        case ast.AnnAssign(annotation=annotation) if not _is_bare(annotation):
            return False
        case ast.Assign(value=ast.Call() as value) | ast.AnnAssign(value=ast.Call() as value):
            return _is_written_out(value)
        case ast.Assign(value=value) | ast.AnnAssign(value=value):
            return value is None or isinstance(value, ast.Constant)
        case _:
            return False


def _is_bare(annotation: ast.expr) -> bool:
    """Whether a column's annotation holds a plain type, and no ``Annotated`` with a key in it."""
    match annotation:
        case ast.Subscript(value=outer, slice=inner) if last_name(outer) in ("Mapped", "Optional"):
            return _is_bare(inner)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _is_bare(left)
        case _:
            return last_name(annotation) in _ANNOTATIONS


def _is_written_out(call: ast.Call) -> bool:
    """Whether no argument of a column hides ``primary_key``."""
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return False
    return all(
        keyword.arg is not None
        and (keyword.arg != "primary_key" or isinstance(keyword.value, ast.Constant))
        for keyword in call.keywords
    )


def _field(name: str, annotation: ast.expr | None, value: ast.expr | None) -> FieldInfo | None:
    mapped = _mapped(annotation)
    if isinstance(value, ast.Call) and last_name(value) not in _COLUMNS:
        return None  # a relationship, and its like
    if mapped is None and value is None:
        return None
    arguments = value.args if isinstance(value, ast.Call) else []
    keywords = value.keywords if isinstance(value, ast.Call) else []
    given = {
        keyword.arg: keyword.value.value
        for keyword in keywords
        if isinstance(keyword.value, ast.Constant)
    }
    column = name
    kind = mapped
    for argument in arguments:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            column = argument.value
        else:
            kind = _TYPES.get(last_name(argument) or "", kind)
    return FieldInfo(
        name=name,
        type=kind or FieldType.OTHER,
        column=column,
        primary_key=bool(given.get("primary_key", False)),
        nullable=bool(given.get("nullable", True)),
    )


def _mapped(annotation: ast.expr | None) -> FieldType | None:
    """Return what ``Mapped[…]`` holds; None for another annotation."""
    match annotation:
        case ast.Subscript(value=outer, slice=inner) if last_name(outer) == "Mapped":
            return _annotated(inner)
        case _:
            return None


def _annotated(inner: ast.expr) -> FieldType:
    match inner:
        case ast.Subscript(value=outer, slice=deeper) if last_name(outer) == "Optional":
            return _annotated(deeper)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _annotated(left)
        case ast.Constant(value=str(text)):
            return _ANNOTATIONS.get(text.removesuffix(" | None"), FieldType.OTHER)
        case _:
            return _ANNOTATIONS.get(last_name(inner) or "", FieldType.OTHER)


def _plain_base(base: ast.expr, module: Module) -> bool:
    """Whether a base class is in the same file, and brings no columns."""
    name = last_name(base)
    for node in module.tree.body:
        match node:
            case ast.ClassDef(name=found, body=body) if found == name:
                return all(isinstance(statement, ast.Pass | ast.Expr) for statement in body)
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.Call() as value) if (
                found == name
            ):
                return last_name(value) == "declarative_base"
            case _:
                pass
    return False


def _target(node: ast.stmt) -> str | None:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return None
