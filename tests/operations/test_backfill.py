"""Backfill: preview and run are one, repeating makes nothing, nothing is buried (V5, D7, R3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jittask.clock import FixedClock
from jittask.model import Misfire, MissedRange, RunStatus, Trigger
from jittask.operations.backfill import backfill as module
from jittask.operations.backfill import steps as steps_module
from jittask.operations.backfill.backfill import Backfill, backfill
from jittask.operations.backfill.request import BackfillRequest, read_rate
from jittask.operations.control.pauses import pause
from jittask.operations.errors import (
    BrokenTask,
    InvalidArgument,
    NotFound,
    OperationError,
    Unavailable,
)
from jittask.operations.inspect.records import RecordQuery, records, status_of
from jittask.operations.inspect.statistics import statistics
from jittask.operations.views.backfill import backfill_view
from jittask.operations.workspace import Workspace
from jittask.store.plans import NewRun
from tests.operations.dated_rows import DatedRows, dated_rows
from tests.services import URLS
from tests.tree import Tree

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2026, 5, 4, 8, tzinfo=UTC)
NOW = FIRST + 20 * DAY
PENDING = frozenset({"pending"})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def workspace(tree: Tree, clock: FixedClock) -> Iterator[Workspace]:
    with Workspace(tree.root, clock) as opened:
        yield opened


@pytest.fixture
def things(tree: Tree) -> Iterator[DatedRows]:
    with dated_rows(tree, "sqlite") as found:
        tree.dated("D")
        yield found


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let steps be small, and every run be shown."""
    monkeypatch.setattr(steps_module, "STEP", 4)
    monkeypatch.setattr(module, "FIRST_SHOWN", 10_000)


def of(task: str, since: datetime, until: datetime, **more: object) -> BackfillRequest:
    return BackfillRequest(task, since, until, **more)  # type: ignore[arg-type]


def made(workspace: Workspace) -> list[tuple[str | None, datetime]]:
    """Return row and nominal of each run that waits."""
    found = records(workspace, RecordQuery(statuses=PENDING), limit=1000).records
    return sorted((run.row_key, nominal) for run in found for nominal in run.nominals)


# --- preview and run


@pytest.mark.parametrize("kind", URLS)
def test_the_run_makes_what_the_preview_says_and_nothing_twice(
    tree: Tree, workspace: Workspace, kind: str
) -> None:
    with dated_rows(tree, kind) as things:
        things.hourly(range(12))
        things.insert((50, "skip", FIRST.replace(tzinfo=None)), (51, "n", None))
        tree.dated("D", filter="Q('name','!=','skip')")
        request = of("D", FIRST + 2 * HOUR, FIRST + 9 * HOUR)
        preview = backfill(workspace, request, preview=True)
        assert not workspace.may_have_store
        assert (preview.runs, preview.rows, preview.recorded) == (8, 8, 0)
        done = backfill(workspace, request)
        assert done.first == preview.first
        assert made(workspace) == sorted((str(n), FIRST + n * HOUR) for n in range(2, 10))
        again = backfill(workspace, request)
        assert (again.runs, again.recorded, again.occurrences) == (0, 8, 8)
        wider = backfill(workspace, of("D", FIRST, FIRST + 20 * HOUR))
        assert (wider.runs, wider.recorded, wider.rows) == (4, 8, 4)
        [one] = records(workspace, RecordQuery(statuses=PENDING, row="5")).records
        assert (one.trigger, one.late, one.effective) == (
            Trigger.BACKFILL,
            True,
            FIRST + 5 * HOUR,
        )


REPEATS = [
    {"repeatType": "normal"},
    {"repeatType": "hour", "period": 5},
    {"repeatType": "day"},
    {"repeatType": "week", "weekday": [1, 4]},
]


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_two_backfills_leave_each_nominal_one_run(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Each does what its preview says; one that is repeated does nothing."""
    tree = Tree(tmp_path_factory.mktemp("any") / "app")
    repeat, of_rows = data.draw(st.sampled_from(REPEATS)), data.draw(st.booleans())
    rolled = data.draw(st.sampled_from([{}, {"skipWeekend": 1}]))
    with dated_rows(tree, "sqlite") as things, Workspace(tree.root, FixedClock(NOW)) as workspace:
        things.hourly(range(data.draw(st.integers(1, 6))))
        end = {"endTime": "2026-05-20 00:00:00"}
        tree.dated("T", timing={"startField": "at", "repeat": repeat, **rolled, **end})
        if not of_rows:
            tree.scheduled(
                "T", repeat=repeat, timing={"startTime": "2026-05-04 08:00:00", **rolled}
            )
        for _ in range(2):
            since = FIRST + data.draw(st.integers(-24, 300)) * HOUR
            until = since + data.draw(st.integers(0, 200)) * HOUR
            misfire = data.draw(st.sampled_from([Misfire.ALL, Misfire.LATEST]))
            request = of("T", since, until, misfire=misfire)
            preview = backfill(workspace, request, preview=True)
            before = made(workspace) if workspace.may_have_store else []
            done = backfill(workspace, request)
            assert done.first == preview.first
            assert shown(done) == shown(preview)
            after = made(workspace)
            assert len(set(after)) == len(after)
            assert len(after) - len(before) == sum(
                len(entry.occurrence.nominals)
                for entry in done.first  # type: ignore[union-attr]
            )
            assert backfill(workspace, request).runs == 0
            if misfire is Misfire.LATEST:
                assert done.runs <= done.rows


def shown(done: Backfill) -> dict[str, object]:
    view = backfill_view(done)
    return {key: value for key, value in view.items() if key not in ("preview", "liveRuntime")}


def test_a_stop_between_steps_leaves_what_is_made_and_the_rest_follows(
    workspace: Workspace, things: DatedRows
) -> None:
    things.hourly(range(10))
    request = of("D", FIRST, FIRST + DAY)

    def stop(done: Backfill) -> None:
        if done.runs == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backfill(workspace, request, progress=stop)
    assert len(made(workspace)) == 8
    rest = backfill(workspace, request)
    assert (rest.runs, rest.recorded) == (2, 8)


def test_a_database_that_goes_away_leaves_what_is_made(
    workspace: Workspace, things: DatedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jittask.data import row_pages

    monkeypatch.setattr(row_pages, "PAGE_ROWS", 4)
    things.hourly(range(10))

    def go(done: Backfill) -> None:
        if done.runs == 4:
            things.table.drop(things.engine)

    with pytest.raises(Unavailable) as away:
        backfill(workspace, of("D", FIRST, FIRST + DAY), progress=go)
    things.table.create(things.engine)
    assert away.value.hint == "4 runs are made; the same command makes the others"
    assert len(made(workspace)) == 4


# --- both kinds, one row, misfire


def test_a_scheduled_task(tree: Tree, workspace: Workspace) -> None:
    tree.scheduled("A", timing={"skipWeekend": 1})
    request = of("A", FIRST, FIRST + 9 * DAY)
    done = backfill(workspace, request)
    assert [entry.at.day for entry in done.first] == [4, 5, 6, 7, 8, 11, 12]
    assert [len(entry.occurrence.nominals) for entry in done.first][5] == 3  # type: ignore[union-attr]
    assert (done.rows, backfill(workspace, request).runs) == (1, 0)


def test_latest_runs_the_last_of_each_row_which_counts_the_others(
    tree: Tree, workspace: Workspace, things: DatedRows
) -> None:
    tree.dated(
        "D",
        timing={
            "startField": "at",
            "repeat": {"repeatType": "day"},
            "endTime": "2026-05-14 00:00:00",
        },
    )
    things.hourly(range(3))
    request = of("D", FIRST, FIRST + 30 * DAY, misfire=Misfire.LATEST)
    done = backfill(workspace, request)
    assert (done.occurrences, done.runs, done.counted) == (30, 3, 27)
    [run] = records(workspace, RecordQuery(statuses=PENDING, row="1")).records
    first = FIRST + HOUR
    assert (run.nominal, run.missed) == (
        first + 9 * DAY,
        MissedRange(first, first + 8 * DAY, 9),
    )
    assert backfill(workspace, request).runs == 0
    every = backfill(workspace, of("D", FIRST, FIRST + 30 * DAY))
    assert (every.runs, every.recorded) == (27, 3)


@pytest.mark.parametrize(("misfire", "runs"), [(Misfire.ALL, 4), (Misfire.LATEST, 0)])
def test_what_downtime_missed_is_run_by_all_only(
    tree: Tree, workspace: Workspace, misfire: Misfire, runs: int
) -> None:
    tree.scheduled("A")
    last = FIRST + HOUR + 4 * DAY
    missed = MissedRange(last - 4 * DAY, last - DAY, 4)
    with workspace.store(create=True) as store:
        store.plan(NOW, [NewRun("tasks.A", "", Trigger.SCHEDULE, (last,), last, missed)])
    assert backfill(workspace, of("A", FIRST, last, misfire=misfire)).runs == runs


def test_one_row(tree: Tree, workspace: Workspace, things: DatedRows) -> None:
    things.hourly(range(5))
    done = backfill(workspace, of("D", FIRST, FIRST + DAY, row=3))
    assert [(entry.row, entry.at) for entry in done.first] == [("3", FIRST + 3 * HOUR)]
    tree.dated("D", filter="Q('name','=','n9')")
    workspace.refresh()
    other = backfill(workspace, of("D", FIRST, FIRST + DAY, row="4"), preview=True)
    assert (other.runs, len(other.remarks)) == (0, 1)
    assert "does not pass the filter" in other.remarks[0]
    with pytest.raises(NotFound):
        backfill(workspace, of("D", FIRST, FIRST + DAY, row="99"))


# --- the ordinary schedule comes first


def test_the_rate_spreads_the_runs_and_a_second_backfill_follows_the_first(
    workspace: Workspace, things: DatedRows
) -> None:
    things.hourly(range(9))
    pace = read_rate("30/min")
    done = backfill(workspace, of("D", FIRST, FIRST + 5 * HOUR, pause=pace))
    assert done.last_due == NOW + timedelta(seconds=10)
    more = backfill(workspace, of("D", FIRST, FIRST + DAY, pause=pace))
    assert more.last_due == NOW + timedelta(seconds=16)
    found = records(workspace, RecordQuery(statuses=PENDING)).records
    assert sorted(run.due for run in found) == [NOW + timedelta(seconds=2 * n) for n in range(9)]


@pytest.mark.parametrize(
    ("text", "seconds"), [("10/s", 0.1), ("30/min", 2), ("30 / m", 2), ("1.5/h", 2400)]
)
def test_rates(text: str, seconds: float) -> None:
    assert read_rate(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "10", "0/s", "-1/s", "10/day", "fast", "0.00001/h"])
def test_texts_that_are_no_rate(text: str) -> None:
    with pytest.raises(InvalidArgument, match="such as 10/s or 30/min"):
        read_rate(text)


def test_backfilled_runs_come_after_all_others_and_are_never_overdue(
    workspace: Workspace, tree: Tree, things: DatedRows, clock: FixedClock
) -> None:
    tree.dated("D", policy={"priority": 3})
    things.hourly(range(3))
    backfill(workspace, of("D", FIRST, FIRST + DAY))
    with workspace.store() as store:
        store.plan(NOW, [NewRun("tasks.D", "8", Trigger.SCHEDULE, (NOW,), NOW, priority=-50)])
        clock.move_to(NOW + DAY)
        found = records(workspace, RecordQuery(statuses=PENDING)).records
        assert {run.row_key: run.priority for run in found if run.row_key != "8"} == {
            str(n): 3 - 1_000_000 for n in range(3)
        }
        assert {status_of(run, workspace.now()) for run in found if run.row_key != "8"} == {
            "pending"
        }
        assert store.status(workspace.now()).overdue == 1
    assert statistics(workspace, since=FIRST, until=NOW).tasks == ()


# --- what is refused, and what is worth knowing


def test_what_is_said_before_anything_is_made(
    tree: Tree, workspace: Workspace, things: DatedRows
) -> None:
    things.hourly(range(3))
    tree.dated("D", enable=0)
    workspace.refresh()
    pause(workspace, "D", note="moving house")
    found = backfill(workspace, of("D", FIRST - 100 * DAY, NOW + DAY), preview=True)
    assert [remark.split(":")[0] for remark in found.remarks] == [
        "what is still to come is left out",
        "the task is disabled",
        "it is paused",
        "records are kept for 90 days",
    ]
    assert "moving house" in found.remarks[2]
    assert (found.runs, found.until) == (3, NOW)
    assert made(workspace) == []


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (of("D", FIRST, FIRST - HOUR), InvalidArgument, "the end is before"),
        (of("D", NOW + HOUR, NOW + DAY), InvalidArgument, "a backfill is of the past"),
        (of("D", FIRST, NOW, misfire=Misfire.SKIP), InvalidArgument, "expected all or latest"),
        (of("A", FIRST, NOW, row=1), InvalidArgument, "has no rows"),
        (of("X", FIRST, NOW), NotFound, "no task"),
        (of("Broken", FIRST, NOW), BrokenTask, "cannot load"),
    ],
)
def test_what_is_refused(
    tree: Tree,
    workspace: Workspace,
    things: DatedRows,
    request_: BackfillRequest,
    error: type[OperationError],
    words: str,
) -> None:
    tree.scheduled("A")
    tree.scheduled("Broken", "def customFunc(:\n")
    for preview in (True, False):
        with pytest.raises(error, match=words):
            backfill(workspace, request_, preview=preview)


def test_runs_that_a_backfill_made_and_somebody_cancels_can_be_made_again(
    workspace: Workspace, things: DatedRows
) -> None:
    things.hourly(range(2))
    request = of("D", FIRST, FIRST + DAY)
    backfill(workspace, request)
    [_, run] = records(workspace, RecordQuery(statuses=PENDING)).records
    with workspace.store() as store:
        assert store.cancel(run.id, None, NOW)
    again = backfill(workspace, request)
    assert (again.runs, again.recorded) == (1, 1)
    assert {run.status for run in records(workspace, RecordQuery()).records} == {
        RunStatus.CANCELLED
    }
