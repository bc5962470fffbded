"""A filter as SQL (rule D2). Columns are compared bare wherever an index can serve (rule D3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from jittask.data.dialects import Clause, DateColumn, StandardDialect
from jittask.data.dialects.standard import COMPARE
from jittask.data.table_model import TableModel
from jittask.model import FieldType
from jittask.query.expression import Combination, Condition, Connector, Expression, Operator
from jittask.query.values import coerce


@dataclass(frozen=True, slots=True)
class FilterSql:
    """Writes filters on one table, as they mean at one instant."""

    dialect: StandardDialect
    table: sa.FromClause
    model: TableModel
    column_zone: ZoneInfo
    """In which the table's datetimes without a zone are read (F8)."""
    now: datetime
    zone: ZoneInfo
    """Of TODAY(), and of the filter's own datetimes."""

    def where(self, expression: Expression) -> Clause:
        """Return the filter as a condition on the table.

        Raises ValueError for a value that its column cannot hold.
        """
        match expression:
            case Combination(connector=connector, left=left, right=right):
                parts = [self.where(part) for part in (left, right)]
                return sa.and_(*parts) if connector is Connector.AND else sa.or_(*parts)
            case Condition():
                return self._condition(expression)

    def dated(self, name: str) -> DateColumn | None:
        """Return a column of dates as it is compared; None for another column."""
        field = self.model.field(name)
        if field is None or field.type not in (FieldType.DATE, FieldType.DATETIME):
            return None
        column: Any = self.table.c[name]
        is_instant = self.dialect.is_instant(column.type)
        return DateColumn(column, field.type, is_instant, self.column_zone, self.zone)

    def _condition(self, condition: Condition) -> Clause:
        column: sa.ColumnElement[Any] = self.table.c[condition.field]
        value = condition.value
        match condition.operator:
            case Operator.IS_NULL:
                is_empty = value is None or bool(value)
                return column.is_(None) if is_empty else column.is_not(None)
            case Operator.YEAR | Operator.MONTH | Operator.WEEK | Operator.DAY as part:
                return self._part(condition.field, part, value)
            case Operator.RANGE:
                assert isinstance(value, tuple)
                return self._range(condition.field, *value)
            case operator if isinstance(value, tuple):
                return self._listed(operator, condition.field, value)
            case operator:
                return self._compared(operator, condition.field, value)

    def _compared(self, operator: Operator, name: str, value: object) -> Clause:
        column: Any = self.table.c[name]
        fitted = self._fit(name, value)
        match operator:
            case Operator.LIKE:
                return self.dialect.contains(column, fitted)
            case Operator.NOT_LIKE:
                return sa.not_(self.dialect.contains(column, fitted))
            case Operator.STARTS:
                return self.dialect.starts(column, fitted)
            case Operator.ENDS:
                return self.dialect.ends(column, fitted)
            case _ if operator in COMPARE:
                dated = self.dated(name)
                if dated is not None and isinstance(fitted, date):
                    return self.dialect.compare(dated, operator, dated.held(fitted))
                return COMPARE[operator](column, self.dialect.operand(column, fitted))
            case _:
                raise ValueError(f"{operator} takes a list")

    def _range(self, name: str, low: object, high: object) -> Clause:
        bounds: list[Clause] = [self.table.c[name].is_not(None)]
        if low is not None:
            bounds.append(self._compared(Operator.GE, name, low))
        if high is not None:
            bounds.append(self._compared(Operator.LE, name, high))
        return sa.and_(*bounds)

    def _listed(self, operator: Operator, name: str, values: tuple[object, ...]) -> Clause:
        column: sa.ColumnElement[Any] = self.table.c[name]
        match operator:
            case Operator.IN if self.dated(name) is None:
                return column.in_(self._operands(name, values))
            case Operator.NOT_IN if self.dated(name) is None:
                return sa.and_(column.is_not(None), column.not_in(self._operands(name, values)))
            case Operator.IN:
                equal = [self._compared(Operator.EQ, name, value) for value in values]
                return sa.or_(sa.false(), *equal)
            case Operator.NOT_IN:
                unequal = [self._compared(Operator.NE, name, value) for value in values]
                return sa.and_(column.is_not(None), *unequal)
            case Operator.LIKE_ANY:
                return sa.or_(
                    sa.false(), *(self._compared(Operator.LIKE, name, value) for value in values)
                )
            case Operator.NOT_LIKE_ANY:
                unlike = [self._compared(Operator.NOT_LIKE, name, value) for value in values]
                return sa.and_(column.is_not(None), *unlike)
            case _:
                raise ValueError(f"{operator} takes one value")

    def _part(self, name: str, part: Operator, value: object) -> Clause:
        number = coerce(value, FieldType.INTEGER, self.now, self.zone)
        assert isinstance(number, int)
        dated = self.dated(name)
        if dated is None:  # of a type that we do not know
            matched: Clause = sa.extract(str(part), self.table.c[name]) == number
            return matched
        return self.dialect.part(dated, part, number)

    def _operands(self, name: str, values: tuple[object, ...]) -> list[Any]:
        column: Any = self.table.c[name]
        return [self.dialect.operand(column, self._fit(name, value)) for value in values]

    def _fit(self, name: str, value: object) -> Any:
        field = self.model.field(name)
        return coerce(value, field.type if field else FieldType.OTHER, self.now, self.zone)
