"""The filter: read from text, and judged alike by the database and on a row (D2)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from jittask.data.databases import open_database
from jittask.data.rows import Rows
from jittask.data.table_changes import add_missing
from jittask.model import DatabaseInfo, FieldInfo, FieldType, ModelForm, ModelInfo
from jittask.query.expression import Combination, Condition, Connector, Operator, Relative
from jittask.query.parse import QuerySyntaxError, parse
from jittask.query.q import Q
from jittask.query.values import coerce
from jittask.schedule.windows import FieldRange

READ = [
    ("Q('a','=',1)", Condition("a", Operator.EQ, 1)),
    ("Q(a='x')", Condition("a", Operator.EQ, "x")),
    ("Q('a','in',[1,2])", Condition("a", Operator.IN, (1, 2))),
    ("Q('a','>=',TODAY())", Condition("a", Operator.GE, Relative.TODAY)),
    ("Q(Q('a','=',1), Q.AND, Q('b','=',-2))",
     Combination(Connector.AND, Condition("a", Operator.EQ, 1), Condition("b", Operator.EQ, -2))),
    ("Q(a=1) | Q(b=2)",
     Combination(Connector.OR, Condition("a", Operator.EQ, 1), Condition("b", Operator.EQ, 2))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ)
def test_reading(text: str, expected: object) -> None:
    assert parse(text) == expected


def test_an_instant_is_read_as_the_tasks_wall_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    at = coerce("2026-07-01T23:30:00Z", FieldType.DATETIME, NOW, berlin)
    assert at == datetime(2026, 7, 2, 1, 30)
    assert coerce("2026-07-01T23:30:00Z", FieldType.DATE, NOW, berlin) == date(2026, 7, 2)


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


MODEL = ModelInfo(
    "models.T",
    ModelForm.NORMAL,
    "databases.D",
    "t",
    (
        FieldInfo("id", FieldType.INTEGER, "id", primary_key=True, autoincrement=True),
        FieldInfo("name", FieldType.TEXT, "name"),
        FieldInfo("n", FieldType.INTEGER, "n"),
        FieldInfo("day", FieldType.DATE, "day"),
        FieldInfo("at", FieldType.DATETIME, "at"),
    ),
)
NOW, UTC_ZONE = datetime(2026, 5, 5, 12, tzinfo=UTC), ZoneInfo("UTC")
words = st.sampled_from(["", "a", "A", "ab", "b%", "_", "ä", "abc"])
numbers = st.integers(-3, 3)
days = st.dates(date(2025, 12, 20), date(2026, 12, 31))
moments = st.datetimes(datetime(2025, 12, 30), datetime(2026, 12, 31)).map(
    lambda at: at.replace(microsecond=0)
)
rows = st.fixed_dictionaries(
    {
        "name": words | st.none(),
        "n": numbers | st.none(),
        "day": days | st.none(),
        "at": moments | st.none(),
    }
)


def conditions() -> st.SearchStrategy[Condition]:
    plain = ["=", "!=", ">", ">=", "<", "<="]
    textual = ["like", "nlike", "startswith", "endswith"]
    of = st.sampled_from
    kinds = [
        st.tuples(st.just("name"), of(["=", "!=", *textual]), words),
        st.tuples(
            st.just("name"),
            of(["in", "nin", "likeany", "nlikeany"]),
            st.lists(words, max_size=3).map(tuple),
        ),
        st.tuples(st.just("n"), of(plain), numbers),
        st.tuples(st.just("n"), of(["in", "nin"]), st.lists(numbers, max_size=3).map(tuple)),
        st.tuples(
            st.just("n"), st.just("range"), st.tuples(numbers | st.none(), numbers | st.none())
        ),
        st.tuples(st.just("day"), of(plain), days | st.just(Relative.TODAY)),
        st.tuples(st.just("at"), of(plain), moments | days | st.just(Relative.NOW)),
        st.tuples(of(["day", "at"]), st.just("year"), of([2025, 2026, 2027])),
        st.tuples(of(["day", "at"]), st.just("month"), st.integers(1, 12)),
        st.tuples(of(["day", "at"]), st.just("week"), st.integers(1, 53)),
        st.tuples(of(["day", "at"]), st.just("day"), st.integers(1, 31)),
        st.tuples(of(["name", "n", "day", "at"]), st.just("isnull"), st.booleans()),
    ]
    return st.one_of(*kinds).map(lambda parts: Condition(parts[0], Operator(parts[1]), parts[2]))


expressions = st.recursive(
    conditions(),
    lambda inner: st.builds(Combination, st.sampled_from(Connector), inner, inner),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    root: Path = tmp_path_factory.mktemp("data")
    engine = open_database(
        DatabaseInfo("databases.D", "databases.SqliteType", {"database": "t.db"}), root
    )
    add_missing(MODEL, engine)
    return Rows.open(engine, MODEL)


@settings(max_examples=150, deadline=None)
@given(expression=expressions, sample=st.lists(rows, min_size=1, max_size=8))
def test_the_database_and_the_row_agree(
    table: Rows, expression: object, sample: list[dict]
) -> None:
    with table.engine.begin() as connection:
        connection.execute(sa.delete(table.table))
        connection.execute(sa.insert(table.table), sample)
    pages = table.pages("id", [FieldRange(0, 1000)], expression, NOW, UTC_ZONE, ["id"])  # type: ignore[arg-type]
    by_sql = {row["id"] for page in pages for row in page}
    with table.engine.connect() as connection:
        everything = [dict(row) for row in connection.execute(sa.select(table.table)).mappings()]
    by_row = {row["id"] for row in everything if table.matches(expression, row, NOW, UTC_ZONE)}  # type: ignore[arg-type]
    assert by_sql == by_row
