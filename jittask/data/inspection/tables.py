"""What a database says of a table or view: columns, keys, indexes, permissions (rules D3, F9)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Inspector
from sqlalchemy.exc import DBAPIError, NoSuchTableError
from sqlalchemy.types import TypeEngine

from jittask.data.column_types import kind_of
from jittask.data.tables import schema_and_name
from jittask.drivers import first_line
from jittask.model import FieldType, ModelInfo

_NO_PERMISSION = frozenset({"42501", 1142, 1143})
"""PostgreSQL's state, MySQL's numbers."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """A column as the database declares it."""

    name: str
    kind: FieldType
    declared: str
    """Its type in the words of the database."""
    has_zone: bool
    """Whether its values are instants, whatever the zone of the session."""
    follows_session: bool
    """Whether the session's zone decides what is read (MySQL's TIMESTAMP)."""
    default: str


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table or view."""

    schema: str | None
    name: str
    is_view: bool
    columns: tuple[ColumnFacts, ...]
    primary_key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    """Unique constraints and indexes, without those of a part of the rows."""
    indexes: tuple[tuple[str, ...], ...]
    """The columns of each index of all rows, in order; those of keys too."""

    @property
    def shown(self) -> str:
        """Its name, for people."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    def column(self, name: str) -> ColumnFacts | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def is_indexed(self, column: str) -> bool:
        """Whether an index begins with the column."""
        return any(index[:1] == (column,) for index in self.indexes)

    def identifies(self, columns: Collection[str]) -> bool:
        """Whether no two rows agree in these columns."""
        keys = (self.primary_key, *self.unique)
        return any(key and set(key) <= set(columns) for key in keys)


@dataclass(frozen=True, slots=True)
class NoTable:
    """There is no such table; ``elsewhere`` has tables that may be meant."""

    elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A table that exists and cannot be read."""

    message: str
    denied: bool
    """Whether the user lacks the permission."""


def table_facts(connection: Connection, model: ModelInfo) -> TableFacts | NoTable | Unreadable:
    """Describe the table of a model."""
    schema, name = schema_and_name(model)
    inspector = sa.inspect(connection)
    try:
        columns = inspector.get_columns(name, schema=schema)
        facts = _facts(inspector, schema, name, columns)
    except NoSuchTableError:
        return NoTable(tuple(_elsewhere(connection, inspector, schema, name)))
    except DBAPIError as error:
        return _unreadable(error)
    return facts


def view_names(connection: Connection, schema: str | None) -> Collection[str]:
    """Return the views of a schema, materialized ones too."""
    return _views(sa.inspect(connection), schema)


def tables_instead(connection: Connection, model: ModelInfo) -> tuple[Sequence[str], bool]:
    """Return tables that may be meant where there is none, and whether their names are near.

    Otherwise they are the first of those that there are.
    """
    schema, name = schema_and_name(model)
    inspector = sa.inspect(connection)
    near = tuple(_elsewhere(connection, inspector, schema, name))
    if near:
        return near, True
    try:
        names = sorted([*inspector.get_table_names(schema=schema), *_views(inspector, schema)])
    except DBAPIError:
        return (), False  # a server that does not list tables to this user
    return [f"{schema}.{each}" if schema else each for each in names], False


def refusal(
    connection: Connection, table: TableFacts, columns: Collection[str]
) -> Unreadable | None:
    """Return why these columns cannot be selected; None where they can."""
    selected: list[sa.ColumnElement[Any]] = [sa.column(name) for name in columns]
    query = sa.select(*selected).select_from(_clause(table)).limit(0)
    try:
        connection.execute(query)
    except DBAPIError as error:
        connection.rollback()
        return _unreadable(error)
    return None


def lacking_writes(connection: Connection, table: TableFacts) -> tuple[str, ...]:
    """Return which of INSERT and UPDATE the user lacks; only PostgreSQL can be asked so."""
    if connection.dialect.name != "postgresql":
        return ()
    name = name_in_sql(connection, table.schema, table.name)
    asked = sa.func.has_table_privilege
    return tuple(
        privilege
        for privilege in ("INSERT", "UPDATE")
        if not connection.execute(sa.select(asked(name, privilege))).scalar()
    )


def name_in_sql(connection: Connection, schema: str | None, name: str) -> str:
    """Return a table's name as a statement has it: quoted where its letters need that."""
    preparer = connection.dialect.identifier_preparer
    return preparer.format_table(sa.table(name, schema=schema))


def column_in_sql(connection: Connection, name: str) -> str:
    """Return the name of a column or a user as a statement has it."""
    return connection.dialect.identifier_preparer.quote(name)


def index_statement(connection: Connection, table: TableFacts, column: str) -> str:
    """Return the statement that adds an index of one column."""
    clause = sa.Table(table.name, sa.MetaData(), sa.Column(column), schema=table.schema)
    index = sa.Index(f"ix_{table.name}_{column}".lower()[:60], clause.c[column])
    return str(sa.schema.CreateIndex(index).compile(dialect=connection.dialect)).strip()


def _clause(table: TableFacts) -> sa.TableClause:
    return sa.table(table.name, schema=table.schema)


def _facts(
    inspector: Inspector, schema: str | None, name: str, columns: Collection[Any]
) -> TableFacts:
    key = tuple(inspector.get_pk_constraint(name, schema=schema).get("constrained_columns") or ())
    constraints = inspector.get_unique_constraints(name, schema=schema)
    unique = [tuple(constraint["column_names"]) for constraint in constraints]
    indexes = [key, *unique]
    for index in inspector.get_indexes(name, schema=schema):
        if _covers_all_rows(index):
            found = tuple(_leading(index["column_names"]))
            indexes.append(found)
            if index["unique"] and len(found) == len(index["column_names"]):
                unique.append(found)
    return TableFacts(
        schema=schema,
        name=name,
        is_view=name in _views(inspector, schema),
        columns=tuple(_column(column, inspector.dialect.name) for column in columns),
        primary_key=key,
        unique=tuple(unique),
        indexes=tuple(index for index in indexes if index),
    )


def _column(column: Any, dialect: str) -> ColumnFacts:
    column_type: TypeEngine[Any] = column["type"]
    has_zone = bool(getattr(column_type, "timezone", False))
    is_timestamp = isinstance(column_type, sa.TIMESTAMP) and dialect in ("mysql", "mariadb")
    return ColumnFacts(
        name=column["name"],
        kind=kind_of(column_type),
        declared=declared(column_type, dialect),
        has_zone=has_zone,
        follows_session=is_timestamp,
        default=str(column.get("default") or ""),
    )


def declared(column_type: TypeEngine[Any], dialect: str) -> str:
    """Return a column's type in the words of its database."""
    if isinstance(column_type, sa.types.NullType):
        return "a type that is not known"
    words = str(column_type)
    if dialect == "postgresql" and isinstance(column_type, sa.DateTime):
        return f"TIMESTAMP {'WITH' if column_type.timezone else 'WITHOUT'} TIME ZONE"
    return words.partition(" COLLATE")[0]


def _covers_all_rows(index: Any) -> bool:
    options = index.get("dialect_options") or {}
    partial = any(name.endswith("_where") for name in options)
    return not partial and index.get("type") not in ("FULLTEXT", "SPATIAL")


def _leading(columns: Collection[str | None]) -> Iterator[str]:
    """Yield the columns of an index up to its first expression."""
    for column in columns:
        if column is None:
            return
        yield column


def _views(inspector: Inspector, schema: str | None) -> Collection[str]:
    views = inspector.get_view_names(schema=schema)
    if inspector.dialect.name == "postgresql":
        views = [*views, *inspector.get_materialized_view_names(schema=schema)]
    return views


def _elsewhere(
    connection: Connection, inspector: Inspector, schema: str | None, name: str
) -> Iterator[str]:
    """Yield tables that may be meant: of that name in other schemas, of a near name in this one."""
    try:
        if connection.dialect.name != "sqlite":
            query = sa.text(
                "SELECT table_schema FROM information_schema.tables "
                "WHERE table_name = :name ORDER BY table_schema LIMIT 3"
            )
            for found in connection.execute(query, {"name": name}).scalars():
                yield f"{found}.{name}"
        names = [*inspector.get_table_names(schema=schema), *_views(inspector, schema)]
    except DBAPIError:
        connection.rollback()
        return  # a server that does not list tables to this user
    folded = {each.lower(): each for each in names}
    for near in difflib.get_close_matches(name.lower(), folded, 2):
        yield f"{schema}.{folded[near]}" if schema else folded[near]


def _unreadable(error: DBAPIError) -> Unreadable:
    driver_error = error.orig
    number = driver_error.args[0] if driver_error is not None and driver_error.args else None
    state = getattr(driver_error, "sqlstate", None)
    denied = state in _NO_PERMISSION or number in _NO_PERMISSION
    return Unreadable(first_line(driver_error), denied)
