"""Judges a filter on one row, as the database would (rule D2).

An empty field makes a comparison neither true nor false, as NULL does in SQL;
a row matches only where the whole is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jittask.model import FieldType, ModelInfo
from jittask.query.expression import Combination, Condition, Connector, Expression, Operator
from jittask.query.values import coerce

_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: lambda a, b: a == b,
    Operator.NE: lambda a, b: a != b,
    Operator.GT: lambda a, b: a > b,
    Operator.GE: lambda a, b: a >= b,
    Operator.LT: lambda a, b: a < b,
    Operator.LE: lambda a, b: a <= b,
    Operator.LIKE: lambda a, b: b in a,
    Operator.NOT_LIKE: lambda a, b: b not in a,
    Operator.STARTS: lambda a, b: a.startswith(b),
    Operator.ENDS: lambda a, b: a.endswith(b),
    Operator.IN: lambda a, b: a in b,
    Operator.NOT_IN: lambda a, b: a not in b,
    Operator.LIKE_ANY: lambda a, b: any(one in a for one in b),
    Operator.NOT_LIKE_ANY: lambda a, b: not any(one in a for one in b),
    Operator.YEAR: lambda a, b: a.year == b,
    Operator.MONTH: lambda a, b: a.month == b,
    Operator.WEEK: lambda a, b: a.isocalendar().week == b,
    Operator.DAY: lambda a, b: a.day == b,
}
_CALENDAR = (Operator.YEAR, Operator.MONTH, Operator.WEEK, Operator.DAY)


def matches(
    expression: Expression,
    row: Mapping[str, object],
    model: ModelInfo,
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """Whether the row passes the filter at ``now``; ``zone`` is that of TODAY() and NOW()."""
    kinds = {one.name: one.type for one in model.fields}
    return _judge(expression, row, kinds, now, zone) is True


def _judge(
    expression: Expression,
    row: Mapping[str, object],
    kinds: Mapping[str, FieldType],
    now: datetime,
    zone: ZoneInfo,
) -> bool | None:
    match expression:
        case Condition():
            return _condition(expression, row, kinds, now, zone)
        case Combination(connector=connector, left=left, right=right):
            a, b = (_judge(part, row, kinds, now, zone) for part in (left, right))
            return _both(a, b) if connector is Connector.AND else _either(a, b)


def _condition(
    one: Condition,
    row: Mapping[str, object],
    kinds: Mapping[str, FieldType],
    now: datetime,
    zone: ZoneInfo,
) -> bool | None:
    value = row.get(one.field)
    if one.operator is Operator.IS_NULL:
        return (value is None) is (one.value is None or bool(one.value))
    if value is None:
        return None
    kind = kinds.get(one.field, FieldType.OTHER)
    target = FieldType.INTEGER if one.operator in _CALENDAR else kind

    def fit(item: object) -> Any:
        return coerce(item, target, now, zone)

    held: Any = value.replace(tzinfo=None) if isinstance(value, datetime) else value
    if one.operator is Operator.RANGE:
        assert isinstance(one.value, tuple)
        low, high = (fit(item) for item in one.value)
        return (low is None or held >= low) and (high is None or held <= high)
    wanted = tuple(fit(v) for v in one.value) if isinstance(one.value, tuple) else fit(one.value)
    if kind is FieldType.DATE and isinstance(held, datetime):
        held = date(held.year, held.month, held.day)
    return _COMPARE[one.operator](held, wanted)


def _both(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _either(a: bool | None, b: bool | None) -> bool | None:
    if a is True or b is True:
        return True
    return None if a is None or b is None else False
