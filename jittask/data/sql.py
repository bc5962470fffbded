"""A filter as SQL (rule D2). Columns are compared bare wherever an index can serve (rule D3)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from jittask.data.table_model import TableModel
from jittask.model import FieldType
from jittask.query.expression import Combination, Condition, Connector, Expression, Operator
from jittask.query.values import coerce

Clause = sa.ColumnElement[bool]


def where(
    expression: Expression, table: sa.FromClause, model: TableModel, now: datetime, zone: ZoneInfo
) -> Clause:
    """Return the filter as a condition on the table; ``zone`` is that of TODAY() and NOW()."""
    match expression:
        case Combination(connector=connector, left=left, right=right):
            parts = [where(part, table, model, now, zone) for part in (left, right)]
            return sa.and_(*parts) if connector is Connector.AND else sa.or_(*parts)
        case Condition():
            return _condition(expression, table, model, now, zone)


def _condition(
    condition: Condition, table: sa.FromClause, model: TableModel, now: datetime, zone: ZoneInfo
) -> Clause:
    column = table.c[condition.field]
    field = model.field(condition.field)
    kind = field.type if field else FieldType.OTHER
    if condition.operator is Operator.IS_NULL:
        empty = condition.value is None or bool(condition.value)
        return column.is_(None) if empty else column.is_not(None)
    if condition.operator in (Operator.YEAR, Operator.MONTH, Operator.WEEK, Operator.DAY):
        return _calendar(
            condition.operator, column, kind, coerce(condition.value, FieldType.INTEGER, now, zone)
        )

    def fit(item: object) -> Any:
        return coerce(item, kind, now, zone)

    if condition.operator is Operator.RANGE:
        assert isinstance(condition.value, tuple)
        low, high = (fit(item) for item in condition.value)
        bounds = [column.is_not(None)]
        bounds += [column >= low] if low is not None else []
        bounds += [column <= high] if high is not None else []
        return sa.and_(*bounds)
    if isinstance(condition.value, tuple):
        return _listed(condition.operator, column, [fit(item) for item in condition.value])
    compared: Clause = _plain(condition.operator, column, fit(condition.value))
    return compared


def _plain(operator: Operator, column: Any, value: Any) -> Any:
    match operator:
        case Operator.EQ:
            return column == value
        case Operator.NE:
            return column != value
        case Operator.GT:
            return column > value
        case Operator.GE:
            return column >= value
        case Operator.LT:
            return column < value
        case Operator.LE:
            return column <= value
        case Operator.LIKE:
            return _contains(column, value)
        case Operator.NOT_LIKE:
            return sa.not_(_contains(column, value))
        case Operator.STARTS:
            return sa.func.substr(column, 1, len(value)) == value
        case Operator.ENDS:
            ending = sa.func.substr(column, sa.func.length(column) - len(value) + 1)
            return sa.and_(sa.func.length(column) >= len(value), ending == value)
        case _:
            raise ValueError(f"{operator} takes a list")


def _listed(operator: Operator, column: sa.ColumnElement[Any], values: list[Any]) -> Clause:
    match operator:
        case Operator.IN:
            return column.in_(values)
        case Operator.NOT_IN:
            return sa.and_(column.is_not(None), column.not_in(values))
        case Operator.LIKE_ANY:
            found = [_contains(column, value) for value in values]
            return sa.or_(sa.false(), *found)
        case Operator.NOT_LIKE_ANY:
            found = [sa.not_(_contains(column, value)) for value in values]
            return sa.and_(column.is_not(None), *found)
        case _:
            raise ValueError(f"{operator} takes one value")


def _contains(column: sa.ColumnElement[Any], text: str) -> Clause:
    """Whether the column contains ``text``: letter for letter, on every database."""
    found: Clause = _Position(column, sa.literal(text)) > 0
    return found


class _Position(GenericFunction[int]):
    """The place of a text in another, counted from 1; 0 where it is not in it."""

    type = sa.Integer()
    name = "instr"
    inherit_cache = True


@compiles(_Position, "postgresql")
def _position_postgresql(element: _Position, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


def _calendar(
    operator: Operator, column: sa.ColumnElement[Any], kind: FieldType, value: Any
) -> Clause:
    if operator is Operator.YEAR:
        first, following = date(value, 1, 1), date(value + 1, 1, 1)
        if kind is FieldType.DATETIME:
            first, following = (datetime.combine(day, time()) for day in (first, following))
        return sa.and_(column >= first, column < following)
    if operator is Operator.WEEK:
        return _iso_week(column, value)
    matched: Clause = sa.extract(str(operator), column) == value
    return matched


def _iso_week(column: sa.ColumnElement[Any], value: int) -> Clause:
    """Compare the ISO week; years are listed, because SQLite and MariaDB lack the function."""
    weeks = []
    for year in range(1970, 2201):
        try:
            monday = date.fromisocalendar(year, value, 1)
        except ValueError:
            continue
        weeks.append(sa.and_(column >= monday, column < monday + timedelta(days=7)))
    return sa.or_(sa.false(), *weeks)
