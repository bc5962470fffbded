"""What a scan lets through and what is judged at firing never differ (D4): random rows, filters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jittask.data.databases import open_database
from jittask.data.rows import Rows
from jittask.model import DatabaseInfo, ModelForm, ModelInfo
from jittask.query.expression import (
    Combination,
    Condition,
    Connector,
    Expression,
    Operator,
    Relative,
)
from jittask.schedule.windows import FieldRange
from tests.data.dialects.made_tables import BERLIN, NOW, UTC_ZONE
from tests.services import url_of

NAME = f"jittask_agree_{os.getpid()}"
MODEL = ModelInfo("models.A", ModelForm.TABLE, "databases.D", NAME, opaque=True)
TABLES = {
    "sqlite": ("TEXT", "DOUBLE", "DATETIME"),
    "sqlite nocase": ("TEXT COLLATE NOCASE", "REAL", "TIMESTAMP"),
    "postgresql": ("TEXT", "DOUBLE PRECISION", "timestamp"),
    "postgresql char": ("CHAR(4)", "REAL", "timestamptz"),
    "mysql": ("VARCHAR(9) COLLATE utf8mb4_general_ci", "DOUBLE", "DATETIME(6)"),
    "mysql bin": ("VARCHAR(9) COLLATE utf8mb4_bin", "FLOAT", "TIMESTAMP(6) NULL"),
    "mysql unicode": ("VARCHAR(9) COLLATE utf8mb4_unicode_nopad_ci", "DECIMAL(6,2)", "DATETIME"),
}
words = st.sampled_from(["", "a", "A", "ab", "b%", "_", "ä", "a ", "AB c"])
numbers = st.sampled_from([0.1, 0.3, -1, 2, 2.5])
days = st.dates(date(2025, 12, 20), date(2026, 12, 31))
moments = st.datetimes(datetime(2025, 12, 30), datetime(2026, 12, 31))
FORMS = [
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%SZ",
]
rows_of = st.lists(
    st.tuples(words | st.none(), numbers | st.none(), days | st.none(), moments | st.none(), st.sampled_from(FORMS)),
    min_size=1, max_size=6,
)  # fmt: skip


def conditions() -> st.SearchStrategy[Condition]:
    plain = ["=", "!=", ">", ">=", "<", "<="]
    of, just = st.sampled_from, st.just
    kinds = [
        st.tuples(just("name"), of(["=", "!=", "like", "nlike", "startswith", "endswith"]), words),
        st.tuples(just("name"), of(["in", "nin", "likeany", "nlikeany"]), st.lists(words, max_size=3).map(tuple)),
        st.tuples(just("n"), of(plain), numbers),
        st.tuples(just("n"), of(["in", "nin"]), st.lists(numbers, max_size=3).map(tuple)),
        st.tuples(just("n"), just("range"), st.tuples(numbers | st.none(), numbers | st.none())),
        st.tuples(just("day"), of(plain), days | just(Relative.TODAY)),
        st.tuples(just("at"), of(plain), moments | days | just(Relative.NOW)),
        st.tuples(of(["day", "at"]), just("year"), of([2025, 2026])),
        st.tuples(of(["day", "at"]), just("month"), st.integers(1, 12)),
        st.tuples(of(["day", "at"]), just("week"), st.integers(1, 53)),
        st.tuples(of(["day", "at"]), just("day"), st.integers(1, 31)),
        st.tuples(of(["name", "n", "day", "at"]), just("isnull"), st.booleans()),
    ]  # fmt: skip
    return st.one_of(*kinds).map(lambda parts: Condition(parts[0], Operator(parts[1]), parts[2]))


expressions = st.recursive(
    conditions(),
    lambda inner: st.builds(Combination, st.sampled_from(Connector), inner, inner),
    max_leaves=4,
)


@pytest.fixture(scope="module", params=TABLES)
def table(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rows]:
    name, number, at = TABLES[request.param]
    folder: Path = tmp_path_factory.mktemp("data")
    url = url_of(request.param.split()[0])
    engine = open_database(DatabaseInfo("databases.D", "databases.UrlType", {"url": url}), folder)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {NAME}")
        connection.exec_driver_sql(
            f"CREATE TABLE {NAME} (id INTEGER PRIMARY KEY, name {name}, n {number}, day DATE, at {at})"
        )
    yield Rows.open(engine, MODEL, BERLIN)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {NAME}")
    engine.dispose()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expression=expressions, sample=rows_of)
def test_a_scan_and_a_judgement_agree(
    table: Rows, expression: Expression, sample: list[tuple]
) -> None:
    sqlite = "sqlite" in str(table.engine.url)
    with table.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM {NAME}")
        for key, (name, number, day, at, form) in enumerate(sample):
            text = at and at.strftime(form if sqlite else FORMS[0])
            statement = sa.text(f"INSERT INTO {NAME} VALUES (:id, :name, :n, :day, :at)")
            values = {
                "id": key,
                "name": name and name[:4],
                "n": number,
                "day": day and str(day),
                "at": text,
            }
            typed = (
                []
                if sqlite
                else [sa.bindparam("day", type_=sa.Date()), sa.bindparam("at", type_=sa.DateTime())]
            )
            if not sqlite:
                values |= {"day": day, "at": at}
            connection.execute(statement.bindparams(*typed), values)
    ranges = [FieldRange(-1, 1000)]  # type: ignore[arg-type]
    pages = table.pages("id", ranges, expression, NOW, UTC_ZONE, ["id"])
    scanned = [row["id"] for page in pages for row in page]
    judged = [table.judged(str(key), expression, NOW, UTC_ZONE) for key in range(len(sample))]
    assert scanned == [key for key, found in enumerate(judged) if found and found[1]]
