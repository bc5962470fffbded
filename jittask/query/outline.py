"""A filter as groups and rows with their places in the text, for an editor (rules C8, D2).

It is what ``parse`` reads, as people see it: ``a & b & c`` is one group of three. What is no
condition stays a part of its own, with the reason, and the rest is read all the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from jittask.query.expression import Combination, Condition, Connector, Expression, Span
from jittask.query.parentheses import Parentheses
from jittask.query.parse import QuerySyntaxError, Reader, syntax_tree

_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One condition."""

    condition: Condition
    span: Span
    """With the parentheses around it."""
    standalone: bool
    """Whether its text is a filter by itself; ``a=1`` of ``Q(a=1, b=2)`` is one in ``Q(…)``."""


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that are joined alike, two or more."""

    join: Connector
    children: tuple[Node, ...]
    span: Span
    """With the parentheses around it."""


@dataclass(frozen=True, slots=True)
class Other:
    """A part that is no filter."""

    reason: str
    hint: str | None
    span: Span
    place: Span
    """Where in it the mistake is."""


Node = Row | Group | Other


def outline(text: str) -> Node:
    """Return the outline of a filter; raises QuerySyntaxError for what has no structure at all."""
    tree = syntax_tree(text)
    if "\r" in text:
        whole = Span(0, len(text))
        return Other("its lines end in a carriage return", "edit it as text", whole, whole)
    return _Outline(text).node(tree, 0)


def rows_of(node: Node) -> Iterator[Row]:
    """Yield the conditions, in the text's order."""
    match node:
        case Row():
            yield node
        case Group(children=children):
            for child in children:
                yield from rows_of(child)
        case Other():
            return


def others(node: Node) -> Iterator[Other]:
    """Yield the parts that are no filter, in the text's order."""
    match node:
        case Other():
            yield node
        case Group(children=children):
            for child in children:
                yield from others(child)
        case Row():
            return


def expression_of(node: Node) -> Expression | None:
    """Return what a node means; None where a part of it is no filter."""
    match node:
        case Row(condition=condition):
            return condition
        case Other():
            return None
        case Group(join=join, children=children):
            whole: Expression | None = None
            for child in children:
                part = expression_of(child)
                if part is None:
                    return None
                whole = part if whole is None else Combination(join, whole, part)
            return whole


class _Outline:
    def __init__(self, text: str) -> None:
        self._reader = Reader(text)
        self._parentheses = Parentheses(text)

    def node(self, node: ast.expr, depth: int) -> Node:
        span = self._parentheses.around(self._reader.span(node))
        if depth > _MAX_DEPTH:
            return Other(f"a filter is at most {_MAX_DEPTH} deep", None, span, span)
        match node:
            case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() as how, right=right):
                join = Connector.AND if isinstance(how, ast.BitAnd) else Connector.OR
                return self._group(join, [left, right], span, depth)
            case ast.Call(func=ast.Name(id="Q"), args=args, keywords=keywords):
                return self._call(node, args, keywords, span, depth)
            case _:
                return self._leaf(node, span, depth)

    def _call(
        self,
        node: ast.Call,
        args: list[ast.expr],
        keywords: list[ast.keyword],
        span: Span,
        depth: int,
    ) -> Node:
        match args, keywords:
            case [left, ast.Attribute(value=ast.Name(id="Q"), attr="AND" | "OR" as how), right], []:
                return self._group(Connector(how), [left, right], span, depth)
            case [ast.Call() | ast.BinOp() as only], []:
                return self._wrapped(self.node(only, depth + 1), span)
            case [], [_, _, *_]:
                return self._keywords(node, span, depth)
            case _:
                return self._leaf(node, span, depth)

    def _group(self, join: Connector, parts: list[ast.expr], span: Span, depth: int) -> Group:
        children: list[Node] = []
        for part in parts:
            child = self.node(part, depth + 1)
            same = isinstance(child, Group) and child.join is join
            children += child.children if isinstance(child, Group) and same else [child]
        return Group(join, tuple(children), span)

    def _keywords(self, node: ast.Call, span: Span, depth: int) -> Node:
        """Return ``Q(a=1, b=2)`` as a group of two."""
        try:
            found = list(self._reader.expression(node, depth).conditions())
        except QuerySyntaxError as error:
            return _other(error, span)
        rows = (
            Row(condition, Span(condition.field_span.start, condition.value_span.end), False)
            for condition in found
        )
        return Group(Connector.AND, tuple(rows), span)

    def _leaf(self, node: ast.expr, span: Span, depth: int) -> Node:
        try:
            found = self._reader.expression(node, depth)
        except QuerySyntaxError as error:
            return _other(error, span)
        if isinstance(found, Condition):
            return Row(found, span, standalone=True)
        message = "conditions that are given in both ways are edited as text"
        return Other(message, "join them with &", span, span)

    def _wrapped(self, node: Node, span: Span) -> Node:
        """Return a node with the place of the ``Q(…)`` around it."""
        match node:
            case Row(condition=condition):
                return Row(condition, span, standalone=True)
            case Group(join=join, children=children):
                return Group(join, children, span)
            case Other(reason=reason, hint=hint, place=place):
                return Other(reason, hint, span, place)


def _other(error: QuerySyntaxError, span: Span) -> Other:
    return Other(str(error), error.hint, span, Span(error.start, error.end))
