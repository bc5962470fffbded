"""The rows that fire in a window, against brute force over every row of a table (D3, D4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from jittask.compiler.compiled import DateFieldTask
from jittask.data.databases import DataError
from jittask.data.row_pages import PAGE_ROWS
from jittask.data.rows import Row, Rows
from jittask.model import (
    CallStyle,
    FieldInfo,
    FieldType,
    FunctionRef,
    ModelForm,
    ModelInfo,
    Occurrence,
    Policy,
)
from jittask.query.parse import parse
from jittask.runtime.due_rows import Window, due_rows
from jittask.schedule.row_timer import RowTimer

FIRST = datetime(2025, 11, 1)
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
CYCLES = [
    {"repeatType": "normal"},
    {"repeatType": "minute", "period": 45},
    {"repeatType": "hour", "period": 5},
    {"repeatType": "day"},
    {"repeatType": "week", "weekday": [1, 4]},
    {"repeatType": "month", "day": [1, 31]},
    {"repeatType": "custom", "cron": "30 9 * * 1-5"},
    {"repeatType": "custom", "rrule": "FREQ=DAILY;INTERVAL=3;COUNT=4"},
]
ROLLS = [{}, {"skipWeekend": 1}, {"skipHoliday": 1, "holidayRoll": "previous"}]
OFFSETS = st.fixed_dictionaries(
    {
        "offsetType": st.sampled_from([-1, 0, 1]),
        "offset": st.integers(0, 40),
        "offsetUnit": st.sampled_from(["minute", "hour", "day", "month"]),
    }
)


@st.composite
def tasks(draw: st.DrawFn) -> DateFieldTask:
    timing = {
        "startField": draw(st.sampled_from(["at", "day"])),
        "startOffset": draw(OFFSETS),
        "repeat": draw(st.sampled_from(CYCLES)),
        **draw(st.sampled_from(ROLLS)),
        **draw(st.sampled_from([{"endTime": "2026-02-01 00:00:00"}, {"endField": "ends"}])),
    }
    zone = draw(st.sampled_from(["UTC", "America/New_York", "Asia/Shanghai"]))
    return task(timing, zone, draw(st.sampled_from(["", "Q('name','=','a')"])))


def task(timing: dict[str, object], zone: str = "UTC", expression: str = "") -> DateFieldTask:
    timer = RowTimer.from_config(timing, zone, "CN")
    function = FunctionRef("tasks.A", "tasks/A/inner.py", "customFunc", CallStyle.CUSTOM_FUNC)
    return DateFieldTask(
        "tasks.A", "A", True, function, Policy(), timer, MODEL,
        parse(expression) if expression else None, "", "", (),
    )  # fmt: skip


MODEL = ModelInfo(
    "models.Thing",
    ModelForm.TABLE,
    "databases.D",
    "thing",
    (
        FieldInfo("site", FieldType.TEXT, "site", primary_key=True),
        FieldInfo("no", FieldType.INTEGER, "no", primary_key=True),
        FieldInfo("name", FieldType.TEXT, "name"),
        FieldInfo("at", FieldType.DATETIME, "at"),
        FieldInfo("day", FieldType.DATE, "day"),
        FieldInfo("ends", FieldType.DATETIME, "ends"),
    ),
)
VALUES = st.none() | st.datetimes(FIRST, FIRST + timedelta(days=120)).map(
    lambda value: value.replace(microsecond=0)
)
FORMS = st.sampled_from([(sep, spec) for sep in " T" for spec in ("seconds", "microseconds")])
TABLES = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), VALUES, VALUES, VALUES), min_size=1, max_size=40
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    file = tmp_path_factory.mktemp("due") / "d.db"
    with sqlite3.connect(file) as database:
        database.execute(
            "CREATE TABLE thing (site TEXT, no INTEGER, name TEXT, at DATETIME, day DATE, "
            "ends DATETIME, PRIMARY KEY (site, no))"
        )
    engine = sa.create_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def table_of(engine: Engine, rows: list[Row]) -> Rows:
    table = Rows.open(engine, MODEL)
    with engine.begin() as connection:
        connection.execute(table.table.delete())
        connection.execute(table.table.insert(), rows)
    return table


def rewrite(engine: Engine, rows: list[Row], forms: list[tuple[str, str]]) -> None:
    """Write the instants of each row in a form, as other programs do."""
    with engine.begin() as connection:
        for row, form in zip(rows, forms, strict=True):
            for name in ("at", "ends"):
                if row[name] is not None:
                    connection.exec_driver_sql(
                        f"UPDATE thing SET {name} = ? WHERE no = ?",
                        (row[name].isoformat(*form), row["no"]),
                    )


def brute_force(
    task: DateFieldTask, rows: list[Row], window: Window
) -> dict[str, tuple[Occurrence, ...]]:
    """Compute the occurrences of every row, due or not."""
    found = {}
    for row in rows:
        timer = task.timer.timer_of(row, None)
        if timer is None or (task.filter is not None and row["name"] != "a"):
            continue
        occurrences = tuple(timer.between(*window))
        if occurrences:
            found[f'["{row["site"]}", {row["no"]}]'] = occurrences
    return found


@settings(max_examples=120, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(task=tasks(), values=TABLES, data=st.data())
def test_exactly_the_rows_of_a_full_scan_are_due(
    engine: Engine, task: DateFieldTask, values: list[tuple], data: st.DataObject
) -> None:
    rows = [
        {
            "site": "north" if no % 2 else "south",
            "no": no,
            "name": name,
            "at": at,
            "day": day.date() if day else None,
            "ends": ends,
        }
        for no, (name, at, day, ends) in enumerate(values)
    ]
    after = data.draw(st.datetimes(FIRST, FIRST + timedelta(days=90))).replace(tzinfo=UTC)
    window = Window(after, after + data.draw(st.timedeltas(timedelta(0), timedelta(days=9))))
    table = table_of(engine, rows)
    rewrite(engine, rows, data.draw(st.lists(FORMS, min_size=len(rows), max_size=len(rows))))
    pages = list(due_rows(task, table, window, NOW))
    due = [row for page in pages for row in page]
    assert {row.key: row.occurrences for row in due} == brute_force(task, rows, window)
    assert len({row.key for row in due}) == len(due)


def test_a_row_that_ends_inside_the_window_is_due_until_its_end(engine: Engine) -> None:
    daily = task({"startField": "at", "repeat": {"repeatType": "day"}, "endField": "ends"})
    at = datetime(2026, 1, 1, 9)
    rows = [
        {"site": "x", "no": no, "name": "a", "at": at, "day": None, "ends": at + timedelta(days=no)}
        for no in range(6)
    ]
    window = Window(datetime(2026, 1, 2, 12, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC))
    [page] = due_rows(daily, table_of(engine, rows), window, NOW)
    assert [(row.row["no"], len(row.occurrences)) for row in page] == [
        (2, 1),
        (3, 2),
        (4, 3),
        (5, 4),
    ]


@pytest.mark.parametrize("text", ["2026-01-05 09:30:00", "2026-01-05T09:30:00"])
def test_the_only_date_of_a_table_is_found_without_a_fraction(engine: Engine, text: str) -> None:
    """Its text comes before that of the same instant with a fraction, and a T after a space."""
    at = datetime.fromisoformat(text)
    row = {"site": "x", "no": 1, "name": "a", "at": at, "day": None, "ends": None}
    table = table_of(engine, [row])
    rewrite(engine, [row], [(text[10], "seconds")])
    [page] = due_rows(task({"startField": "at"}), table, Window(NOW, NOW + timedelta(hours=1)), NOW)
    assert [due.row["at"] for due in page] == [at]


def test_rows_come_in_pages(engine: Engine) -> None:
    """By the primary key, and a page in which no row is due is left out."""
    at = datetime(2026, 1, 5, 9)
    rows = [
        {"site": "x", "no": no, "name": "a", "at": at, "day": None, "ends": None}
        for no in range(PAGE_ROWS + 5)
    ]
    window = Window(NOW - timedelta(seconds=1), NOW)
    table = table_of(engine, rows)
    pages = list(due_rows(task({"startField": "at"}), table, window, NOW))
    assert [len(page) for page in pages] == [PAGE_ROWS, 5]
    assert [row.row["no"] for page in pages for row in page] == list(range(PAGE_ROWS + 5))
    never = {"startField": "at", "repeat": {"repeatType": "day"}, "endField": "ends"}
    table = table_of(engine, [row | {"ends": datetime(2026, 1, 5, 8)} for row in rows])
    assert list(due_rows(task(never), table, window, NOW)) == []


def test_a_field_without_dates_is_refused(engine: Engine) -> None:
    table = table_of(engine, [{"site": "x", "no": 1, "name": "a"}])
    window = Window(NOW, NOW + timedelta(days=1))
    with pytest.raises(DataError, match="expected dates in the column name"):
        next(due_rows(task({"startField": "name"}), table, window, NOW))


def test_the_database_is_asked_only_for_dates_that_can_fire(engine: Engine) -> None:
    """Cost follows the rows due, not the table (D3): the rows come from a range of dates."""
    at = datetime(2026, 1, 5, 9)
    rows = [{"site": "x", "no": no, "name": "a", "at": at - timedelta(days=no)} for no in range(50)]
    table = table_of(engine, rows)
    parameters: list[object] = []

    def record(*call: object) -> None:
        parameters.append(call[3])

    sa.event.listen(engine, "before_cursor_execute", record)
    window = Window(NOW - timedelta(seconds=1), NOW)
    [page] = due_rows(task({"startField": "at"}), table, window, NOW)
    sa.event.remove(engine, "before_cursor_execute", record)
    assert [row.row["no"] for row in page] == [0]
    assert "2026-01-05 08:59:59" in str(parameters[-1])
