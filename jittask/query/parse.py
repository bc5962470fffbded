"""Reads a filter's text into an expression; nothing in it is ever executed (rule D2)."""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from functools import cached_property
from typing import cast

from jittask.query.expression import (
    OPERATORS,
    UNITS,
    Combination,
    Condition,
    Connector,
    Expression,
    Operator,
    Relative,
    Shifted,
    Span,
)

_MAX_CHARACTERS = 20_000
_MAX_DEPTH = 100
_SHIFTED = {Relative.TODAY: "TODAY(-7) or TODAY(1, 'month')", Relative.NOW: "NOW(-2, 'hour')"}
_MAY_WARN = re.compile(r"\\|[0-9][A-Za-z_]")
"""What a text has that Python may warn of where it is only parsed."""
_NUMBER_LIMIT = 2**63
"""No database has larger integers."""


class QuerySyntaxError(ValueError):
    """A text that is no filter; ``start`` and ``end`` are code points in its text."""

    def __init__(self, message: str, start: int, end: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.start, self.end, self.hint = start, max(end, start + 1), hint


def parse(text: str) -> Expression:
    """Read a filter such as ``Q('status', '=', 'open')``; raises QuerySyntaxError."""
    return Reader(text).whole()


def syntax_tree(text: str) -> ast.expr:
    """Return the text as Python would read it; raises QuerySyntaxError."""
    if len(text) > _MAX_CHARACTERS:
        raise QuerySyntaxError(f"a filter has at most {_MAX_CHARACTERS} characters", 0, 1)
    try:
        if _MAY_WARN.search(text) is None:
            return ast.parse(text.strip() and text, mode="eval").body
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is no mistake of a filter
            tree = ast.parse(text.strip() and text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = (getattr(error, "offset", None) or 1) - 1
        raise QuerySyntaxError(
            f"expected a filter, got {_short(text)}",
            min(at, max(len(text) - 1, 0)),
            at + 1,
            "for example: Q('status', '=', 'open')",
        ) from error
    return tree.body


class Reader:
    """Reads one text, whole or a part of its syntax tree."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._is_one_line = text.isascii() and len(text.splitlines()) == 1

    def whole(self) -> Expression:
        """Read all of it; raises QuerySyntaxError."""
        return self.expression(syntax_tree(self._text), 0)

    def expression(self, node: ast.expr, depth: int) -> Expression:
        """Read a part at some depth; raises QuerySyntaxError."""
        if depth > _MAX_DEPTH:
            raise self._wrong(node, f"a filter is at most {_MAX_DEPTH} deep")
        match node:
            case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
                return self._join(Connector.AND, left, right, depth)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._join(Connector.OR, left, right, depth)
            case ast.Call(func=ast.Name(id="Q"), args=args, keywords=keywords):
                return self._call(node, args, keywords, depth)
            case ast.BoolOp():
                raise self._wrong(node, "expected Q(…)", "join conditions with & and |")
            case _:
                raise self._wrong(node, "expected Q(…)", "for example: Q('status', '=', 'open')")

    def _call(
        self, node: ast.Call, args: list[ast.expr], keywords: list[ast.keyword], depth: int
    ) -> Expression:
        found: list[Expression] = []
        match args:
            case []:
                pass
            case [ast.Call() | ast.BinOp() as only]:
                found.append(self.expression(only, depth + 1))
            case [left, ast.Attribute(value=ast.Name(id="Q"), attr="AND" | "OR" as how), right]:
                found.append(self._join(Connector(how), left, right, depth))
            case [name, operator, value]:
                found.append(self._condition(name, operator, value))
            case _:
                raise self._wrong(
                    node,
                    "expected Q(field, operator, value) or Q(a, Q.AND, b)",
                    "for example: Q('status', '=', 'open')",
                )
        for keyword in keywords:
            if keyword.arg is None:
                raise self._wrong(keyword.value, "expected name=value")
            constant = self._value(keyword.value)
            start = self._offset(keyword.lineno, keyword.col_offset)
            found.append(
                Condition(
                    keyword.arg,
                    Operator.EQ,
                    constant,
                    Span(start, start + len(keyword.arg)),
                    self.span(keyword.value),
                )
            )
        if not found:
            raise self._wrong(node, "expected a condition in Q()")
        whole = found[0]
        for expression in found[1:]:
            whole = Combination(Connector.AND, whole, expression)
        return whole

    def _join(self, how: Connector, left: ast.expr, right: ast.expr, depth: int) -> Combination:
        return Combination(how, self.expression(left, depth + 1), self.expression(right, depth + 1))

    def _condition(self, name: ast.expr, operator: ast.expr, value: ast.expr) -> Condition:
        if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
            raise self._wrong(name, "expected a field's name in quotes")
        if not (isinstance(operator, ast.Constant) and isinstance(operator.value, str)):
            raise self._wrong(operator, "expected an operator in quotes, such as '='")
        known = OPERATORS.get(operator.value.lower())
        if known is None:
            near = difflib.get_close_matches(operator.value.lower(), OPERATORS, 1)
            raise self._wrong(
                operator,
                f"no operator {operator.value!r}",
                f"did you mean {near[0]!r}?" if near else "one of: " + " ".join(Operator),
            )
        return Condition(name.value, known, self._value(value), self.span(name), self.span(value))

    def _value(self, node: ast.expr) -> object:
        match node:
            case ast.Constant(value=int() | float() as value) if abs(value) >= _NUMBER_LIMIT:
                raise self._wrong(node, "the number is too large")
            case ast.Constant(value=str() | int() | float() | bool() | None as value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as operand):
                return -cast("float", self._value(operand))
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return tuple(self._value(item) for item in items)
            case ast.Call(func=ast.Name(id="TODAY" | "NOW" as name), args=args, keywords=[]):
                return self._relative(node, Relative(name), args)
            case ast.Name(id="true" | "false" | "null" as name):
                return {"true": True, "false": False, "null": None}[name]
            case _:
                raise self._wrong(
                    node, "expected a value: text, a number, a list, TODAY() or NOW()"
                )

    def _relative(self, node: ast.Call, base: Relative, args: list[ast.expr]) -> Relative | Shifted:
        """Read ``TODAY()``, ``TODAY(-7)``, ``TODAY(1, 'month')`` or ``NOW(-2, 'hour')``."""
        if not args:
            return base
        amount, unit, *more = [self._value(arg) for arg in args] + ["day"] * (len(args) == 1)
        units = UNITS[base]
        names = ", ".join(map(repr, units))
        if more or not isinstance(amount, int) or isinstance(amount, bool):
            raise self._wrong(
                node, f"{base} takes a whole number and a unit", f"for example: {_SHIFTED[base]}"
            )
        if base is Relative.NOW and len(args) == 1:
            raise self._wrong(node, "NOW with a number needs its unit", f"one of {names}")
        if not isinstance(unit, str) or unit not in units:
            raise self._wrong(args[-1], f"{base} has no unit {unit!r}", f"one of {names}")
        if abs(amount) > units[unit]:
            raise self._wrong(args[0], f"expected {units[unit]:,} {unit}s at most")
        return Shifted(base, amount, unit)

    def _wrong(self, node: ast.expr, message: str, hint: str | None = None) -> QuerySyntaxError:
        span = self.span(node)
        return QuerySyntaxError(message, span.start, span.end, hint)

    @cached_property
    def _lines(self) -> list[bytes]:
        return self._text.encode().splitlines(keepends=True)

    def span(self, node: ast.expr | ast.keyword) -> Span:
        """Return the place of a part of the tree; without the parentheses around it."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        if self._is_one_line:
            return Span(node.col_offset, node.end_col_offset)
        return Span(
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _offset(self, line: int, column: int) -> int:
        """Turn a line and a UTF-8 column into code points from the start."""
        before = sum(len(text.decode()) for text in self._lines[: line - 1])
        return before + len(self._lines[line - 1][:column].decode())


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
