"""A filter after parsing: conditions on fields, joined by and and or (rule D2)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Operator(StrEnum):
    """The comparisons; the value is the name that we write."""

    EQ = "="
    NE = "!="
    GT = ">"
    GE = ">="
    LT = "<"
    LE = "<="
    IN = "in"
    NOT_IN = "nin"
    LIKE = "like"
    NOT_LIKE = "nlike"
    STARTS = "startswith"
    ENDS = "endswith"
    LIKE_ANY = "likeany"
    NOT_LIKE_ANY = "nlikeany"
    IS_NULL = "isnull"
    RANGE = "range"
    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


OPERATORS = {operator.value: operator for operator in Operator} | {
    "==": Operator.EQ,
    "eq": Operator.EQ,
    "ne": Operator.NE,
    "<>": Operator.NE,
    "gt": Operator.GT,
    "gte": Operator.GE,
    "ge": Operator.GE,
    "lt": Operator.LT,
    "lte": Operator.LE,
    "le": Operator.LE,
}
"""Every spelling that is accepted."""


class Connector(StrEnum):
    """How two conditions are joined."""

    AND = "AND"
    OR = "OR"


class Relative(StrEnum):
    """A value that depends on when the filter is evaluated, in the task's zone."""

    TODAY = "TODAY"
    NOW = "NOW"


UNITS: Mapping[Relative, Mapping[str, int]] = MappingProxyType(
    {
        Relative.TODAY: {"day": 100_000, "week": 10_000, "month": 1_200, "year": 100},
        Relative.NOW: {
            "minute": 1_000_000, "hour": 1_000_000,
            "day": 100_000, "week": 10_000, "month": 1_200, "year": 100,
        },
    }
)  # fmt: skip
"""What a relative value is shifted by, and how many of it at most: dates have an end."""


@dataclass(frozen=True, slots=True)
class Shifted:
    """A relative value some units later, or earlier with a negative amount: ``TODAY(-7)``."""

    base: Relative
    amount: int
    unit: str
    """One of ``UNITS``."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the filter's text: code points, the end exclusive."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a field; a list of values is a tuple."""

    field: str
    operator: Operator
    value: object
    field_span: Span = dataclasses.field(default=NOWHERE, compare=False)
    value_span: Span = dataclasses.field(default=NOWHERE, compare=False)

    def conditions(self) -> Iterator[Condition]:
        """Yield itself."""
        yield self


@dataclass(frozen=True, slots=True)
class Combination:
    """Two expressions, joined."""

    connector: Connector
    left: Expression
    right: Expression

    def conditions(self) -> Iterator[Condition]:
        """Yield every condition, from left to right."""
        yield from self.left.conditions()
        yield from self.right.conditions()


Expression = Condition | Combination


def relatives(expression: Expression) -> set[Relative]:
    """Return on which of TODAY() and NOW() a filter depends."""
    return {
        value.base if isinstance(value, Shifted) else value
        for condition in expression.conditions()
        for value in (condition.value if isinstance(condition.value, tuple) else [condition.value])
        if isinstance(value, Relative | Shifted)
    }
