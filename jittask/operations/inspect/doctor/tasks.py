"""Checks what a date-field task needs of its table: dates, an index, a zone (rules D1, D3, D4)."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from jittask.compiler.findings import near_or_all
from jittask.data.inspection.dates import date_forms
from jittask.data.inspection.tables import ColumnFacts, TableFacts, index_statement
from jittask.drivers import first_line
from jittask.model import FieldInfo, FieldType
from jittask.operations.inspect.doctor.context import OpenDatabase
from jittask.query.check import check
from jittask.zonedata import find_zone
from jittask.zonedata import zone as zone_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from jittask.compiler.compiled import DateFieldTask
    from jittask.compiler.findings import Findings
    from jittask.data.table_model import TableModel

_DATES = (FieldType.DATE, FieldType.DATETIME, FieldType.OTHER)
_NOW = ("now(", "current_timestamp", "localtimestamp")
_SEASONS = (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))


def examine_task(
    database: OpenDatabase, task: DateFieldTask, model: TableModel, table: TableFacts
) -> None:
    """Check one task against the table of its model."""
    findings = database.draft.about(task.name)
    examined = _Examined(database, task, model, table, findings)
    keys = (("startField", task.timer.start_field), ("endField", task.timer.end_field))
    for key, name in keys:
        if name is not None:
            examined.check_field(key, name)
    examined.check_filter()
    if not findings.found and not examined.doubts:
        database.draft.facts.append(f"{task.name}: {task.timer.start_field} has dates and an index")


@dataclass(frozen=True, slots=True)
class _Examined:
    database: OpenDatabase
    task: DateFieldTask
    model: TableModel
    table: TableFacts
    findings: Findings
    doubts: list[str] = attribute(default_factory=list)
    """What is not as it should be, or not known, although it is not reported for this task."""

    def check_field(self, key: str, name: str) -> None:
        """Check ``startField`` or ``endField``."""
        field = self.model.field(name)
        if field is None:
            hint = near_or_all(name, [each.name for each in self.model.fields])
            self._add("unknown-field", key, f"{self.model.name} has no field {name!r}", hint)
            return
        column = self.table.column(field.column)
        if column is None:
            self.doubts.append(name)  # reported for the model
            return
        if not self._holds_dates(field, column):
            words = f"expected dates in the column {column.name}, and it is {column.declared}"
            self._add("field-not-a-date", key, f"{key}: {words}", self._dates_hint(field))
            return
        if key == "startField":
            self._check_index(column)
        self._check_zone(key, column)
        self._check_forms(key, field, column)

    def check_filter(self) -> None:
        """Check the filter against the table, where the files did not say its fields."""
        if self.task.filter is None or not self.task.model.opaque:
            return
        for problem in check(self.task.filter, self.model.kinds):
            span = problem.span
            place = self.database.places.filter_part(self.task.name, span.start, span.end)
            self.findings.add(problem.code, place, problem.message, problem.hint)

    def _dates_hint(self, field: FieldInfo) -> str:
        if field.type is FieldType.OTHER:
            return "a model.py (models.NormalType) can declare what it holds: Date or Datetime"
        dates = [each.name for each in self.model.fields if each.type in _DATES]
        return f"it has: {', '.join(dates)}" if dates else f"{self.model.name} has no dates"

    def _holds_dates(self, field: FieldInfo, column: ColumnFacts) -> bool:
        if field.type not in _DATES:
            return False
        if self.database.is_sqlite and field.type is column.kind is FieldType.OTHER:
            return False  # nothing says that its texts or numbers are dates
        return column.kind in _DATES or self.database.is_sqlite

    def _check_index(self, column: ColumnFacts) -> None:
        if self.table.is_indexed(column.name):
            return
        message = (
            f"no index begins with {column.name}, so each scan reads all of {self.table.shown}"
        )
        hint = index_statement(self.database.connection, self.table, column.name)
        if self.table.is_view:
            hint = f"add one to the table below the view, on the column that {column.name} shows"
        self._add("index-missing", "startField", message, hint)

    def _check_zone(self, key: str, column: ColumnFacts) -> None:
        """Say in which zone wall times are read; report those that the server makes by its own."""
        server, zone = self.database.server.zone, self._column_zone()
        if server is None or column.kind is not FieldType.DATETIME:
            return
        if column.has_zone or column.follows_session:  # it keeps instants
            return
        facts, place = self.database.draft.facts, f"{self.table.shown}.{column.name}"
        read_as = f"{place} has no zone: its times are read as {zone.key}"
        if self._named_zone() is None:
            read_as += ', as nothing else is said ("timezone" in the database)'
        if read_as not in facts:
            facts.append(read_as)
        if not any(word in column.default.lower() for word in _NOW) or _agree(server, zone):
            return
        self._add(
            "session-zone-differs",
            key,
            f"{column.name} defaults to the time in the session's zone {server}, "
            f"and is read as {zone.key}",
            f"set the time zone of the server, or of its user, to {zone.key}",
        )

    def _column_zone(self) -> ZoneInfo:
        """Return the zone in which datetimes without one are read (D1)."""
        name = self._named_zone()
        return self.task.timer.zone if name is None else zone_of(name)

    def _named_zone(self) -> str | None:
        info = self.database.app.databases.get(self.task.model.database)
        return None if info is None else info.timezone

    def _check_forms(self, key: str, field: FieldInfo, column: ColumnFacts) -> None:
        from sqlalchemy.exc import DBAPIError

        database = self.database
        try:
            forms = date_forms(database.connection, self.table, column, field.type)
        except DBAPIError as error:
            database.connection.rollback()
            words = first_line(error.orig)
            unseen = f"{self.task.name}: the values of {column.name}: {words}"
            database.draft.not_examined.append(unseen)
            self.doubts.append(unseen)
            return
        if forms.unreadable:
            self._add(
                "dates-unreadable",
                key,
                f"{column.name} holds what is no {field.type}: {', '.join(forms.unreadable)}",
                f"correct these rows of {self.table.shown}, or empty the column in them",
            )
        if database.is_sqlite and len(forms.examples) > 1:
            examples = ", ".join(map(repr, forms.examples.values()))
            self._add(
                "dates-mixed",
                key,
                f"{column.name} holds {field.type} values in several forms: {examples}",
                "SQLite compares them as texts: write all of them in one form",
            )

    def _add(self, code: str, key: str, message: str, hint: str) -> None:
        """Add a finding, unless another task on the same table has it."""
        reported = (code, self.table.shown, message)
        if reported in self.database.draft.reported:
            self.doubts.append(message)
            return
        self.database.draft.reported.add(reported)
        place = self.database.places.element(self.task.name, "timerCfg", key)
        self.findings.add(code, place, message, hint)


def _agree(server: str, zone: tzinfo) -> bool:
    """Whether a zone in the words of a server has the offsets of a zone; True where unknown."""
    named = _zone_of(server)
    if named is None:
        return True
    return all(
        season.astimezone(named).utcoffset() == season.astimezone(zone).utcoffset()
        for season in _SEASONS
    )


def _zone_of(server: str) -> tzinfo | None:
    if server[:1] in ("+", "-"):
        hours, _, minutes = server[1:].partition(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if server[0] == "-" else offset)
    return find_zone(server)
