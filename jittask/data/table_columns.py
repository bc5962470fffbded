"""How the columns of a model's table are read: by what its files and its database say (F9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.types import TypeDecorator, TypeEngine

from jittask.data.column_types import kind_of
from jittask.data.dialects import dialect_of
from jittask.data.table_model import TableModel
from jittask.model import FieldType, ModelInfo

_DATES = (FieldType.DATE, FieldType.DATETIME)


def known_columns(
    known: TableModel, table: sa.Table, model: ModelInfo, engine: Engine
) -> TableModel:
    """Give each column of the table the type that reads it; return the model that fits.

    Where the files describe the table, the database is still asked which of its
    datetimes are instants. Raises SQLAlchemyError.
    """
    dialect = dialect_of(engine)
    instants: dict[str, TypeEngine[Any]] = {}
    if model.is_described and dialect.declares_instants:
        instants = _instants(table, engine)
    fields = []
    for field in known.fields:
        column = table.c[field.name]
        declared = model.field(field.name)
        kind = declared.type if declared is not None and declared.type in _DATES else None
        column.type = dialect.column_type(instants.get(column.name, column.type), kind)
        if kind is None and not model.is_described:
            kind = _kind(column.type)
        fields.append(field if kind is None else replace(field, type=kind))
    return TableModel(known.name, tuple(fields))


def _instants(table: sa.Table, engine: Engine) -> dict[str, TypeEngine[Any]]:
    """Return the types of the columns that the database declares as instants."""
    try:
        columns = sa.inspect(engine).get_columns(table.name, schema=table.schema)
    except NoSuchTableError:  # said when it is read
        return {}
    dialect = dialect_of(engine)
    return {
        column["name"]: column["type"]
        for column in columns
        if dialect.is_instant(dialect.column_type(column["type"], None))
    }


def _kind(column_type: TypeEngine[Any]) -> FieldType:
    if isinstance(column_type, TypeDecorator):
        return kind_of(column_type.impl_instance)
    return kind_of(column_type)
