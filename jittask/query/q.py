"""``Q`` as element code writes it; makes the same expressions as a filter's text."""

from __future__ import annotations

from jittask.query.expression import (
    OPERATORS,
    Combination,
    Condition,
    Connector,
    Expression,
    Operator,
)

_CONDITION, _JOINED = 3, 3


class Q:
    """A condition: ``Q("status", "=", "open")``, ``Q(status="open")``, or two joined.

    ``Q(a, Q.AND, b)`` is ``a & b``; ``Q(a, Q.OR, b)`` is ``a | b``.
    Raises ValueError for an unknown operator, TypeError for other
    misuse.
    """

    AND = Connector.AND
    OR = Connector.OR

    def __init__(self, *parts: object, **equals: object) -> None:
        self.expression = _read(parts, equals)

    def __and__(self, other: Q) -> Q:
        return Q(self, Q.AND, other)

    def __or__(self, other: Q) -> Q:
        return Q(self, Q.OR, other)

    def __repr__(self) -> str:
        return f"Q({self.expression!r})"


def _read(parts: tuple[object, ...], equals: dict[str, object]) -> Expression:
    found: list[Expression] = [
        Condition(name, Operator.EQ, frozen(value)) for name, value in equals.items()
    ]
    if parts:
        found.insert(0, _positional(parts))
    if not found:
        raise TypeError("Q() needs a condition, such as Q('status', '=', 'open')")
    whole = found[0]
    for expression in found[1:]:
        whole = Combination(Connector.AND, whole, expression)
    return whole


def _positional(parts: tuple[object, ...]) -> Expression:
    match parts:
        case (Q() as only,):
            return only.expression
        case (Q() as left, Connector() | "AND" | "OR" as how, Q() as right):
            return Combination(Connector(how), left.expression, right.expression)
        case (str() as name, str() as operator, value):
            known = OPERATORS.get(operator.lower())
            if known is None:
                raise ValueError(f"Q: no operator {operator!r}")
            return Condition(name, known, frozen(value))
        case _:
            raise TypeError("Q takes (field, operator, value) or (Q, Q.AND or Q.OR, Q)")


def frozen(value: object) -> object:
    """Return lists as tuples, so that an expression can be a key."""
    return tuple(value) if isinstance(value, list | set) else value
