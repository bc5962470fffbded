"""What is asked of a table's rows, and what is read of each (rules D2, D4)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from jittask.data.databases import DataError
from jittask.data.dialects import Clause, DateColumn
from jittask.data.dialects.ranges import Values
from jittask.data.table_access import Row, TableAccess
from jittask.query.expression import Expression, Relative, relatives

_PASSED = (True,)
_PASSES = "jittask_passes"

Page = list[tuple[Row, Sequence[bool]]]
"""Rows, each with whether it passes each of several lookups."""


class Lookup(NamedTuple):
    """Which rows of a table one task asks for, beside their dates."""

    filter: Expression | None
    zone: ZoneInfo
    """That of TODAY() and NOW(), and of the filter's own datetimes."""
    ends: tuple[str, date] | None = None
    """A field and a value: only rows where that field is empty, or not before the value."""


class RowQuery:
    """Reads the key and some fields of the rows that pass any of several lookups."""

    def __init__(
        self,
        access: TableAccess,
        lookups: Sequence[Lookup],
        now: datetime,
        fields: Sequence[str],
        connection: sa.Connection | None,
    ) -> None:
        """``now`` is what the lookups mean by NOW(); over ``connection`` where one is given.

        Raises DataError for what the table lacks, whether it has rows or not.
        """
        self.access = access
        self.connection = connection
        self._lookups = lookups
        self._now = now
        keys = [key.name for key in access.model.key_fields]
        self._names = list(dict.fromkeys([*keys, *fields]))
        for name in self._names:
            access.column(name)
        self._is_open = [lookup.filter is None and lookup.ends is None for lookup in lookups]
        """Of each lookup, whether every row passes it."""
        self._meaning = self._of_lookups()
        for lookup in lookups:
            self._check(lookup)

    def _check(self, lookup: Lookup) -> None:
        """Raise DataError where the table cannot be asked for this; once for each lookup."""
        ends = None if lookup.ends is None else lookup.ends[0]
        key = id(lookup.filter), lookup.zone.key, ends
        if (lookup.filter, ends) != (None, None):
            self.access.statements.check(
                key, lookup.filter, lambda: self._passes(lookup, self.access.table)
            )

    def _of_lookups(self) -> Hashable | None:
        """Return what the query means beside its instant; None where that is a part of it."""
        found: list[Hashable] = [tuple(self._names)]
        for lookup in self._lookups:
            relative = set() if lookup.filter is None else relatives(lookup.filter)
            if Relative.NOW in relative:
                return None
            today = self._now.astimezone(lookup.zone).date() if relative else None
            found.append((id(lookup.filter), lookup.zone.key, lookup.ends, today))
        return tuple(found)

    def dated(self, field: str) -> DateColumn | None:
        """Return a field as the lookups compare it; None where its type is not one of dates."""
        return self.access.comparable(field, self._lookups[0].zone)

    def keys(self, rows: sa.FromClause) -> list[sa.ColumnElement[Any]]:
        """Return the key columns of where the rows come from, as the database orders them."""
        return [self.column(rows, key.name) for key in self.access.model.key_fields]

    def column(self, rows: sa.FromClause, name: str) -> sa.ColumnElement[Any]:
        """Return a column of where the rows come from, as the database orders it."""
        of_rows: Any = rows.c
        return self.access.dialect.raw(of_rows[name])

    def of(self, rows: sa.FromClause) -> sa.Select[Any]:
        """Return the query; of several lookups, it says which a row passes."""
        passing = [self._passes(lookup, rows) for lookup in self._lookups]
        query = sa.select(*(rows.c[name].label(name) for name in self._names))
        conditions = [passes for passes in passing if passes is not None]
        if len(conditions) == len(passing):
            query = query.where(sa.or_(*conditions))
        if len(passing) == 1:
            return query
        return query.add_columns(
            *(
                sa.case((passes, 1), else_=0).label(f"{_PASSES}{number}")
                for number, passes in enumerate(passing)
                if passes is not None
            )
        )

    def written(self, kind: Hashable, write: Callable[[], sa.Select[Any]]) -> sa.Select[Any]:
        """Return the query narrowed in some way, with placeholders for what each scan gives.

        It is written once, where the lookups mean the same in the next scan.
        """
        if self._meaning is None:
            return write()
        return self.access.statements.get((kind, self._meaning), self._lookups, write)

    def read(self, query: sa.Select[Any], values: Values | None = None) -> list[Row]:
        """Return the rows of the query, narrowed and with columns added as it may be."""
        return self.access.read(query, self.connection, values)

    def judged(self, rows: Sequence[Row]) -> Page:
        """Return rows that were read, with which lookups each passes."""
        if len(self._is_open) == 1:
            return [(row, _PASSED) for row in rows]
        return [(row, self._flags(row)) for row in rows]

    def _flags(self, row: Row) -> list[bool]:
        return [
            is_open or bool(row.pop(f"{_PASSES}{number}"))
            for number, is_open in enumerate(self._is_open)
        ]

    def _passes(self, lookup: Lookup, rows: sa.FromClause) -> Clause | None:
        """Return the condition of a lookup; None where every row passes."""
        conditions: list[Clause] = []
        if lookup.ends is not None:
            name, least = lookup.ends
            end = self.access.filter_sql(self._now, lookup.zone, rows).dated(name)
            if end is None:
                raise DataError(f"{self.access.model.name}: expected dates in {name}")
            conditions.append(self.access.dialect.not_before(end, end.span(least, least)[0]))
        if lookup.filter is not None:
            conditions.append(self.access.where(lookup.filter, self._now, lookup.zone, rows))
        return sa.and_(*conditions) if conditions else None
