"""Which rows fire: pages, counts and the whole plan, on three databases (V4, D4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jittask import Client
from jittask.clock import FixedClock
from jittask.compiler.compiled import DateFieldTask
from jittask.operations.control.pauses import pause
from jittask.operations.errors import InvalidArgument, Unavailable
from jittask.operations.inspect.next_rows import UpcomingRows, next_of_rows
from jittask.operations.inspect.plan.whole import WholePlan
from jittask.operations.inspect.plan.window import planned_rows, planned_timers, window
from jittask.operations.inspect.row_position import cursor_of, parse_cursor, position
from jittask.operations.naming import rows_task
from jittask.operations.workspace import Workspace
from tests.operations.dated_rows import DatedRows, dated_rows
from tests.services import URLS
from tests.tree import Tree

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2026, 5, 4, 8, tzinfo=UTC)


@pytest.fixture(params=URLS)
def things(request: pytest.FixtureRequest, tree: Tree) -> Iterator[DatedRows]:
    with dated_rows(tree, request.param) as found:
        tree.dated("D", filter="Q('name','!=','n3')")
        found.hourly(range(12))
        yield found


@pytest.fixture
def workspace(tree: Tree, things: DatedRows) -> Iterator[Workspace]:
    with Workspace(tree.root, FixedClock(FIRST)) as opened:
        yield opened


def listed(workspace: Workspace, **more: object) -> UpcomingRows:
    task = rows_task(workspace, "D")
    assert isinstance(task, DateFieldTask)
    return next_of_rows(workspace, task, **more)  # type: ignore[arg-type]


def keys(found: UpcomingRows) -> list[str | None]:
    return [entry.row for entry in found.page.occurrences]


def test_pages_and_a_count(workspace: Workspace) -> None:
    week = {"start": FIRST, "end": FIRST + 9 * HOUR, "limit": 4}
    first = listed(workspace, **week)
    assert keys(first) == ["0", "1", "2", "4"]
    assert first.total is not None
    assert (first.total.occurrences, first.total.rows) == (9, 9)
    second = listed(workspace, after=first.next, **week)
    third = listed(workspace, after=second.next, **week)
    assert (keys(second), keys(third)) == (["5", "6", "7", "8"], ["9"])
    assert (second.total, third.next) == (None, None)
    # without an end: all that comes, and now does not count
    everything = listed(workspace, limit=50)
    assert keys(everything) == ["1", "2", *map(str, range(4, 12))]
    assert (everything.total, everything.next) == (None, None)


def test_a_plan_has_rows_and_times_in_one_order(
    tree: Tree, workspace: Workspace, things: DatedRows
) -> None:
    tree.scheduled("A", repeat={"repeatType": "hour"})
    tree.dated("Off", enable=0)
    workspace.refresh()
    compilation, span = workspace.compilation, window(FIRST, FIRST, FIRST + 4 * HOUR)
    timers, tasks = planned_timers(compilation), planned_rows(compilation)

    def plan(after: str | None = None) -> WholePlan:
        place = None if after is None else parse_cursor(after)
        return WholePlan(workspace, timers, tasks, span, after=place)

    whole = plan()
    found = list(whole.occurrences())
    assert [(entry.at.hour, entry.row or "A") for entry in found] == [
        (8, "A"), (8, "0"), (9, "A"), (9, "1"), (10, "A"), (10, "2"), (11, "A"), (12, "A"),
        (12, "4"),
    ]  # fmt: skip
    assert found == sorted(found, key=position)
    assert whole.tallies["tasks.D"].rows == 4
    for at, entry in enumerate(found):
        assert list(plan(cursor_of(entry)).occurrences()) == found[at + 1 :]


def test_a_database_that_does_not_answer_is_one_task_s(
    tree: Tree, workspace: Workspace, things: DatedRows
) -> None:
    tree.write(
        "models/Away/e.json",
        {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "no_such_table"},
    )
    tree.dated("Away", modelPath="models.Away")
    workspace.refresh()
    tasks = planned_rows(workspace.compilation)
    plan = WholePlan(workspace, {}, tasks, window(FIRST, FIRST, FIRST + DAY))
    assert len(list(plan.occurrences())) == 11
    assert list(plan.failures) == ["tasks.Away"]
    assert "no table no_such_table" in plan.failures["tasks.Away"]
    away = rows_task(workspace, "Away")
    assert away is not None
    with pytest.raises(Unavailable):
        next_of_rows(workspace, away)


def test_what_is_noted_and_refused(tree: Tree, workspace: Workspace, things: DatedRows) -> None:
    pause(workspace, "D", note="moving")
    first = listed(workspace, limit=1).page.occurrences[0]
    assert [note.code for note in first.notes] == ["paused"]
    tree.dated("D", enable=0)
    workspace.refresh()
    assert "is disabled" in listed(workspace).page.remarks[0]
    with pytest.raises(InvalidArgument):
        listed(workspace, end=FIRST - DAY)


def test_the_client(tree: Tree, things: DatedRows) -> None:
    tree.scheduled("A")
    with Client(tree.root, clock=FixedClock(FIRST + 6 * HOUR)) as client:
        assert [entry.row for entry in client.next("D", limit=2).occurrences] == ["7", "8"]
        page = client.next_rows("D", end=FIRST + DAY, limit=1)
        assert page.total is not None
        assert page.total.rows == 5
        with pytest.raises(InvalidArgument):
            client.next_rows("A")
        preview = client.backfill("D", start=FIRST, end=FIRST + DAY, rate="1/s", preview=True)
        done = client.backfill("D", start=FIRST, end=FIRST + DAY, rate="1/s", misfire="latest")
        assert (preview.runs, done.runs) == (6, 6)
        assert [run.trigger for run in client.timeline(0, task="D").page.records] == ["backfill"]
