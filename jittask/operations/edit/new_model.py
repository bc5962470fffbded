"""Writes new models: for a table that others own, or for one that the app owns (rule F9)."""

from __future__ import annotations

import difflib
import json
import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jittask.compiler.findings import near_or_all
from jittask.field_types import DATATYPES
from jittask.model import FieldInfo, FieldType, ModelForm, ModelInfo
from jittask.operations.edit.write_element import (
    NewElement,
    WrittenElement,
    new_path,
    write_element,
)
from jittask.operations.errors import InvalidArgument, NotFound, OperationError, Unavailable

if TYPE_CHECKING:
    from jittask.data.rows import Rows
    from jittask.operations.workspace import Workspace

_KEY = FieldInfo("id", FieldType.INTEGER, "id", primary_key=True, datatype="AutoInt")
_SHORT_TYPES = {
    "str": "Stext", "text": "Ltext", "int": "Int", "float": "Float", "decimal": "Numeric",
    "money": "Money", "bool": "Switch", "date": "Date", "datetime": "Datetime", "time": "Time",
    "json": "JitDict",
}  # fmt: skip
"""What people type for a field's type; the names of datatypes are accepted too."""
_OF_COLUMN = {
    FieldType.TEXT: "Stext",
    FieldType.INTEGER: "BigInt",
    FieldType.FLOAT: "Float",
    FieldType.DECIMAL: "Numeric",
    FieldType.BOOLEAN: "Switch",
    FieldType.DATE: "Date",
    FieldType.DATETIME: "Datetime",
    FieldType.TIME: "Time",
    FieldType.JSON: "JitDict",
}
_FIELD = re.compile(r"\s*([^:\s]+)\s*:\s*([^:\s]+)\s*")


def new_table_model(
    workspace: Workspace,
    model: NewElement,
    *,
    table: str,
    database: str | None = None,
    declare: bool = False,
    key: Sequence[str] = (),
) -> WrittenElement:
    """Write a model for a table that exists, which is read for it.

    The element names the table, and its columns are read at each start; with
    ``declare`` they are written into a ``model.py``. ``key`` has the columns that name
    a row where the table does not say: of a view. Raises NotFound, Unavailable
    where the database does not answer, OperationError for a table without a key,
    or, with ``declare``, with a column that no datatype holds.
    """
    path = new_path(workspace, "models", model)
    name = _database(workspace, database)
    rows = _rows(workspace, path, name, table, key)
    if declare:
        _refuse_undeclarable(rows)
        fields = _with_counted_key(rows.model.fields)
        return _write_declared(workspace, path, model.title, name, table, fields)
    data = {
        "type": ModelForm.TABLE.value, "title": model.title, "db": name, "table": table,
        **_key_entry(key), "backendBundleEntry": ".",
    }  # fmt: skip
    return write_element(workspace, path, data, {})


def new_model(
    workspace: Workspace, model: NewElement, *, fields: str, database: str | None = None
) -> WrittenElement:
    """Write a model of fields such as ``title:str,due:date``, of a table that the app owns.

    It gets a key, ``id``, unless the fields have one. Raises InvalidArgument for a
    field or a type that is none, NotFound for a database that is not there.
    """
    path = new_path(workspace, "models", model)
    declared = list(_read_fields(fields))
    if all(field.name != _KEY.name for field in declared):
        declared.insert(0, _KEY)
    else:
        declared = [_KEY if field.name == _KEY.name else field for field in declared]
    table = path.rpartition("/")[2].lower()
    name = _database(workspace, database)
    return _write_declared(workspace, path, model.title, name, table, declared)


def _database(workspace: Workspace, name: str | None) -> str:
    known = workspace.app.databases
    if name is None:
        default = workspace.settings.default_database
        if default in known:
            return str(default)
        if len(known) == 1:
            return next(iter(known))
        raise InvalidArgument("db", f"name a database: {', '.join(known) or 'there is none'}")
    full = name if name.startswith("databases.") else f"databases.{name}"
    if full not in known:
        there = ", ".join(known) or "none; make one: jittask new database"
        raise NotFound(f"no database {full!r} that loads", f"there are: {there}")
    return full


def _key_entry(key: Sequence[str]) -> dict[str, object]:
    """Return ``key`` as an element has it: a column, or a list of several."""
    if not key:
        return {}
    return {"key": key[0] if len(key) == 1 else list(key)}


def _rows(workspace: Workspace, path: str, database: str, table: str, key: Sequence[str]) -> Rows:
    """Return the rows of a real table, which is read for it."""
    from jittask.data.databases import DataError

    info = ModelInfo(
        path.replace("/", "."), ModelForm.TABLE, database, table, opaque=True, key=tuple(key)
    )
    try:
        return workspace.data.rows(info)
    except DataError as error:
        message = str(error).removeprefix(f"{info.name}: ")
        if message.startswith("no table"):
            hint = _tables_instead(workspace, info)
            raise NotFound(f"no table {table} in {database}", hint) from error
        if "has no column for its key" in message:
            raise InvalidArgument("key", message) from error
        if message.endswith("no primary key"):
            raise OperationError(message, _key_instead(workspace, info)) from error
        raise Unavailable(message) from error


def _tables_instead(workspace: Workspace, info: ModelInfo) -> str | None:
    """Return the hint for a table that is not there."""
    from jittask.data.inspection.tables import tables_instead

    with workspace.data.connected(info) as connection:
        names, are_near = tables_instead(connection, info)
    if are_near:
        return f"did you mean {' or '.join(names)}?"
    return near_or_all(info.table, names) if names else None


def _key_instead(workspace: Workspace, info: ModelInfo) -> str:
    """Return the hint for a table or view that has no key, which is what names a row."""
    from jittask.data.inspection.tables import view_names
    from jittask.data.tables import schema_and_name

    schema, name = schema_and_name(info)
    with workspace.data.connected(info) as connection:
        is_view = name in view_names(connection, schema)
    if is_view:
        return "name what is unique in the view: --key COLUMN"
    return "a model needs a key, which names the row: add one to the table"


def _refuse_undeclarable(rows: Rows) -> None:
    """Refuse a table with a column that no datatype holds: it would be compared wrongly."""
    from jittask.data.inspection.tables import declared

    kinds, dialect = rows.model.kinds, rows.engine.dialect.name
    for column in rows.table.columns:
        if kinds[column.key] is FieldType.OTHER or getattr(column.type, "timezone", False):
            raise OperationError(
                f"no datatype holds the column {column.name!r} ({declared(column.type, dialect)})",
                "leave out --declare: the columns are then read from the table",
            )


def _with_counted_key(fields: Sequence[FieldInfo]) -> tuple[FieldInfo, ...]:
    """Return the fields; a key of one whole number is one that the database counts."""
    keys = [field for field in fields if field.primary_key]
    counted = len(keys) == 1 and keys[0].type is FieldType.INTEGER
    return tuple(
        replace(field, datatype="AutoInt") if counted and field.primary_key else field
        for field in fields
    )


def _read_fields(text: str) -> Iterator[FieldInfo]:
    seen: set[str] = set()
    for part in text.split(","):
        match = _FIELD.fullmatch(part)
        if match is None:
            raise InvalidArgument("fields", f"expected fields such as title:str, got {part!r}")
        name, kind = match.groups()
        if not name.isidentifier() or keyword.iskeyword(name) or name == "Meta":
            raise InvalidArgument("fields", f"{name!r} is no name for a field")
        if name in seen:
            raise InvalidArgument("fields", f"the field {name!r} is there twice")
        seen.add(name)
        datatype = _SHORT_TYPES.get(kind.lower(), kind)
        if datatype not in DATATYPES:
            near = difflib.get_close_matches(kind, [*_SHORT_TYPES, *DATATYPES], 1)
            known = f"known are: {', '.join(_SHORT_TYPES)}, and the names of datatypes"
            hint = f"did you mean {near[0]}?" if near else known
            raise InvalidArgument("fields", f"no type {kind!r} for {name}", hint)
        yield FieldInfo(name, DATATYPES[datatype], name, datatype=datatype)


def _write_declared(
    workspace: Workspace,
    path: str,
    title: str,
    database: str,
    table: str,
    fields: Sequence[FieldInfo],
) -> WrittenElement:
    short = path.rpartition("/")[2]
    lines = [
        "from datatypes.Meta import datatypes",
        "from models.NormalType import NormalModel",
        "",
        "",
        f"class {short}(NormalModel):",
        *_declarations(fields),
        "",
        "    class Meta:",
        f"        db = {_quoted(database)}",
        f"        dbTable = {_quoted(table)}",
    ]
    data = {
        "type": ModelForm.NORMAL.value, "title": title, "db": database, "backendBundleEntry": ".",
    }  # fmt: skip
    return write_element(workspace, path, data, {"model.py": "\n".join(lines) + "\n"})


def _declarations(fields: Sequence[FieldInfo]) -> Iterator[str]:
    taken: set[str] = set()
    for field in fields:
        name = _attribute(field.name, taken)
        taken.add(name)
        given = f"name={_quoted(name)}, title={_quoted(field.name)}"
        if field.column != name:
            given += f", dbField={_quoted(field.column)}"
        if field.primary_key:
            given += ", primaryKey=True"
        datatype = field.datatype or _OF_COLUMN[field.type]
        yield f"    {name} = datatypes.{datatype}({given})"


def _attribute(column: str, taken: set[str]) -> str:
    """Return a name for a column that Python takes, and that is free."""
    name = re.sub(r"\W", "_", column)
    if not name.isidentifier() or keyword.iskeyword(name) or name in ("Meta", "datatypes"):
        name = f"f_{name}"
    while name in taken:
        name += "_"
    return name


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
