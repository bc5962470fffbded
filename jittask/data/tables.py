"""A model's table: as its files describe it, and as its database has it (rule F9)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import NoSuchTableError

from jittask.data.column_types import declared_type, kind_of, read_type
from jittask.data.databases import DataError, one_line
from jittask.data.table_model import TableModel
from jittask.model import FieldInfo, ModelInfo


class NoTable(DataError):
    """A model's table is not in its database."""

    def __init__(self, model: ModelInfo) -> None:
        super().__init__(f"{model.name}: no table {model.table} in its database")


def complete(model: ModelInfo, table: sa.Table) -> TableModel:
    """Return the model with its fields known: from its files, or else from its table.

    A field that the table has no column for is left out. A column that an
    SQLAlchemy model names otherwise goes by the model's name.
    """
    if model.is_described:
        return TableModel(model.name, tuple(each for each in model.fields if each.name in table.c))
    fields = tuple(
        FieldInfo(
            name=column.key,
            type=kind_of(column.type),
            column=column.name,
            primary_key=column.primary_key,
            nullable=bool(column.nullable),
        )
        for column in table.columns
    )
    return TableModel(model.name, fields)


def table_for(model: ModelInfo, engine: Engine) -> sa.Table:
    """Return the table of a model, with the columns that its database has.

    Raises DataError where it is missing or has no key.
    """
    table = _present(model, engine) if model.is_described else _reflected(model, engine)
    if not table.primary_key.columns:
        raise DataError(f"{model.name}: table {model.table} has no primary key")
    return table


def described(
    model: ModelInfo, columns: dict[str, sa.types.TypeEngine[Any]] | None = None
) -> sa.Table:
    """Return the table that a model's files describe.

    With ``columns``, the types of those that exist, by name: only these columns.
    """
    schema, name = schema_and_name(model)
    return sa.Table(
        name,
        sa.MetaData(schema=schema),
        *(
            sa.Column(
                field.column,
                declared_type(field, None if columns is None else columns[field.column]),
                key=field.name,
                primary_key=field.primary_key,
                autoincrement=field.autoincrement,
                nullable=field.nullable and not field.primary_key,
            )
            for field in model.fields
            if columns is None or field.column in columns
        ),
    )


def columns_of(model: ModelInfo, engine: Engine) -> dict[str, sa.types.TypeEngine[Any]]:
    """Return the types of the columns that a model's table has, by the names of its files.

    Names differ by case alone where the database takes them for the same. Raises
    NoTable, and DataError.
    """
    schema, name = schema_and_name(model)
    try:
        with one_line(f"{model.name}: table {model.table}"):
            found = sa.inspect(engine).get_columns(name, schema=schema)
    except DataError as error:
        if isinstance(error.__cause__, NoSuchTableError):
            raise NoTable(model) from error
        raise
    types = {column["name"]: column["type"] for column in found}
    if engine.dialect.name != "postgresql":
        folded = {name.casefold(): column_type for name, column_type in types.items()}
        declared = (field.column for field in model.fields)
        types |= {each: folded[each.casefold()] for each in declared if each.casefold() in folded}
    return types


def schema_and_name(model: ModelInfo) -> tuple[str | None, str]:
    """Return the parts of a table's name, which may be ``schema.table``."""
    schema, _, name = model.table.rpartition(".")
    return schema or None, name


def _present(model: ModelInfo, engine: Engine) -> sa.Table:
    """Return the described table with the columns that exist."""
    columns = columns_of(model, engine)
    missing = [field.column for field in model.key_fields if field.column not in columns]
    if missing:
        names = ", ".join(missing)
        raise DataError(f"{model.name}: table {model.table} has no column for its key: {names}")
    return described(model, columns)


def _reflected(model: ModelInfo, engine: Engine) -> sa.Table:
    schema, name = schema_and_name(model)
    fields = {field.column: field.name for field in model.fields}

    def name_and_type(_: object, __: object, column: dict[str, Any]) -> None:
        column["key"] = fields.get(column["name"], column["name"])
        column["type"] = read_type(column["type"])

    try:
        with one_line(f"{model.name}: table {model.table}"):
            table = sa.Table(
                name,
                sa.MetaData(),
                schema=schema,
                autoload_with=engine,
                resolve_fks=False,
                listeners=[("column_reflect", name_and_type)],
            )
    except DataError as error:
        if isinstance(error.__cause__, NoSuchTableError):
            raise NoTable(model) from error
        raise
    _give_key(table, model)
    return table


def _give_key(table: sa.Table, model: ModelInfo) -> None:
    """Let the key that the model's files name be that of the table.

    A class of which not all is read may have further key columns, so that the key
    of the table itself is taken where it has one.
    """
    if not model.names_key or (table.primary_key.columns and not model.key):
        return
    by_name = {column.name: column for column in table.columns}
    named = model.key or tuple(field.column for field in model.key_fields)
    missing = [name for name in named if name not in by_name]
    if missing:
        raise DataError(
            f"{model.name}: table {model.table} has no column for its key: {', '.join(missing)}"
        )
    for column in table.primary_key.columns:
        column.primary_key = False
    table.append_constraint(sa.PrimaryKeyConstraint(*(by_name[name] for name in named)))
