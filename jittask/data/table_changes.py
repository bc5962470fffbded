"""What a table lacks of what its model describes, and the statements that add it (rule F9).

Nothing here drops or changes a column.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine

from jittask.data.database_urls import flat, is_read_only, sqlite_file
from jittask.data.databases import DataError, one_line
from jittask.data.tables import NoTable, columns_of, described, schema_and_name
from jittask.model import DatabaseInfo, ModelInfo


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What is to be added for a model; its statements are those of its database."""

    model: str
    database: str
    table: str
    creates: bool
    """Whether the whole table is missing."""
    columns: tuple[str, ...]
    """The columns that are missing, of a table that exists."""
    statements: tuple[str, ...]
    """Empty for a view, which only its owner can change."""

    @property
    def words(self) -> str:
        """What is missing, for people."""
        if self.creates:
            return f"the table {self.table}"
        of = "the column" if len(self.columns) == 1 else "the columns"
        return f"{of} {', '.join(self.columns)} of {self.table}"


def manages_tables(info: DatabaseInfo, url: URL, root: Path) -> bool:
    """Whether a runtime adds what is missing: as ``manageTables`` says.

    Without it, only in an SQLite file inside the tree, or in memory.
    """
    setting = flat(info.settings).get("manageTables")
    if setting is not None:
        return setting in (1, True, "1")
    if url.get_backend_name() != "sqlite" or is_read_only(url):
        return False
    file = sqlite_file(url)
    return file is None or file.resolve().is_relative_to(root.resolve())


def missing(model: ModelInfo, engine: Engine) -> TableChanges | None:
    """Return what the table of a described model lacks; None where it lacks nothing.

    Raises DataError where that cannot be read, and for a table without the key's columns.
    """
    try:
        columns = columns_of(model, engine)
    except NoTable:
        table = described(model)
        statement = _text(sa.schema.CreateTable(table), engine)
        return _changes(model, (), (statement,), creates=True)
    fields = [field for field in model.fields if field.column not in columns]
    keys = [field.column for field in fields if field.primary_key]
    if keys:
        raise DataError(
            f"{model.name}: table {model.table} has no column for its key: {', '.join(keys)}"
        )
    if not fields:
        return None
    table = described(model)
    names = tuple(field.column for field in fields)
    if _is_view(model, engine):
        return _changes(model, names, ())
    statements = (_add_column(table, table.c[field.name], engine) for field in fields)
    return _changes(model, names, tuple(statements))


def add_missing(model: ModelInfo, engine: Engine) -> TableChanges | None:
    """Add what the table of a described model lacks; return what was added.

    Another process may do the same at the same moment: what it has added is not
    added here. Raises DataError.
    """
    changes = missing(model, engine)
    while changes is not None:
        if not changes.statements:
            raise DataError(f"{model.name}: {changes.words} can only be added to the view")
        try:
            with one_line(f"{model.name}: table {model.table}"):
                _execute(changes.statements, engine)
        except DataError:
            left = missing(model, engine)
            if left == changes:
                raise
            changes = left  # what another process has added is not missing any more
        else:
            return changes
    return None


def _execute(statements: tuple[str, ...], engine: Engine) -> None:
    for statement in statements:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)


def _changes(
    model: ModelInfo,
    columns: tuple[str, ...],
    statements: tuple[str, ...],
    *,
    creates: bool = False,
) -> TableChanges:
    return TableChanges(model.name, model.database, model.table, creates, columns, statements)


def _add_column(table: sa.Table, column: sa.Column[object], engine: Engine) -> str:
    """Return the statement; rows that exist have no value, so that the column may be empty."""
    column.nullable = True
    name = engine.dialect.identifier_preparer.format_table(table)
    return f"ALTER TABLE {name} ADD COLUMN {_text(sa.schema.CreateColumn(column), engine)}"


def _is_view(model: ModelInfo, engine: Engine) -> bool:
    schema, name = schema_and_name(model)
    with one_line(f"{model.name}: table {model.table}"):
        return name in sa.inspect(engine).get_view_names(schema=schema)


def _text(
    statement: sa.schema.ExecutableDDLElement | sa.schema.CreateColumn, engine: Engine
) -> str:
    return " ".join(str(statement.compile(dialect=engine.dialect)).split())
