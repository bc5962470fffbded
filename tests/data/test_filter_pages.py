"""docs/reference/filters.md: each example is run, on every database (D2)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from jittask.data.databases import open_database
from jittask.data.rows import Rows
from jittask.model import DatabaseInfo, FieldInfo, FieldType, ModelForm, ModelInfo
from jittask.query import check
from jittask.query.expression import OPERATORS, Operator
from jittask.query.parse import QuerySyntaxError, parse
from jittask.schedule.windows import FieldRange
from tests.services import URLS, url_of

TEXT = (Path(__file__).parents[2] / "docs/reference/filters.md").read_text(encoding="utf-8")
NAME = f"jittask_filters_{os.getpid()}"
NOW, ZONE = datetime(2026, 5, 5, 12, tzinfo=UTC), ZoneInfo("UTC")
WRITTEN = datetime(2026, 1, 1)
LINES = [
    [cell.replace(r"\|", "|").strip(" `") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in TEXT.splitlines()
    if line.startswith("| ")
]
FILTERS = [(line[0], line[1]) for line in LINES if re.fullmatch(r"none|[\d, ]+", line[1])]
MISTAKES = [
    (line[0], line[1]) for line in LINES if line[0][:2] == "Q(" and line[1][:1] not in "1234n"
]
FIELDS = {
    "id": FieldType.INTEGER,
    "customer": FieldType.TEXT,
    "status": FieldType.TEXT,
    "amount": FieldType.INTEGER,
    "signed": FieldType.DATE,
    "dueAt": FieldType.DATETIME,
    "written": FieldType.DATETIME,
}
MODEL = ModelInfo(
    "models.Contract",
    ModelForm.TABLE,
    "databases.D",
    NAME,
    tuple(FieldInfo(name, kind, name, primary_key=name == "id") for name, kind in FIELDS.items()),
)
COLUMNS = {
    FieldType.INTEGER: sa.Integer(),
    FieldType.TEXT: sa.String(40),
    FieldType.DATE: sa.Date(),
    FieldType.DATETIME: sa.DateTime(),
}


def sample() -> list[dict[str, object]]:
    """Return the rows that the page shows."""
    read = {"id": int, "amount": int, "signed": date.fromisoformat, "dueAt": datetime.fromisoformat}
    rows = [line for line in LINES if len(line) == 6 and line[0].isdigit()]
    return [
        {
            name: None if cell == "NULL" else read.get(name, str)(cell)
            for name, cell in zip(FIELDS, line, strict=False)
        }
        | {"written": WRITTEN}
        for line in rows
    ]


@pytest.fixture(scope="module", params=URLS)
def contracts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rows]:
    """Make the page's table."""
    info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url_of(request.param)})
    engine = open_database(info, tmp_path_factory.mktemp("filters"))
    table = sa.Table(
        NAME,
        sa.MetaData(),
        *(
            sa.Column(name, COLUMNS[kind], primary_key=name == "id")
            for name, kind in FIELDS.items()
        ),
    )
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(table), sample())
    yield Rows.open(engine, MODEL)
    table.drop(engine)
    engine.dispose()


@pytest.mark.parametrize(("text", "expected"), FILTERS)
def test_an_example_finds_the_rows_that_the_page_says(
    contracts: Rows, text: str, expected: str
) -> None:
    ranges = [FieldRange(WRITTEN, WRITTEN)]
    pages = contracts.pages("written", ranges, parse(text), NOW, ZONE, ["id"])
    found = [str(row["id"]) for page in pages for row in page]
    assert ", ".join(sorted(found)) == expected.replace("none", "")


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_has_the_message_that_the_page_says(text: str, message: str) -> None:
    try:
        problems = [problem.message for problem in check.check(parse(text), FIELDS)]
    except QuerySyntaxError as error:
        problems = [str(error)]
    assert any(message in problem for problem in problems), problems


def test_each_operator_and_each_spelling_is_on_the_page() -> None:
    shown = {condition.operator for text, _ in FILTERS for condition in parse(text).conditions()}
    assert shown == set(Operator)
    assert [spelling for spelling in OPERATORS if f"`{spelling}`" not in TEXT] == []
    assert len(FILTERS) >= 40
    assert len(MISTAKES) >= 7
