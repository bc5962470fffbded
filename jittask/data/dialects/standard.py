"""What a database does with values, as the SQL standard has it; each dialect says what differs.

Also for the databases that have no class here, such as Oracle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import MAXYEAR, date
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from jittask.data.dialects.columns import Clause, DateColumn
from jittask.data.dialects.ranges import (
    Interval,
    PageOrder,
    RangeSource,
    Values,
    coalesced,
    written_out,
)
from jittask.model import FieldType
from jittask.query.expression import Operator
from jittask.schedule.spans import Series

_FAR = re.compile(r".* BC|\d{5,}-.*|0000-(?!00-00).*|\d{4}-(?!00-00)(\d\d-)?00.*")
"""Dates that a server keeps and Python has no value for.

Infinity and MySQL's zero date are no dates on purpose, and mean that nothing fires (D1).
"""
LOCK_SECONDS = 2
"""How long a limited statement waits for a lock: the tables of others are not to wait (R12)."""
COMPARE: dict[Operator, Callable[[Any, Any], Clause]] = {
    Operator.EQ: lambda column, value: column == value,
    Operator.NE: lambda column, value: column != value,
    Operator.GT: lambda column, value: column > value,
    Operator.GE: lambda column, value: column >= value,
    Operator.LT: lambda column, value: column < value,
    Operator.LE: lambda column, value: column <= value,
}


class StandardDialect:
    """How a database stores, binds, compares and reads values."""

    def prepare(self, engine: sa.Engine) -> None:
        """Set up each new connection of an engine."""

    def column_type(self, declared: TypeEngine[Any], kind: FieldType | None) -> TypeEngine[Any]:
        """Return the type by which a column is read and bound.

        ``kind`` is what the model's files say of it, where they do.
        """
        return declared

    @property
    def declares_instants(self) -> bool:
        """Whether only the database says which columns keep instants."""
        return False

    def is_instant(self, column_type: TypeEngine[Any]) -> bool:
        """Whether a column of this type keeps instants, not wall times."""
        return isinstance(column_type, sa.DateTime) and column_type.timezone

    def raw(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """Return a column whose values come as the database orders them."""
        return column

    def is_key(self, key: sa.ColumnElement[Any], value: Any) -> Clause:
        """Return that a key column has a value that was read from it; one may hold NULL."""
        if value is None:
            return key.is_(None)
        equal: Clause = key == sa.literal(value, key.type)
        return equal

    def follows(self, key: sa.ColumnElement[Any], value: Any) -> Clause:
        """Return that a key column comes after a value that was read from it; NULL comes last."""
        if value is None:
            return sa.false()
        after: Clause = key > sa.literal(value, key.type)
        return sa.or_(after, key.is_(None)) if getattr(key, "nullable", False) else after

    def operand(self, column: sa.Column[Any], value: Any) -> Any:
        """Return a value that is no date as the column's type takes it.

        Raises ValueError for a text that is no UUID, or no hexadecimal digits.
        """
        if not isinstance(value, str):
            return value
        kind = _python_type(column.type)
        if kind is UUID:
            return UUID(value)
        return bytes.fromhex(value.replace("-", "")) if kind is bytes else value

    # dates

    def compare(self, dated: DateColumn, operator: Operator, value: date) -> Clause:
        """Return one of ``= != > >= < <=`` with a value that ``DateColumn.held`` gave."""
        return COMPARE[operator](dated.column, value)

    def examined(
        self, connection: sa.Connection, dated: DateColumn, low: date, high: date
    ) -> DateColumn:
        """Return a column with what a look at some of its values says of it.

        From ``low`` to ``high`` are the values that matter most.
        """
        return dated

    def intervals(self, dated: DateColumn, ranges: Sequence[Series]) -> list[Interval]:
        """Return the intervals of what is stored that hold each value in one of some ranges.

        The ranges are as ``DateColumn.series`` gives them, and do not meet; nor do the
        intervals, each of which an index serves. They may hold other values near
        the ends: the occurrences of each row decide.
        """
        return [Interval(*series) for series in ranges]

    def each(self, intervals: Sequence[Interval]) -> list[Interval]:
        """Return single intervals, where some are series of several."""
        return [single for interval in intervals for single in interval.each()]

    def written_out(
        self, table: sa.Table, column: sa.ColumnElement[Any], intervals: Sequence[Interval]
    ) -> RangeSource:
        """Return the rows with a value in one of some intervals, each standing for itself."""
        return written_out(table, column, intervals, coalesced)

    def unfolds(self, dated: DateColumn) -> bool:
        """Whether the database unfolds many intervals of a column into a table, and joins it."""
        return False

    def unfolded(self, table: sa.Table, dated: DateColumn) -> RangeSource:
        """Return the rows in one of many intervals, which the database unfolds."""
        raise NotImplementedError

    def unfolded_values(self, dated: DateColumn, intervals: Sequence[Interval]) -> Values:
        """Return the intervals for the placeholders of ``unfolded``."""
        raise NotImplementedError

    @property
    def writes_out(self) -> int:
        """The most intervals that are written into a statement, where more can be unfolded."""
        return 8

    def dates_as(self, order: PageOrder, operator: Operator, value: Any) -> Clause:
        """Return that the date of a row is after, or at, one that was read from another."""
        return COMPARE[operator](order.date, sa.literal(value, order.date.type))

    def later_key(self, keys: Sequence[sa.ColumnElement[Any]], values: Sequence[Any]) -> Clause:
        """Return that a key comes after one that was read, column by column."""
        steps = []
        for number, key in enumerate(keys):
            same = [self.is_key(keys[i], values[i]) for i in range(number)]
            steps.append(sa.and_(*same, self.follows(key, values[number])))
        return sa.or_(*steps)

    def not_before(self, dated: DateColumn, least: date) -> Clause:
        """Return a condition that is true of each value from ``least`` on, and of an empty one."""
        return sa.or_(dated.column.is_(None), dated.column >= least)

    def bounds(
        self, connection: sa.Connection, dated: DateColumn, *, checked: bool = True
    ) -> tuple[date | None, date | None]:
        """Return the least and the greatest value, of those that Python can hold.

        Raises ValueError where the column holds what cannot be compared as dates;
        ``checked``: also where that takes a statement more.
        """
        least, greatest = connection.execute(_bounds(self, dated)).one()
        return least, greatest

    def sane(self, dated: DateColumn) -> Sequence[Clause]:
        """Return conditions that leave out dates which no occurrence can come of."""
        return []

    def part(self, dated: DateColumn, part: Operator, number: int) -> Clause:
        """Return that the year, month, ISO week or day of a value is a number.

        Parts of a datetime are those of its wall time in the task's zone.
        """
        if part is Operator.YEAR:
            return self._of_year(dated, number)
        matched: Clause = self.extracted(dated, part) == number
        return matched

    def extracted(self, dated: DateColumn, part: Operator) -> sa.ColumnElement[int]:
        """Return the month, ISO week or day of a value, as an expression."""
        return sa.extract(str(part), dated.column)

    def _of_year(self, dated: DateColumn, year: int) -> Clause:
        first = dated.held(date(year, 1, 1))
        begun = self.compare(dated, Operator.GE, first)
        if year == MAXYEAR:
            return begun
        following = dated.held(date(year + 1, 1, 1))
        return sa.and_(begun, self.compare(dated, Operator.LT, following))

    def shown(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Return a date as the database shows it, for ``is_readable``."""
        return sa.cast(column, sa.String)

    def is_readable(self, shown: object, kind: FieldType) -> bool:
        """Whether Python has that date."""
        return isinstance(shown, str) and not _FAR.fullmatch(shown)

    # texts

    def contains(self, column: sa.Column[Any], text: str) -> Clause:
        """Return that a text is in the column, by the column's own comparison of letters."""
        found: Clause = sa.func.instr(column, sa.literal(text)) > 0
        return found

    def starts(self, column: sa.Column[Any], text: str) -> Clause:
        """Return that the column begins with a text."""
        beginning = sa.func.left(column, len(text))
        return sa.and_(sa.func.char_length(column) >= len(text), beginning == text)

    def ends(self, column: sa.Column[Any], text: str) -> Clause:
        """Return that the column ends with a text."""
        ending = sa.func.right(column, len(text))
        return sa.and_(sa.func.char_length(column) >= len(text), ending == text)

    # limits

    @contextmanager
    def limited(self, connection: sa.Connection, seconds: float) -> Iterator[None]:
        """Let the database end a statement of the block that takes longer, where it can."""
        yield

    def hold_pages(self, connection: sa.Connection) -> None:
        """Let a connection hold in memory what a scan reads, where it is not the server's to do."""


def follows_null(key: sa.ColumnElement[Any], value: Any) -> Clause:
    """Return that a key comes after a value, where NULL comes before every other one."""
    if value is None:
        return key.is_not(None)
    after: Clause = key > sa.literal(value, key.type)
    return after


@lru_cache(maxsize=512)
def _bounds(dialect: StandardDialect, dated: DateColumn) -> sa.Select[Any]:
    """Return the query of the least and the greatest value."""
    ends = [sa.select(end(dated.column)) for end in (sa.func.min, sa.func.max)]
    return sa.select(*(end.where(*dialect.sane(dated)).scalar_subquery() for end in ends))


def _python_type(column_type: TypeEngine[Any]) -> type | None:
    if isinstance(column_type, TypeDecorator):
        return _python_type(column_type.impl_instance)
    try:
        return column_type.python_type
    except NotImplementedError:
        return None
