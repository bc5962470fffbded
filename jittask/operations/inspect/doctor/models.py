"""Compares a model with its table: fields, types, keys, permissions (rule F9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jittask.compiler.compiled import DateFieldTask
from jittask.compiler.findings import near_or_all
from jittask.data.inspection.keys import key_trouble
from jittask.data.inspection.tables import (
    NoTable,
    TableFacts,
    Unreadable,
    column_in_sql,
    lacking_writes,
    name_in_sql,
    refusal,
    table_facts,
)
from jittask.data.table_model import TableModel
from jittask.data.tables import schema_and_name
from jittask.drivers import first_line
from jittask.model import FieldInfo, FieldType, ModelInfo
from jittask.operations.inspect.doctor.context import OpenDatabase
from jittask.operations.inspect.doctor.tasks import examine_task

if TYPE_CHECKING:
    from jittask.compiler.findings import Findings
    from jittask.diagnostics import Location

_NUMBERS = frozenset({FieldType.INTEGER, FieldType.FLOAT, FieldType.DECIMAL, FieldType.BOOLEAN})
_TEXTS = frozenset({FieldType.TEXT, FieldType.JSON})


def examine_model(database: OpenDatabase, model: ModelInfo) -> None:
    """Compare one model with its table, and each date-field task on it."""
    findings = database.draft.about(model.name)
    table = table_facts(database.connection, model)
    match table:
        case NoTable():
            _no_table(table, database, model, findings)
        case Unreadable():
            _unreadable(table, database, model, findings)
        case TableFacts():
            _Examined(database, model, table, findings).check()


def _no_table(found: NoTable, database: OpenDatabase, model: ModelInfo, findings: Findings) -> None:
    makes = "jittask run" if database.manages_tables else "jittask db sync"
    if model.is_described and database.manages_tables and not found.elsewhere:
        fact = f"{model.name}: there is no table {model.table} yet: {makes} makes it"
        database.draft.facts.append(fact)
        return
    hint = "make it, or name another table"
    if found.elsewhere:
        hint = f"did you mean {' or '.join(found.elsewhere)}?"
    if model.is_described:
        near = f"{hint} If not: " if found.elsewhere else ""
        hint = f"{near}{makes} makes {model.table}"
    message = f"there is no table {model.table} in {model.database}"
    findings.add("table-missing", database.places.model(model), message, hint)


def _unreadable(
    why: Unreadable, database: OpenDatabase, model: ModelInfo, findings: Findings
) -> None:
    hint = "ask for its rows in a client of that database: the answer says more"
    if why.denied:
        table = name_in_sql(database.connection, *schema_and_name(model))
        hint = f"as its owner: GRANT SELECT ON {table} TO {database.user_in_sql}"
    message = f"{model.table} cannot be read: {why.message}"
    findings.add("table-unreadable", database.places.model(model), message, hint)


@dataclass(frozen=True, slots=True)
class _Examined:
    database: OpenDatabase
    model: ModelInfo
    table: TableFacts
    findings: Findings

    def check(self) -> None:
        """Check what the model needs, and then its tasks, where its table can be read."""
        self._check_columns()
        self._check_key()
        refused = refusal(self.database.connection, self.table, self._columns())
        if refused is not None:
            _unreadable(refused, self.database, self.model, self.findings)
            return
        self._check_writes()
        if not self.findings.found:
            kind = "view" if self.table.is_view else "table"
            count = len(self.table.columns)
            fact = f"{self.model.name}: {kind} {self.table.shown}, {count} columns"
            self.database.draft.facts.append(fact)
        model = self._with_fields()
        for task in self.database.app.tasks.values():
            if isinstance(task, DateFieldTask) and task.model.name == self.model.name:
                examine_task(self.database, task, model, self.table)

    def _columns(self) -> list[str]:
        """Return the columns that are read."""
        declared = [field.column for field in self.model.fields]
        held = [column.name for column in self.table.columns]
        return [name for name in declared if name in held] or held

    def _with_fields(self) -> TableModel:
        """Return the model with its fields: from its files, or else from its table (F9)."""
        if self.model.is_described:
            return TableModel(self.model.name, self.model.fields)
        names = {field.column: field.name for field in self.model.fields}
        fields = tuple(
            FieldInfo(
                name=names.get(column.name, column.name),
                type=column.kind,
                column=column.name,
                primary_key=column.name in self._key(),
            )
            for column in self.table.columns
        )
        return TableModel(self.model.name, fields)

    def _key(self) -> tuple[str, ...]:
        """Return the columns of the key that names a row."""
        seen = tuple(field.column for field in self.model.key_fields)
        return self.model.key or self.table.primary_key or seen

    def _check_columns(self) -> None:
        names = [column.name for column in self.table.columns]
        for field in self.model.fields:
            place = self.database.places.field(self.model, field.name)
            column = self.table.column(field.column)
            if column is None:
                self._missing(field, names, place)
            elif not self._fit(field.type, column.kind):
                self.findings.add(
                    "column-type-differs",
                    place,
                    f"{field.name} holds {field.type}, and its column is {column.declared}",
                    "declare the field as its column is, or alter the column",
                )

    def _missing(self, field: FieldInfo, names: list[str], place: Location) -> None:
        """Report a column that a field has not; a runtime may add it by itself."""
        message = f"{self.table.shown} has no column {field.column!r}"
        addable = self.model.is_described and not self.table.is_view and not field.primary_key
        if addable and self.database.manages_tables:
            self.database.draft.facts.append(f"{self.model.name}: {message}: jittask run adds it")
            return
        near = near_or_all(field.column, names)
        add = "jittask db sync adds it" if addable else "add it to the table"
        self.findings.add("column-missing", place, message, f"{add}, or correct its name: {near}")

    def _fit(self, declared: FieldType, found: FieldType) -> bool:
        if declared is found or FieldType.OTHER in (declared, found):
            return True
        if self.database.is_sqlite and found in _TEXTS:
            return True
        return any(declared in family and found in family for family in (_NUMBERS, _TEXTS))

    def _check_key(self) -> None:
        if not self.model.is_described:
            self._check_named_key()
            return
        fields = [field for field in self.model.key_fields if self.table.column(field.column)]
        columns = [field.column for field in fields]
        if len(fields) < len(self.model.key_fields) or self.table.identifies(columns):
            return
        names = ", ".join(columns)
        if self.table.is_view:
            self._check_key_of_view(columns, self.database.places.field(self.model, fields[0].name))
            return
        quoted = ", ".join(column_in_sql(self.database.connection, name) for name in columns)
        hint = f"ALTER TABLE {self._table_in_sql()} ADD PRIMARY KEY ({quoted})"
        if self.table.primary_key:
            hint = f"mark the whole key with primaryKey=True: {', '.join(self.table.primary_key)}"
        self.findings.add(
            "key-not-unique",
            self.database.places.field(self.model, fields[0].name),
            f"two rows of {self.table.shown} may have the same {names}",
            hint,
        )

    def _check_named_key(self) -> None:
        """Check the key of a table that the model does not describe; its files may name one."""
        named = self.model.key or tuple(field.column for field in self.model.key_fields)
        lacking = [column for column in self.model.key if self.table.column(column) is None]
        if lacking:
            names = [column.name for column in self.table.columns]
            self.findings.add(
                "column-missing",
                self.database.places.model(self.model),
                f"{self.table.shown} has no column {lacking[0]!r}, which its key names",
                f"correct key: {near_or_all(lacking[0], names)}",
            )
        elif not named and not self.table.primary_key:
            self._no_key()
        elif named and self.table.is_view:
            self._check_key_of_view(named, self.database.places.model(self.model))
        elif self.model.key and not self.table.identifies(named):
            quoted = ", ".join(column_in_sql(self.database.connection, name) for name in named)
            self.findings.add(
                "key-not-unique",
                self.database.places.model(self.model),
                f"two rows of {self.table.shown} may have the same {', '.join(named)}",
                f"ALTER TABLE {self._table_in_sql()} ADD UNIQUE ({quoted})",
            )

    def _check_key_of_view(self, columns: Sequence[str], place: Location) -> None:
        """Check the rows that a view shows now: it does not say what is unique in it."""
        from sqlalchemy.exc import DBAPIError

        unseen = f"{self.model.name}: whether {', '.join(columns)} stays unique"
        reason = "which a view does not show"
        try:
            trouble = key_trouble(self.database.connection, self.table, columns)
        except DBAPIError as error:
            self.database.connection.rollback()
            trouble, reason = None, first_line(error.orig)
        if trouble is None:
            self.database.draft.not_examined.append(f"{unseen}, {reason}")
            return
        hint = "name columns that are unique, or show one in the view that is"
        self.findings.add("key-not-unique", place, trouble, hint)

    def _no_key(self) -> None:
        """Without a key, nothing names a row (D4)."""
        kind, hint = "table", f"ALTER TABLE {self._table_in_sql()} ADD PRIMARY KEY (…)"
        if self.table.is_view:
            kind, hint = "view", 'name the columns that name a row: "key" in its e.json'
        message = f"the {kind} {self.table.shown} has no primary key"
        place = self.database.places.model(self.model)
        self.findings.add("table-without-key", place, message, hint)

    def _check_writes(self) -> None:
        """Report a table of the app's own that its code cannot write to."""
        if not self.model.is_described or self.table.is_view:
            return
        lacking = lacking_writes(self.database.connection, self.table)
        if lacking:
            user, shown = self.database.user, self.table.shown
            rights, to = ", ".join(lacking), self.database.user_in_sql
            grant = f"GRANT {rights} ON {self._table_in_sql()} TO {to}"
            self.findings.add(
                "table-read-only",
                self.database.places.model(self.model),
                f"{user} may not {' or '.join(lacking)} rows of {shown}",
                f"if a task changes them: {grant}",
            )

    def _table_in_sql(self) -> str:
        return name_in_sql(self.database.connection, self.table.schema, self.table.name)
