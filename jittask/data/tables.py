"""A model's table: described, reflected, or created where it is missing (rule F9)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.types import TypeEngine

from jittask.data.databases import DataError, one_line
from jittask.data.table_model import TableModel
from jittask.model import FieldInfo, FieldType, ModelInfo

_COLUMNS: dict[FieldType, TypeEngine[Any]] = {
    FieldType.TEXT: sa.String(255),
    FieldType.INTEGER: sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    FieldType.FLOAT: sa.Double(),
    FieldType.DECIMAL: sa.Numeric(20, 6),
    FieldType.BOOLEAN: sa.Boolean(),
    FieldType.DATE: sa.Date(),
    FieldType.DATETIME: sa.DateTime(),
    FieldType.TIME: sa.Time(),
    FieldType.JSON: sa.JSON(),
    FieldType.OTHER: sa.Text(),
}
_LONG_TEXT = frozenset({"Ltext", "RichText"})
_KINDS: tuple[tuple[type[TypeEngine[Any]], FieldType], ...] = (
    (sa.Boolean, FieldType.BOOLEAN),
    (sa.DateTime, FieldType.DATETIME),
    (sa.Date, FieldType.DATE),
    (sa.Time, FieldType.TIME),
    (sa.Integer, FieldType.INTEGER),
    (sa.Float, FieldType.FLOAT),
    (sa.Numeric, FieldType.DECIMAL),
    (sa.String, FieldType.TEXT),
    (sa.JSON, FieldType.JSON),
)


def complete(model: ModelInfo, table: sa.Table) -> TableModel:
    """Return the model with its fields known: from its files, or else from its table.

    A column that an SQLAlchemy model names otherwise goes by the model's name.
    """
    if model.is_described:
        return TableModel(model.name, model.fields)
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
    """Return the table of a model, reflected where its files do not describe it.

    Raises DataError where it is missing or has no key.
    """
    table = _described(model) if model.is_described else _reflected(model, engine)
    if not table.primary_key.columns:
        raise DataError(f"{model.name}: table {model.table} has no primary key")
    return table


def create_missing(model: ModelInfo, engine: Engine) -> bool:
    """Create the table of a JitAi model where it is missing; return whether it was."""
    with one_line(f"{model.name}: table {model.table}"):
        schema, name = schema_and_name(model)
        if sa.inspect(engine).has_table(name, schema=schema):
            return False
        _described(model).create(engine, checkfirst=True)
        return True


def schema_and_name(model: ModelInfo) -> tuple[str | None, str]:
    """Return the parts of a table's name, which may be ``schema.table``."""
    schema, _, name = model.table.rpartition(".")
    return schema or None, name


def _described(model: ModelInfo) -> sa.Table:
    schema, name = schema_and_name(model)
    return sa.Table(
        name,
        sa.MetaData(schema=schema),
        *(
            sa.Column(
                field.column,
                sa.Text() if field.datatype in _LONG_TEXT else _COLUMNS[field.type],
                key=field.name,
                primary_key=field.primary_key,
                autoincrement=field.autoincrement,
                nullable=field.nullable and not field.primary_key,
            )
            for field in model.fields
        ),
    )


def _reflected(model: ModelInfo, engine: Engine) -> sa.Table:
    schema, name = schema_and_name(model)
    fields = {field.column: field.name for field in model.fields}

    def name_by_field(_: object, __: object, column: dict[str, Any]) -> None:
        column["key"] = fields.get(column["name"], column["name"])

    try:
        with one_line(f"{model.name}: table {model.table}"):
            return sa.Table(
                name,
                sa.MetaData(),
                schema=schema,
                autoload_with=engine,
                listeners=[("column_reflect", name_by_field)],
            )
    except DataError as error:
        if isinstance(error.__cause__, NoSuchTableError):
            raise DataError(f"{model.name}: no table {model.table} in its database") from error
        raise


def kind_of(column_type: TypeEngine[Any]) -> FieldType:
    """Return what a column of a database holds, as far as filters and schedules care."""
    if getattr(column_type, "display_width", None) == 1:
        return FieldType.BOOLEAN  # MySQL's BOOLEAN is TINYINT(1)
    for sql_type, kind in _KINDS:
        if isinstance(column_type, sql_type):
            return kind
    return FieldType.OTHER
