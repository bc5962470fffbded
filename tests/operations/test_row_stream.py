"""The occurrences of rows in order of time, against a list of every row's (V4, T11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from jittask.compiler.compiled import DateFieldTask
from jittask.data.rows import Row, Rows
from jittask.model import SkippedOccurrence
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.row_position import Position, cursor_of, parse_cursor, position
from jittask.operations.inspect.row_stream import RowStream
from jittask.runtime.due_rows import Window
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer
from tests.runtime.test_due_rows import (
    FIRST,
    FORMS,
    NOW,
    TABLES,
    engine,
    rewrite,
    table_of,
    task,
    tasks,
)

__all__ = ["engine"]
DAY = timedelta(days=1)


def every_row(
    task: DateFieldTask, rows: list[Row], window: Window, *, skipped: bool
) -> list[TaskOccurrence]:
    """Walk the timer of every row."""
    found = []
    for row in rows:
        timer = task.timer.timer_of(row, None)
        if timer is None or (task.filter is not None and row["name"] != "a"):
            continue
        key = f'["{row["site"]}", {row["no"]}]'
        for step in timer.walk(*window):
            is_skipped = isinstance(step, SkippedOccurrence)
            at = step.nominal if is_skipped else step.effective  # type: ignore[union-attr]
            if skipped or not is_skipped:
                found.append(TaskOccurrence(at, task.name, step, timer.zone, key))
    return sorted(found, key=position)


def drawn_rows(values: list[tuple]) -> list[Row]:
    return [
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


@settings(max_examples=60, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(task=tasks(), values=TABLES, data=st.data())
def test_a_listing_is_that_of_every_row_in_order(
    engine: Engine, task: DateFieldTask, values: list[tuple], data: st.DataObject
) -> None:
    rows = drawn_rows(values)
    after = data.draw(st.datetimes(FIRST, FIRST + 90 * DAY)).replace(tzinfo=UTC)
    window = Window(after, after + data.draw(st.timedeltas(timedelta(0), 9 * DAY)))
    table = table_of(engine, rows)
    rewrite(engine, rows, data.draw(st.lists(FORMS, min_size=len(rows), max_size=len(rows))))
    skipped, chunk = data.draw(st.booleans()), data.draw(st.sampled_from([1, 7, 200, 20_000]))
    wanted = every_row(task, rows, window, skipped=skipped)
    if chunk == 1:
        wanted = wanted[:50]
        window = Window(after, wanted[-1].at) if wanted else window
        wanted = every_row(task, rows, window, skipped=skipped)
    stream = RowStream(task, table, window, NOW, skipped=skipped, chunk=chunk)
    assert list(stream.occurrences()) == wanted
    fired = [entry for entry in wanted if not isinstance(entry.occurrence, SkippedOccurrence)]
    assert stream.tally.occurrences == len(fired)
    assert stream.tally.rows == len({entry.row for entry in fired})
    assert stream.tally.skipped == len(wanted) - len(fired)
    if wanted:
        at = data.draw(st.integers(0, len(wanted) - 1))
        place = parse_cursor(cursor_of(wanted[at]))
        rest = RowStream(task, table, window, NOW, skipped=skipped, after=place, chunk=chunk)
        assert list(rest.occurrences()) == wanted[at + 1 :]


def test_memory_does_not_follow_a_long_window_of_a_short_cycle(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of rows gives a bounded number of occurrences, however long the window is."""
    minutely = task(
        {"startField": "at", "repeat": {"repeatType": "minute"}, "endTime": "2026-03-01 00:00:00"}
    )
    row = {"site": "x", "name": "a", "at": datetime(2026, 1, 1), "day": None, "ends": None}
    table = table_of(engine, [{**row, "no": no} for no in range(20)])
    most = 0
    real = RowStream._entries

    def entries(stream: RowStream, due: object, steps: list, first: object = None) -> object:
        nonlocal most
        most = max(most, len(steps))
        return real(stream, due, steps, first)  # type: ignore[arg-type]

    monkeypatch.setattr(RowStream, "_entries", entries)
    window = Window(datetime(2026, 1, 10, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    stream = RowStream(minutely, table, window, NOW, chunk=100).occurrences()
    first = [next(stream) for _ in range(1000)]
    assert [entry.at for entry in first[::20]] == [
        window.after + timedelta(minutes=minute) for minute in range(1, 51)
    ]
    assert most <= 50


def test_time_in_which_nothing_fires_costs_few_statements(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = task({"startField": "at", "repeat": {"repeatType": "minute"}, "endField": "ends"})
    at = datetime(2150, 6, 1, 9)
    row = {"site": "x", "no": 1, "name": "a", "at": at, "day": None, "ends": at}
    table = table_of(engine, [row])
    asked = []
    real = Rows.pages
    monkeypatch.setattr(Rows, "pages", lambda *given: (asked.append(1), real(*given))[1])
    window = Window(NOW, datetime(2200, 1, 1, tzinfo=UTC))
    [found] = RowStream(far, table, window, NOW).occurrences()
    assert found.at == at.replace(tzinfo=UTC)
    assert len(asked) < 12


def test_a_row_that_cannot_be_computed_is_counted_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(engine, drawn_rows([("a", datetime(2026, 1, 6), None, None)] * 3))
    real = RowTimer.timer_of

    def timer_of(timer: RowTimer, row: Row, zone: ZoneInfo | None = None) -> Timer | None:
        if row["no"] == 1:
            raise ValueError("odd")
        return real(timer, row, zone)

    monkeypatch.setattr(RowTimer, "timer_of", timer_of)
    window = Window(NOW - 10 * DAY, NOW + 10 * DAY)
    daily = {"startField": "at", "repeat": {"repeatType": "day"}}
    stream = RowStream(task(daily), table, window, NOW)
    assert len(list(stream.occurrences())) == 20
    tally = stream.tally
    assert (tally.occurrences, tally.rows, tally.bad_rows) == (20, 2, 1)
    assert (tally.bad_row or "").startswith("row site='north', no=1: ValueError: odd")


def test_a_row_that_only_skips_is_listed_with_all(engine: Engine) -> None:
    saturday = datetime(2026, 1, 10, 9)
    row = {"site": "x", "no": 1, "name": "a", "at": saturday, "day": None, "ends": None}
    table = table_of(engine, [row])
    weekdays = task({"startField": "at", "skipWeekend": 1, "holidayRoll": "skip"})
    stream = RowStream(weekdays, table, Window(NOW, NOW + 9 * DAY), NOW, skipped=True)
    [found] = stream.occurrences()
    assert isinstance(found.occurrence, SkippedOccurrence)
    assert (stream.tally.occurrences, stream.tally.rows, stream.tally.skipped) == (0, 0, 1)


@pytest.mark.parametrize("row", ["42", '["a:b", 7]', "", "ключ %"])
def test_a_cursor_keeps_any_key(row: str) -> None:
    place = Position(NOW, "tasks.A", row, NOW - DAY)
    entry = TaskOccurrence(NOW, "tasks.A", SkippedOccurrence(NOW - DAY, None), None, row)  # type: ignore[arg-type]
    assert parse_cursor(cursor_of(entry)) == place
    assert " " not in cursor_of(entry)


@pytest.mark.parametrize("text", ["", "x", "1:2:3", "a:b:c:d", f"{10**30}:0:a:b"])
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument) as wrong:
        parse_cursor(text)
    assert wrong.value.argument == "after"
