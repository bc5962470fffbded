"""What is said of a row's occurrence is true, also where it is past (D6, D7, T11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jittask.clock import FixedClock
from jittask.model import MissedRange, Reason, RunStatus, Trigger
from jittask.operations.errors import OperationError
from jittask.operations.inspect.explain import Explanation, explain
from jittask.operations.workspace import Workspace
from jittask.store.plans import Closing, NewRun
from jittask.store.watermarks import Watermark
from tests.operations.dated_rows import DatedRows, dated_rows
from tests.tree import Tree

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2026, 5, 4, 8, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(FIRST)


@pytest.fixture
def things(tree: Tree) -> Iterator[DatedRows]:
    with dated_rows(tree, "sqlite") as found:
        tree.dated("D", policy={"graceSeconds": 3600})
        found.hourly(range(2))
        yield found


@pytest.fixture
def workspace(tree: Tree, things: DatedRows, clock: FixedClock) -> Iterator[Workspace]:
    with Workspace(tree.root, clock) as opened:
        yield opened


def activate(workspace: Workspace, since: datetime, *runs: NewRun) -> None:
    mark = Watermark("tasks.D", since, "", "", since, since, enabled=True)
    with workspace.store(create=True) as store:
        store.plan(since, create=runs, watermarks=[mark])


def of_row(workspace: Workspace) -> Explanation:
    return explain(workspace, "D", row="0", at="2026-05-04")


def codes(found: Explanation) -> list[str]:
    outer = [reason.code for reason in found.reasons]
    return outer[: outer.index("schedule")]


def test_a_record_is_named_where_the_row_fires_no_more(
    workspace: Workspace, things: DatedRows, clock: FixedClock
) -> None:
    """It was cancelled at its date, because the row has moved."""
    activate(workspace, FIRST - DAY, NewRun("tasks.D", "0", Trigger.SCHEDULE, (FIRST,), FIRST))
    things.move(0, datetime(2026, 5, 9, 8))
    with workspace.store() as store:
        moved = Closing(1, RunStatus.CANCELLED, Reason.ROW_MOVED, "the row's date has moved")
        store.plan(FIRST, close=[moved])
    clock.move_to(FIRST + HOUR)
    for at in ("2026-05-04", "2026-05-04T08:00:00"):
        found = explain(workspace, "D", row="0", at=at)
        [record] = [reason for reason in found.reasons if reason.code == "record"]
        assert (found.fires, "the row's date has moved" in record.text) == (False, True)
    codes_of_another_day = codes(explain(workspace, "D", row="0", at="2026-05-03"))
    assert "record" not in codes_of_another_day
    things.move(0, datetime(2026, 5, 4, 20))  # to another time of the day
    found = explain(workspace, "D", row="0", at="2026-05-04")
    assert "record" in [reason.code for reason in found.reasons]


@pytest.mark.parametrize(
    ("now", "activated", "fires", "expected"),
    [
        (-HOUR, None, True, ["fires"]),
        (-HOUR, -DAY, True, ["fires"]),
        (5 * HOUR, None, False, ["before-activation", "backfill", "would-fire"]),
        (5 * HOUR, HOUR, False, ["before-activation", "backfill", "would-fire"]),
        (timedelta(seconds=5), -DAY, True, ["not-yet-recorded", "fires"]),
        (HOUR, -DAY, True, ["not-yet-recorded", "fires"]),
        (HOUR + timedelta(seconds=1), -DAY, False, ["grace-over", "backfill", "would-fire"]),
    ],
)
def test_of_an_occurrence_without_a_record(
    workspace: Workspace,
    clock: FixedClock,
    now: timedelta,
    activated: timedelta | None,
    fires: bool,
    expected: list[str],
) -> None:
    if activated is not None:
        activate(workspace, FIRST + activated)
    clock.move_to(FIRST + now)
    found = of_row(workspace)
    assert (found.fires, codes(found)) == (fires, expected)


def test_the_words_name_the_command_that_runs_it(workspace: Workspace, clock: FixedClock) -> None:
    activate(workspace, FIRST - DAY)
    clock.move_to(FIRST + DAY)
    texts = [reason.text for reason in of_row(workspace).reasons]
    assert texts[:2] == [
        "it has no record, and is more than graceSeconds (3,600 s) late: it does not fire by itself",
        "to run it: jittask backfill D --row 0 --from 2026-05-04 --to 2026-05-04",
    ]
    clock.move_to(FIRST + timedelta(seconds=5))
    assert of_row(workspace).reasons[0].text == (
        "it was due 5 s ago, and has no record yet: it fires late when a runtime starts"
    )


@pytest.mark.parametrize(
    ("run", "fires", "text"),
    [
        ({"status": RunStatus.PENDING}, True, "run 1 (schedule): overdue"),
        ({"status": RunStatus.SKIPPED, "reason": Reason.PAUSED, "detail": "the task was paused"},
         False, "run 1 (schedule): skipped at 2026-05-03 08:00:00: the task was paused"),
        ({"trigger": Trigger.BACKFILL}, True, "run 1 (backfill): pending"),
    ],
)  # fmt: skip
def test_of_an_occurrence_with_a_record(
    workspace: Workspace, clock: FixedClock, run: dict, fires: bool, text: str
) -> None:
    record = {"trigger": Trigger.SCHEDULE} | run
    activate(
        workspace, FIRST - DAY, NewRun("tasks.D", "0", nominals=(FIRST,), effective=FIRST, **record)
    )
    clock.move_to(FIRST + 5 * HOUR)
    found = of_row(workspace)
    assert (found.fires, found.reasons[0].code, found.reasons[0].text) == (fires, "record", text)


def test_of_an_occurrence_that_a_later_run_counts_as_missed(
    workspace: Workspace, clock: FixedClock
) -> None:
    later = FIRST + DAY
    run = NewRun("tasks.D", "0", Trigger.SCHEDULE, (later,), later, MissedRange(FIRST, FIRST, 1))
    activate(workspace, FIRST - DAY, run)
    clock.move_to(FIRST + 2 * DAY)
    found = of_row(workspace)
    assert (found.fires, codes(found)) == (False, ["missed", "backfill", "would-fire"])


def test_a_key_that_is_written_otherwise_finds_the_record(
    workspace: Workspace, clock: FixedClock
) -> None:
    activate(workspace, FIRST - DAY, NewRun("tasks.D", "0", Trigger.SCHEDULE, (FIRST,), FIRST))
    clock.move_to(FIRST + HOUR)
    assert codes(explain(workspace, "D", row="000", at="2026-05-04"))[0] == "record"


def test_no_scan_finds_a_row_that_does_not_pass(
    workspace: Workspace, clock: FixedClock, tree: Tree
) -> None:
    tree.dated("D", filter="Q('name','=','nobody')", policy={"graceSeconds": 3600})
    activate(workspace, FIRST - DAY)
    clock.move_to(FIRST + timedelta(seconds=5))
    found = of_row(workspace)
    assert (found.fires, codes(found)) == (False, ["filter", "would-fire"])


@pytest.mark.parametrize(
    ("field", "expression", "row", "words"),
    [
        ("end_dat", "", "0", "its table has no column for end_dat"),
        ("at", "Q('nam','=','x')", "0", "its table has no column for nam"),
        ("at", "", "7", "row 7: its at is 9999-12-31 00:00:00, from which it never fires"),
    ],
)
def test_what_cannot_be_judged_is_not_called_empty(
    workspace: Workspace,
    tree: Tree,
    things: DatedRows,
    field: str,
    expression: str,
    row: str,
    words: str,
) -> None:
    things.insert((7, "x", datetime(9999, 12, 31)))
    tree.dated("D", timing={"startField": field}, **({"filter": expression} if expression else {}))
    with pytest.raises(OperationError, match=words):
        explain(workspace, "D", row=row)
