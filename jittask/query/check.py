"""Checks a filter against its model's fields (rule D2)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime

from jittask.model import FieldType
from jittask.query.expression import Condition, Expression, Operator, Span
from jittask.query.values import Misfit, coerce
from jittask.zonedata import zone

_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_UTC = zone("UTC")
_LISTS = (Operator.IN, Operator.NOT_IN, Operator.LIKE_ANY, Operator.NOT_LIKE_ANY, Operator.RANGE)
_TEXTUAL = (
    Operator.LIKE,
    Operator.NOT_LIKE,
    Operator.STARTS,
    Operator.ENDS,
    Operator.LIKE_ANY,
    Operator.NOT_LIKE_ANY,
)
_BOUNDS = {
    Operator.YEAR: (MINYEAR, MAXYEAR),
    Operator.MONTH: (1, 12),
    Operator.WEEK: (1, 53),
    Operator.DAY: (1, 31),
}
"""What a part of a date can be; another number matches no row."""
_DATES = (FieldType.DATE, FieldType.DATETIME, FieldType.OTHER)
_PAIR = 2


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """A mistake in a filter, at its place in the text."""

    code: str
    message: str
    hint: str | None
    span: Span


def check(expression: Expression, fields: Mapping[str, FieldType]) -> list[QueryProblem]:
    """Return what does not fit between a filter and its model, in the text's order."""
    return [
        problem
        for condition in expression.conditions()
        for problem in _condition(condition, fields)
    ]


def _condition(condition: Condition, fields: Mapping[str, FieldType]) -> Iterator[QueryProblem]:
    kind = fields.get(condition.field)
    if kind is None:
        near = difflib.get_close_matches(condition.field, fields, 1)
        hint = f"did you mean {near[0]!r}?" if near else "it has: " + ", ".join(fields)
        yield QueryProblem(
            "filter-unknown-field",
            f"the model has no field {condition.field!r}",
            hint,
            condition.field_span,
        )
        return
    wrong = _misfit(condition, kind)
    if wrong is not None:
        yield QueryProblem(
            "filter-bad-value", f"{condition.field}: {wrong}", None, condition.value_span
        )


def _misfit(condition: Condition, kind: FieldType) -> str | None:
    operator, value = condition.operator, condition.value
    if operator is Operator.IS_NULL:
        return None if value in (True, False, 0, 1, None) else "isnull takes true or false"
    if operator in _LISTS and not isinstance(value, tuple):
        return f"{operator} takes a list, got {value!r}"
    if operator not in _LISTS and isinstance(value, tuple):
        return f"{operator} takes one value, got a list"
    if operator is Operator.RANGE and isinstance(value, tuple) and len(value) != _PAIR:
        return "range takes a list of two: from and to"
    if operator in _TEXTUAL and kind not in (FieldType.TEXT, FieldType.OTHER):
        return f"{operator} is for text, and this is {kind.as_field}"
    if operator in _BOUNDS and kind not in _DATES:
        return f"{operator} is for dates, and this is {kind.as_field}"
    if value is None:
        return f"{operator} takes a value; for empty fields use isnull"
    target = FieldType.INTEGER if operator in _BOUNDS else kind
    for item in value if isinstance(value, tuple) else (value,):
        if item is None and operator is Operator.RANGE:
            continue
        try:
            held = coerce(item, target, _ANY_DAY, _UTC)
        except Misfit as misfit:
            return str(misfit)
        if operator in _BOUNDS and (wrong := _out_of_bounds(operator, held)):
            return wrong
    return None


def _out_of_bounds(operator: Operator, number: object) -> str | None:
    low, high = _BOUNDS[operator]
    if isinstance(number, int) and low <= number <= high:
        return None
    return f"{operator} is a whole number from {low} to {high}, got {number}"
