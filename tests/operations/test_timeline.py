"""The timeline of a row: what ran, what did not and why, what comes next (D4, D5, V5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jittask.clock import FixedClock
from jittask.model import MissedRange, Reason, RunStatus, Trigger
from jittask.operations.control.pauses import pause
from jittask.operations.errors import NoRecords, NotFound
from jittask.operations.inspect.records import RecordQuery
from jittask.operations.inspect.timeline import Timeline, timeline
from jittask.operations.views.runs import timeline_view
from jittask.operations.workspace import Workspace
from jittask.store.plans import Closing, NewRun
from tests.operations.dated_rows import DatedRows, dated_rows
from tests.tree import Tree

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2026, 5, 4, 8, tzinfo=UTC)


@pytest.fixture
def things(tree: Tree) -> Iterator[DatedRows]:
    with dated_rows(tree, "sqlite") as found:
        repeat = {"repeatType": "day"}
        tree.dated(
            "D", timing={"startField": "at", "repeat": repeat, "endTime": "2026-05-10 00:00:00"}
        )
        tree.dated("Other")
        found.hourly(range(3))
        yield found


@pytest.fixture
def workspace(tree: Tree, things: DatedRows) -> Iterator[Workspace]:
    with Workspace(tree.root, FixedClock(FIRST + 3 * DAY - HOUR / 2)) as opened:
        yield opened


def history(workspace: Workspace) -> None:
    """Give row 0 a life: skipped, cancelled because it moved, missed, and pending."""

    def run(day: int, **more: object) -> NewRun:
        at = FIRST + day * DAY
        return NewRun("tasks.D", "0", Trigger.SCHEDULE, (at,), at, **more)  # type: ignore[arg-type]

    skipped = {"status": RunStatus.SKIPPED, "reason": Reason.PAUSED, "detail": "it was paused"}
    missed = {"missed": MissedRange(FIRST - 2 * DAY, FIRST - DAY, 2)}
    with workspace.store(create=True) as store:
        now = workspace.now()
        store.plan(now, [run(0, **skipped, **missed), run(1), run(2, **skipped), run(3)])
        store.plan(now, [NewRun("tasks.D", "1", Trigger.SCHEDULE, (FIRST,), FIRST)])
        moved = Closing(2, RunStatus.CANCELLED, Reason.ROW_MOVED, "the row's date has moved")
        store.plan(now, close=[moved])


def of_row(workspace: Workspace, row: str = "0", **more: object) -> Timeline:
    return timeline(workspace, RecordQuery(row=row, **more))  # type: ignore[arg-type]


def test_everything_of_a_row_and_what_comes_next(workspace: Workspace) -> None:
    history(workspace)
    found = of_row(workspace)
    told = [(run.status, run.reason, run.missed and run.missed.count) for run in found.page.records]
    assert told == [
        ("pending", None, None),
        ("skipped", "task-paused", None),
        ("cancelled", "row-moved", None),
        ("skipped", "task-paused", 2),
    ]
    # the run that waits is among the records, so it does not come again
    assert [(entry.task, entry.row, entry.at) for entry in found.upcoming] == [
        ("tasks.D", "0", FIRST + 4 * DAY),
        ("tasks.D", "0", FIRST + 5 * DAY),
    ]
    view = timeline_view(found, workspace.now())
    assert set(view) == {"records", "next", "upcoming", "remarks"}
    assert view["upcoming"][0]["row"] == "0"


def test_a_row_without_records_needs_its_task(workspace: Workspace) -> None:
    with pytest.raises(NoRecords):
        of_row(workspace)
    found = of_row(workspace, tasks=("D",))
    assert (found.page.records, [entry.at for entry in found.upcoming]) == (
        (),
        [FIRST + day * DAY for day in (3, 4, 5)],
    )
    history(workspace)
    assert of_row(workspace, "2").upcoming == ()
    with pytest.raises(NotFound):
        of_row(workspace, tasks=("Nothing",))


@pytest.mark.parametrize(
    "more", [{"statuses": frozenset({"skipped"})}, {"since": FIRST}, {"trigger": Trigger.SCHEDULE}]
)
def test_what_is_filtered_has_nothing_to_come(workspace: Workspace, more: dict) -> None:
    history(workspace)
    assert of_row(workspace, **more).upcoming == ()


def test_why_nothing_comes(workspace: Workspace, things: DatedRows, tree: Tree) -> None:
    history(workspace)
    pause(workspace, "D", note="moving")
    assert of_row(workspace).remarks == ("tasks.D: it is paused: moving",)
    things.move(0, None)  # type: ignore[arg-type]
    [empty] = of_row(workspace).remarks
    assert "its at is empty" in empty
    with things.engine.begin() as connection:
        connection.execute(things.table.delete())
    [gone] = of_row(workspace).remarks
    assert gone == "tasks.D: models.Thing has no row 0"
    things.table.drop(things.engine)
    workspace.data.close()
    found = of_row(workspace)
    assert len(found.page.records) == 4
    assert "no table" in found.remarks[0]
    things.table.create(things.engine)
