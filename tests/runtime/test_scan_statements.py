"""What each database does for the statements of a scan: no full scan, no sort of the table (D3)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from jittask.compiler.compiled import DateFieldTask
from jittask.data.databases import open_database
from jittask.data.row_query import RowQuery
from jittask.data.rows import Rows
from jittask.model import (
    CallStyle,
    DatabaseInfo,
    FunctionRef,
    ModelForm,
    ModelInfo,
    Policy,
)
from jittask.query.parse import parse
from jittask.runtime.due_rows import Window, due_rows
from jittask.runtime.shared_scan import Asked, DateColumns, shared_due_rows
from jittask.schedule.row_timer import RowTimer
from tests.services import URLS, url_of

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TABLE = f"jittask_scan_{os.getpid()}"
ROWS = 10_000
MODEL = ModelInfo("models.Thing", ModelForm.TABLE, "databases.D", TABLE, opaque=True)
TICKS = timedelta(seconds=6400)
"""Between the dates of two rows: the table reaches over two years."""


@pytest.fixture(scope="module", params=URLS)
def rows(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rows]:
    """A table that is large enough for its database to prefer the index, with statistics."""
    info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url_of(request.param)})
    engine = open_database(info, tmp_path_factory.mktemp("scan"))
    table = sa.Table(
        TABLE,
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(20)),
        sa.Column("at", sa.DateTime),
        sa.Column("day", sa.Date),
        sa.Column("ends", sa.DateTime),
        sa.Index(f"{TABLE}_at", "at"),
        sa.Index(f"{TABLE}_day", "day"),
    )
    table.create(engine)
    first = NOW.replace(tzinfo=None) + timedelta(days=2) - ROWS * TICKS
    values = [
        {
            "id": number, "name": "abc"[number % 3], "at": first + number * TICKS,
            "day": (first + number * TICKS).date(), "ends": None,
        }
        for number in range(ROWS)
    ]  # fmt: skip
    with engine.begin() as connection:
        for at in range(0, ROWS, 2000):
            connection.execute(sa.insert(table), values[at : at + 2000])
        analyze = "ANALYZE TABLE" if engine.dialect.name == "mysql" else "ANALYZE"
        connection.exec_driver_sql(f"{analyze} {TABLE}")
    yield Rows.open(engine, MODEL)
    table.drop(engine)
    engine.dispose()


@dataclass
class Statement:
    """What was sent to the database."""

    text: str
    parameters: Any

    def plan(self, connection: sa.Connection) -> list[dict[str, Any]]:
        """Return how the database executes it."""
        explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN (FORMAT JSON)"}
        word = explain.get(connection.dialect.name, "EXPLAIN")
        found = connection.exec_driver_sql(f"{word} {self.text}", self.parameters)
        return [dict(row) for row in found.mappings()]


def task(timing: dict[str, object], expression: str = "") -> DateFieldTask:
    timer = RowTimer.from_config({"startField": "at", **timing}, "UTC")
    function = FunctionRef("tasks.A", "tasks/A/inner.py", "customFunc", CallStyle.CUSTOM_FUNC)
    return DateFieldTask(
        "tasks.A", "A", True, function, Policy(), timer, MODEL,
        parse(expression) if expression else None, "", "", (),
    )  # fmt: skip


def repeat(kind: str, period: int = 1, **more: object) -> dict[str, object]:
    return {"repeat": {"repeatType": kind, "period": period}, **more}


TASKS = {
    "once": [task({})],
    "several filters": [task({}), task({}, "Q('name','=','a')"), task(repeat("day", endField="ends"))],
    "filters alone": [task({}, "Q('name','=','a')"), task({}, "Q('name','=','b')")],
    "yearly": [task(repeat("year"))],
    "daily": [task(repeat("day"))],
    "each twelve hours": [task(repeat("hour", period=12, endTime="2027-01-01 00:00:00"))],
    "a date, daily": [task({"startField": "day", "startOffset": {"offsetType": 0, "offset": 0,
                            "offsetUnit": "day", "time": "09:00"}, **repeat("month")})],
}  # fmt: skip


def statements_of(rows: Rows, tasks: Sequence[DateFieldTask], *, swept: bool) -> list[Statement]:
    """Return what a scan, or a sweep, asks the table."""
    sent: list[Statement] = []

    def record(_: Any, __: Any, text: str, parameters: Any, *___: Any) -> None:
        if TABLE in text:
            sent.append(Statement(text, parameters))

    sa.event.listen(rows.engine, "before_cursor_execute", record)
    try:
        if swept:
            window = Window(NOW - timedelta(hours=2), NOW + timedelta(hours=1))
            for each in tasks:
                list(due_rows(each, rows, window, NOW))
        else:
            window = Window(NOW - timedelta(seconds=20), NOW + timedelta(seconds=20))
            asked = [Asked(each, window) for each in tasks]
            with rows.connected() as connection:
                found = shared_due_rows(
                    asked, rows, DateColumns(), connection, NOW, lambda *_: None
                )
                list(found)
    finally:
        sa.event.remove(rows.engine, "before_cursor_execute", record)
    return sent


FIRST_ROWS = re.compile(rf"FROM {TABLE} ORDER BY {TABLE}\.id(?: DESC)?\s+LIMIT")
"""A query of a few rows in the order of the key, which SQLite calls a scan of the table."""


def reads_all_of_it(name: str, plan: list[dict[str, Any]], text: str = "") -> bool:
    """Whether a plan reads the whole table, or an index of it from end to end."""
    match name:
        case "sqlite":
            details = [step["detail"] for step in plan]
            scans = sum(detail.startswith(f"SCAN {TABLE}") for detail in details)
            return scans > (0 if _sorts(plan) else len(FIRST_ROWS.findall(text)))
        case "postgresql":
            [found] = plan[0].values()
            nodes = list(_nodes(json.loads(found) if isinstance(found, str) else found))
            return any(
                node.get("Relation Name") == TABLE
                and "Index Cond" not in node
                and "Recheck Cond" not in node
                for node in nodes
            )
        case _:
            of_table = [step for step in plan if step["table"] == TABLE]
            return any(
                step["type"] in ("ALL", "index") and "Range checked" not in (step["Extra"] or "")
                for step in of_table
            )


def _sorts(plan: list[dict[str, Any]]) -> bool:
    return any("TEMP B-TREE" in step["detail"] for step in plan)


def _nodes(plan: Any) -> Iterator[dict[str, Any]]:
    if isinstance(plan, list):
        for each in plan:
            yield from _nodes(each)
    elif isinstance(plan, dict):
        if "Node Type" in plan:
            yield plan
        for each in plan.values():
            yield from _nodes(each)


@pytest.mark.parametrize("swept", [False, True], ids=["scan", "sweep"])
@pytest.mark.parametrize("name", TASKS)
def test_each_statement_reads_by_an_index(rows: Rows, name: str, swept: bool) -> None:
    """So what is sorted is what was found, never the table."""
    sent = statements_of(rows, TASKS[name], swept=swept)
    assert sent
    with rows.connected() as connection:
        for statement in sent:
            plan = statement.plan(connection)
            name = connection.dialect.name
            assert not reads_all_of_it(name, plan, statement.text), (statement.text, plan)


def test_a_full_scan_is_recognized(rows: Rows) -> None:
    with rows.connected() as connection:
        plan = Statement(f"SELECT * FROM {TABLE} WHERE name = 'a'", ()).plan(connection)
        assert reads_all_of_it(connection.dialect.name, plan)


@pytest.mark.parametrize("name", TASKS)
def test_a_scan_writes_its_statements_once(
    rows: Rows, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next scan gives other values to the same statements, and finds what is due then."""
    tasks, columns, written = TASKS[name], DateColumns(), []
    write = RowQuery.of

    def count(query: RowQuery, source: sa.FromClause) -> sa.Select[Any]:
        written.append(source)
        return write(query, source)

    monkeypatch.setattr(RowQuery, "of", count)

    def found(until: datetime) -> list[str]:
        asked = [Asked(each, Window(until - timedelta(hours=4), until)) for each in tasks]
        with rows.connected() as connection:
            pages = shared_due_rows(asked, rows, columns, connection, NOW, lambda *_: None)
            return sorted(row.key for _, page in pages for row in page)

    assert found(NOW)
    written.clear()
    assert found(NOW + timedelta(minutes=9))
    assert not written
    fresh = Rows(rows.engine, rows.model, rows.table)
    assert found(NOW - timedelta(days=1)) == _due(fresh, tasks, NOW - timedelta(days=1))


def _due(rows: Rows, tasks: Sequence[DateFieldTask], until: datetime) -> list[str]:
    window = Window(until - timedelta(hours=4), until)
    found = (page for each in tasks for page in due_rows(each, rows, window, NOW))
    return sorted(due.key for page in found for due in page)


def test_a_filter_by_now_means_the_instant_of_each_scan(rows: Rows) -> None:
    sooner = task({}, "Q('at','>',NOW())")
    window = Window(NOW - timedelta(hours=9), NOW + timedelta(hours=9))

    def found(now: datetime) -> int:
        with rows.connected() as connection:
            pages = shared_due_rows(
                [Asked(sooner, window)], rows, DateColumns(), connection, now, lambda *_: None
            )
            return sum(len(page) for _, page in pages)

    assert found(NOW - timedelta(hours=9)) > found(NOW) > found(NOW + timedelta(hours=9)) == 0


def test_several_tasks_of_a_table_cost_as_many_statements_as_one(rows: Rows) -> None:
    """Without a repeat, the ends of the column are asked for once, and not at each scan."""
    tasks = [replace(task({}, f"Q('name','=','{name}')"), name=f"tasks.{name}") for name in "abc"]
    columns, window = DateColumns(), Window(NOW - timedelta(hours=9), NOW)
    sent: list[str] = []
    sa.event.listen(rows.engine, "before_cursor_execute", lambda *call: sent.append(call[2]))

    def statements(number: int) -> int:
        sent.clear()
        asked = [Asked(each, window) for each in tasks[:number]]
        with rows.connected() as connection:
            found = shared_due_rows(asked, rows, columns, connection, NOW, lambda *_: None)
            assert len({task.name for task, due in found if due}) == number
        return len([text for text in sent if TABLE in text])

    first, second, of_one = statements(3), statements(3), statements(1)
    assert first > second == of_one
    if rows.engine.dialect.name != "sqlite":  # which looks at the forms of the values too
        assert (first, second) == (2, 1)


def test_very_many_filters_are_asked_in_a_few_statements(rows: Rows) -> None:
    """Databases bound the columns of an answer: SQLite allows 2,000, PostgreSQL 1,664."""
    window = Window(NOW, NOW + timedelta(days=1))
    number = 2_001
    asked = [
        Asked(
            replace(task({}, f"Q('id','=',{ROWS - number + each})"), name=f"tasks.T{each}"), window
        )
        for each in range(number)
    ]
    counted: list[str] = []

    def note(*given: Any) -> None:
        counted.append(given[2])

    sa.event.listen(rows.engine, "before_cursor_execute", note)
    try:
        with rows.connected() as connection:
            found = {
                each.name: [row.key for row in due]
                for each, due in shared_due_rows(
                    asked, rows, DateColumns(), connection, NOW, lambda *_: None
                )
            }
    finally:
        sa.event.remove(rows.engine, "before_cursor_execute", note)
    ticks = {each: NOW + timedelta(days=2) - (number - each) * TICKS for each in range(number)}
    assert found == {
        f"tasks.T{each}": [str(ROWS - number + each)]
        for each, at in ticks.items()
        if window.after < at <= window.until
    }
    assert found
    assert len(counted) < 30
