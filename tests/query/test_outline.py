"""A filter's outline is what the filter means, with places that can be written back (C8, D2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jittask.query.expression import Condition, Expression
from jittask.query.outline import (
    Group,
    Node,
    Other,
    Row,
    expression_of,
    others,
    outline,
    rows_of,
)  # fmt: skip
from jittask.query.parse import QuerySyntaxError, parse

FIELDS = st.sampled_from(["a", "b", "größe", "c_1"])
VALUES = st.sampled_from(
    ["1", "-2", "'x'", "'😀)'", '"("', "[1, (2)]", "TODAY()", "NOW()", "True", "None", "''"]
)


@st.composite
def conditions(draw: st.DrawFn) -> str:
    name, value = draw(FIELDS), draw(VALUES)
    if draw(st.booleans()):
        return f"Q('{name}', '=', {value})"
    return f"Q({name}={value})"


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    blank = st.sampled_from(["", " ", "\n", "  # a & (b\n"])

    def wrapped(text: str, gap: str, how: str) -> str:
        return {"as it is": text, "brackets": f"({gap}{text}{gap})", "Q": f"Q({text})"}[how]

    ways = st.sampled_from(["as it is", "brackets", "Q"])
    operators = st.builds(
        lambda left, right, sign, gap: f"({left} {sign}{gap} {right})",
        parts, parts, st.sampled_from("&|"), blank,
    )  # fmt: skip
    calls = st.builds(
        lambda left, right, how: f"Q({left}, Q.{how}, {right})",
        parts, parts, st.sampled_from(["AND", "OR"]),
    )  # fmt: skip
    chains = st.lists(parts, min_size=2, max_size=4).map(" & ".join)
    alternatives = st.lists(parts, min_size=2, max_size=3).map(" | ".join).map("({})".format)
    several = st.just("Q(a=1, b='x', c_1=TODAY())")
    return st.builds(
        wrapped, st.one_of(operators, calls, chains.map("({})".format), alternatives, several),
        blank, ways,
    )  # fmt: skip


FILTERS = st.recursive(conditions(), joined, max_leaves=8)


def meaning(expression: Expression) -> object:
    """Return an expression with its groups flat: how they nest within one connector is no matter."""
    if isinstance(expression, Condition):
        return expression
    parts: list[object] = []
    for side in (expression.left, expression.right):
        flat = meaning(side)
        if isinstance(flat, tuple) and flat[0] is expression.connector:
            parts += flat[1]
        else:
            parts.append(flat)
    return expression.connector, parts


def alone(node: Node, text: str) -> str:
    """Return a node's own text as a filter by itself."""
    part = text[node.span.start : node.span.end]
    return part if not isinstance(node, Row) or node.standalone else f"Q({part})"


def nodes(node: Node) -> list[Node]:
    inside = node.children if isinstance(node, Group) else ()
    return [node, *(deeper for child in inside for deeper in nodes(child))]


@given(FILTERS)
def test_it_means_what_the_filter_means(text: str) -> None:
    tree = outline(text)
    found = expression_of(tree)
    assert found is not None
    assert meaning(found) == meaning(parse(text))
    assert [row.condition for row in rows_of(tree)] == list(parse(text).conditions())


@given(FILTERS)
def test_each_part_written_back_alone_means_the_same(text: str) -> None:
    for node in nodes(outline(text)):
        found = expression_of(node)
        assert found is not None
        assert meaning(parse(alone(node, text))) == meaning(found)


@given(FILTERS, st.data())
def test_a_part_can_be_replaced_in_its_place(text: str, data: st.DataObject) -> None:
    rows = list(rows_of(outline(text)))
    chosen = data.draw(st.integers(0, len(rows) - 1))
    row = rows[chosen]
    new = "Q('new', '>', 5)" if row.standalone else "new=5"
    edited = text[: row.span.start] + new + text[row.span.end :]
    expected = [each.condition.field for each in rows]
    expected[chosen] = "new"
    assert [each.field for each in parse(edited).conditions()] == expected


@given(FILTERS)
def test_parts_lie_inside_their_group_in_order(text: str) -> None:
    for node in nodes(outline(text)):
        if isinstance(node, Group):
            assert len(node.children) >= 2
            at = node.span.start
            for child in node.children:
                assert at <= child.span.start < child.span.end <= node.span.end
                at = child.span.end
            assert all(not isinstance(c, Group) or c.join is not node.join for c in node.children)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Q('a','=',1) & ~Q('b','=',2)", ["~Q('b','=',2)"]),
        ("Q(Q('a','~',1), Q.OR, Q('b','=',2))", ["Q('a','~',1)"]),
        ("Q('a','=',1) & (f(x))", ["(f(x))"]),
        ("Q(Q('a','=',1), b=2)", ["Q(Q('a','=',1), b=2)"]),
        ("Q('a','=',1)\r\n", ["Q('a','=',1)\r\n"]),
        ("1", ["1"]),
        ("(Q())", ["(Q())"]),
        ("Q(a=1, b=f())", ["Q(a=1, b=f())"]),
    ],
)
def test_what_is_no_condition_stays_a_part_with_a_reason(text: str, parts: list[str]) -> None:
    tree = outline(text)
    found = list(others(tree))
    assert [text[other.span.start : other.span.end] for other in found] == parts
    assert all(other.reason for other in found)
    assert expression_of(tree) is None


@pytest.mark.parametrize("text", ["", "Q(", "Q('a' '=' 1", "(", "\0", "x" * 30_000])
def test_what_has_no_structure_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        outline(text)


def test_depth_is_bounded() -> None:
    deep = "Q(" * 120 + "a=1" + ")" * 120
    assert isinstance(outline(deep), Other)
    with pytest.raises(QuerySyntaxError):
        parse(deep)
