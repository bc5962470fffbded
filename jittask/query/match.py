"""Evaluates a filter on one row, as the database would (rule D2).

An empty field makes a comparison neither true nor false, as NULL does in SQL;
a row matches only where the whole filter is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jittask.model import FieldType
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
    Operator.LIKE_ANY: lambda a, b: any(part in a for part in b),
    Operator.NOT_LIKE_ANY: lambda a, b: not any(part in a for part in b),
    Operator.YEAR: lambda a, b: a.year == b,
    Operator.MONTH: lambda a, b: a.month == b,
    Operator.WEEK: lambda a, b: a.isocalendar().week == b,
    Operator.DAY: lambda a, b: a.day == b,
}
_CALENDAR = (Operator.YEAR, Operator.MONTH, Operator.WEEK, Operator.DAY)


class Typed(Protocol):
    """A model of which it is known what its fields hold."""

    @property
    def kinds(self) -> Mapping[str, FieldType]:
        """What each field holds, by name."""
        ...


def matches(
    expression: Expression,
    row: Mapping[str, object],
    model: Typed,
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """Whether the row passes the filter at ``now``; ``zone`` is that of TODAY() and NOW()."""
    return _judge(expression, row, model.kinds, now, zone) is True


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
    condition: Condition,
    row: Mapping[str, object],
    kinds: Mapping[str, FieldType],
    now: datetime,
    zone: ZoneInfo,
) -> bool | None:
    content = row.get(condition.field)
    if condition.operator is Operator.IS_NULL:
        return (content is None) is (condition.value is None or bool(condition.value))
    if content is None:
        return None
    kind = kinds.get(condition.field, FieldType.OTHER)
    target = FieldType.INTEGER if condition.operator in _CALENDAR else kind

    def fit(item: object) -> Any:
        return coerce(item, target, now, zone)

    held: Any = content.replace(tzinfo=None) if isinstance(content, datetime) else content
    if condition.operator is Operator.RANGE:
        assert isinstance(condition.value, tuple)
        low, high = (fit(item) for item in condition.value)
        return (low is None or held >= low) and (high is None or held <= high)
    value = condition.value
    operand = tuple(fit(item) for item in value) if isinstance(value, tuple) else fit(value)
    if kind is FieldType.DATE and isinstance(held, datetime):
        held = date(held.year, held.month, held.day)
    return _COMPARE[condition.operator](held, operand)


def _both(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _either(a: bool | None, b: bool | None) -> bool | None:
    if a is True or b is True:
        return True
    return None if a is None or b is None else False
