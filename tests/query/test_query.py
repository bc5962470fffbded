"""The filter, read from its text (D2)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jittask.model import FieldType
from jittask.query.expression import Combination, Condition, Connector, Operator, Relative, Shifted
from jittask.query.parse import QuerySyntaxError, parse
from jittask.query.q import Q
from jittask.query.values import coerce

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
READ = [
    ("Q('a','=',1)", Condition("a", Operator.EQ, 1)),
    ("Q(a='x')", Condition("a", Operator.EQ, "x")),
    ("Q('a','in',[1,2])", Condition("a", Operator.IN, (1, 2))),
    ("Q('a','>=',TODAY())", Condition("a", Operator.GE, Relative.TODAY)),
    ("Q('a','>=',TODAY(-7))", Condition("a", Operator.GE, Shifted(Relative.TODAY, -7, "day"))),
    ("Q('a','in',[NOW(2,'hour')])", Condition("a", Operator.IN, (Shifted(Relative.NOW, 2, "hour"),))),
    ("Q(Q('a','=',1), Q.AND, Q('b','=',-2))",
     Combination(Connector.AND, Condition("a", Operator.EQ, 1), Condition("b", Operator.EQ, -2))),
    ("Q(a=1) | Q(b=2)",
     Combination(Connector.OR, Condition("a", Operator.EQ, 1), Condition("b", Operator.EQ, 2))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ)
def test_reading(text: str, expected: object) -> None:
    assert parse(text) == expected


def test_an_instant_stays_one_and_its_date_is_the_tasks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    at = coerce("2026-07-01T23:30:00Z", FieldType.DATETIME, NOW, berlin)
    assert at == datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert coerce(Relative.NOW, FieldType.DATETIME, NOW, berlin) == NOW
    assert coerce("2026-07-01T23:30:00Z", FieldType.DATE, NOW, berlin) == date(2026, 7, 2)
    assert coerce("2026-07-01 10:00", FieldType.DATETIME, NOW, berlin) == datetime(2026, 7, 1, 10)


def test_q_makes_the_same_expression() -> None:
    assert (Q("a", "=", 1) & Q(b="x")).expression == parse("Q('a','=',1) & Q(b='x')")


HOSTILE = [
    "__import__('os').system('x')", "Q('a','=',open('/etc/passwd'))", "Q(*[1])", "Q(**{'a': 1})",
    "(lambda: 1)()", "Q('a','=',f'{1}')", "Q", "", "Q()", "Q('a','=',1", "[Q(a=1) for x in y]",
    "Q('a','=',1)" + " & Q('a','=',1)" * 500, "(" * 5000, "Q('a', '=', 9 ** 9 ** 9)",
    "Q('a','=',1e999)", "Q('a','=',-0x" + "f" * 15_000 + ")", "Q('a','in',[9223372036854775808])",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert 0 <= caught.value.start < caught.value.end


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="Q('a,=)1 &|[]xTODAY", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except QuerySyntaxError:
        return


BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
"""Half an hour after midnight of the 29th in Berlin, where clocks go forward at 2."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TODAY()", date(2026, 3, 29)),
        ("TODAY(0)", date(2026, 3, 29)),
        ("TODAY(-7)", date(2026, 3, 22)),
        ("TODAY(1, 'week')", date(2026, 4, 5)),
        ("TODAY(-1, 'month')", date(2026, 2, 28)),
        ("TODAY(-13, 'month')", date(2025, 2, 28)),
        ("TODAY(-100, 'year')", date(1926, 3, 29)),
        ("NOW(2, 'hour')", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("NOW(-90, 'minute')", datetime(2026, 3, 28, 22, tzinfo=UTC)),
        ("NOW(1, 'day')", datetime(2026, 3, 29, 22, 30, tzinfo=UTC)),
        ("NOW(1, 'month')", datetime(2026, 4, 28, 22, 30, tzinfo=UTC)),
    ],
)
def test_a_relative_value_is_shifted(text: str, found: date) -> None:
    condition = parse(f"Q('a','=',{text})")
    assert isinstance(condition, Condition)
    kind = FieldType.DATETIME if isinstance(found, datetime) else FieldType.DATE
    assert coerce(condition.value, kind, NIGHT, BERLIN) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NOW(-2)", "NOW with a number needs its unit"),
        ("TODAY(-2, 'hour')", "TODAY has no unit 'hour'"),
        ("TODAY(1.5)", "a whole number and a unit"),
        ("TODAY('day')", "a whole number and a unit"),
        ("TODAY(1, 'day', 2)", "a whole number and a unit"),
        ("TODAY(1, 'days')", "TODAY has no unit 'days'"),
        ("TODAY(101, 'year')", "expected 100 years at most"),
    ],
)
def test_a_shift_that_means_nothing_is_refused_at_its_place(text: str, message: str) -> None:
    with pytest.raises(QuerySyntaxError, match=message) as refused:
        parse(f"Q('a','=',{text})")
    assert refused.value.start >= len("Q('a','=',")
