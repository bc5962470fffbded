"""Inspecting a tree: values in, values out, without the command line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from jittask.clock import FixedClock
from jittask.model import RunStatus, Trigger
from jittask.operations.errors import InvalidArgument, NoRecords, NotFound
from jittask.operations.inspect.catalog import (
    CatalogFilter,
    CatalogPage,
    TaskKind,
    TaskState,
    catalog,
)
from jittask.operations.inspect.explain import explain
from jittask.operations.inspect.next import next_of_all, next_of_task
from jittask.operations.inspect.plan.window import planned_timers, window
from jittask.operations.inspect.records import (
    STATUSES,
    RecordQuery,
    record_counts,
    records,
    status_of,
)
from jittask.operations.inspect.run import NoRuntimeAlive, follow, run_with_log
from jittask.operations.inspect.statistics import statistics
from jittask.operations.inspect.status import status
from jittask.operations.views.catalog import catalog_view
from jittask.operations.views.runs import run_view
from jittask.operations.views.statistics import statistics_view
from jittask.operations.workspace import Workspace
from jittask.store.control import Pause
from jittask.store.plans import NewRun
from tests.tree import Tree

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def workspace(tree: Tree, clock: FixedClock) -> Iterator[Workspace]:
    with Workspace(tree.root, clock) as opened:
        yield opened


def enqueue(
    workspace: Workspace, task: str, row: str = "", trigger: Trigger = Trigger.MANUAL
) -> int:
    with workspace.store(create=True) as store:
        return store.enqueue(task, row, trigger, workspace.now())


def cancel(workspace: Workspace, *numbers: int) -> None:
    """End runs, so that they count as what ran."""
    with workspace.store() as store:
        for number in numbers:
            assert store.cancel(number, None, workspace.now())


def numbers(workspace: Workspace, **query: object) -> list[int]:
    return [run.id for run in records(workspace, RecordQuery(**query)).records]  # type: ignore[arg-type]


# --- records


def test_records_of_several_tasks_of_a_tag_and_with_a_text(
    workspace: Workspace, tree: Tree
) -> None:
    tree.scheduled("A", tags=["money"])
    tree.scheduled("B", tags=["money", "mail"])
    tree.scheduled("C")
    a, b, c = (enqueue(workspace, f"tasks.{name}") for name in "ABC")
    for number, note in ((a, "no Need"), (b, None), (c, None)):
        with workspace.store() as store:
            assert store.cancel(number, note, workspace.now())
    assert numbers(workspace, tasks=("A", "tasks.C")) == [c, a]
    assert numbers(workspace, tag="money") == [b, a]
    assert numbers(workspace, tag="money", tasks=("B", "C")) == [b]
    assert numbers(workspace, tag="nothing") == []
    assert numbers(workspace, text="need") == [a]
    counts = record_counts(workspace, RecordQuery(tag="money", statuses=frozenset({"failed"})))
    assert set(counts) == set(STATUSES)
    assert {status: count.number for status, count in counts.items() if count.number} == {
        "cancelled": 2
    }


def test_records_are_what_ran_and_statuses_show_exactly_those(
    tree: Tree, workspace: Workspace
) -> None:
    tree.scheduled("A")
    ended, waiting = enqueue(workspace, "tasks.A"), enqueue(workspace, "tasks.A")
    cancel(workspace, ended)
    assert numbers(workspace) == [ended]
    assert numbers(workspace, statuses=frozenset({"pending"})) == [waiting]
    assert numbers(workspace, statuses=frozenset({"pending", "cancelled"})) == [waiting, ended]
    assert numbers(workspace, statuses=frozenset({"failed"})) == []


def test_a_row_is_found_in_each_form_in_which_it_was_stored(
    tree: Tree, workspace: Workspace
) -> None:
    tree.things()
    tree.dated("D")
    found = [enqueue(workspace, "tasks.D", key) for key in ('"abc"', "abc", '"other"', "7", '"7"')]
    cancel(workspace, *found)
    quoted, plain, other, number, text = found
    assert set(numbers(workspace, row="abc")) == {quoted, plain}
    assert numbers(workspace, row="other") == [other]
    assert set(numbers(workspace, row="7")) == {number, text}
    assert set(numbers(workspace, row="7", tasks=("D",))) == {number, text}
    assert numbers(workspace, row="none") == []
    with workspace.store() as store:
        shown = [run_view(store.run(run), NOW)["row"] for run in found]  # type: ignore[arg-type]
    assert shown == ["abc", "abc", "other", "7", "7"]


def test_rows_are_paged_across_forms(tree: Tree, workspace: Workspace, clock: FixedClock) -> None:
    tree.things()
    tree.dated("D")
    made = []
    for n in range(7):
        made.append(enqueue(workspace, "tasks.D", '"abc"' if n % 2 else "abc"))
        clock.move_to(NOW + n * HOUR)
    cancel(workspace, *made)
    seen, after = [], None
    while True:
        page = records(workspace, RecordQuery(row="abc"), limit=2, after=after)
        seen += [run.id for run in page.records]
        after = page.next
        if after is None:
            break
    assert seen == made[::-1]


def test_records_of_unknown_tasks_and_wrong_arguments(tree: Tree, workspace: Workspace) -> None:
    tree.scheduled("A")
    with pytest.raises(NoRecords):
        records(workspace, RecordQuery())
    enqueue(workspace, "tasks.A")
    with pytest.raises(NotFound) as unknown:
        records(workspace, RecordQuery(tasks=("AA",)))
    assert unknown.value.hint == "did you mean tasks.A?"
    for argument, query in (
        ("status", RecordQuery(statuses=frozenset({"done"}))),
        ("version", RecordQuery(version="abc")),
        ("version", RecordQuery(version="nohexa")),
    ):
        with pytest.raises(InvalidArgument) as wrong:
            records(workspace, query)
        assert wrong.value.argument == argument


def test_a_pending_run_is_overdue_after_a_minute(tree: Tree, workspace: Workspace) -> None:
    tree.scheduled("A")
    number = enqueue(workspace, "tasks.A")
    with workspace.store() as store:
        run = store.run(number)
    assert run is not None
    assert status_of(run, NOW + timedelta(seconds=60)) == "pending"
    assert status_of(run, NOW + timedelta(seconds=61)) == "overdue"


def test_reading_records_compiles_no_task(tree: Tree, workspace: Workspace) -> None:
    tree.scheduled("A")
    enqueue(workspace, "tasks.A")
    tree.write("tasks/A/e.json", "{")
    assert numbers(workspace, statuses=frozenset({"pending"})) == [1]
    assert workspace.zone.key == "UTC"
    assert workspace._compilation is None


# --- one run


def test_a_run_is_followed_to_its_end(tree: Tree, workspace: Workspace) -> None:
    tree.scheduled("A")
    number = enqueue(workspace, "tasks.A")
    following = follow(workspace, number)
    assert next(following) == NoRuntimeAlive()
    cancel(workspace, number)
    [last] = following
    assert not isinstance(last, NoRuntimeAlive)
    found = run_with_log(workspace, number)
    assert (last, found.run.status, found.lines) == (found.run, RunStatus.CANCELLED, ())
    with pytest.raises(NotFound):
        run_with_log(workspace, 99)


# --- status, list, stats


def test_the_status_before_anything_has_run(tree: Tree, workspace: Workspace) -> None:
    tree.scheduled("A")
    tree.scheduled("Off", enable=0)
    tree.write("tasks/Bad/e.json", "{")
    found = status(workspace)
    states = {element.name: element.state for element in found.elements}
    assert states == {"tasks.A": "ready", "tasks.Bad": "broken", "tasks.Off": "disabled"}
    assert [(each.code, each.element) for each in found.problems] == [
        ("not-running", None),
        ("broken", "tasks.Bad"),
    ]
    assert (found.runtimes, found.leader, found.last_scan) == ((), None, None)
    tree.scheduled("Bad")
    assert [each.code for each in status(workspace).problems] == ["not-running"]


def names(page: CatalogPage) -> list[str]:
    return [entry.name for entry in page.tasks]


@pytest.fixture
def several(tree: Tree, workspace: Workspace) -> Workspace:
    tree.things()
    tree.scheduled("A", tags=["money"], title="Every morning")
    tree.scheduled("Off", enable=0)
    tree.scheduled("billing/P")
    tree.dated("billing/deep/D", tags=["money", "mail"])
    tree.write("tasks/Bad/e.json", '{"type": "tasks.NormalType", "title": "Bad one"}')
    with workspace.store(create=True) as store:
        store.put_pause(Pause("tasks.billing.P", NOW, NOW + 48 * HOUR, None))
    return workspace


def test_the_tasks_of_a_tree(several: Workspace) -> None:
    page = catalog(several)
    states = {entry.name: entry.state.value for entry in page.tasks}
    assert states == {
        "tasks.A": "ready",
        "tasks.Bad": "broken",
        "tasks.Off": "disabled",
        "tasks.billing.P": "paused",
        "tasks.billing.deep.D": "ready",
    }
    first, bad, off, paused, _ = page.tasks
    assert first.schedule == "every day at 09:00 UTC from 5 January 2026"
    assert first.next == NOW + HOUR
    assert (bad.title, bad.schedule, bad.next) == ("Bad one", None, None)
    assert off.next is None
    assert paused.next == NOW + 49 * HOUR
    view = catalog_view(page)
    assert view["tasks"][0] == {
        "name": "tasks.A", "title": "Every morning", "kind": "scheduled", "state": "ready",
        "tags": ["money"], "schedule": first.schedule, "zone": "UTC",
        "next": "2026-05-04T09:00:00+00:00", "last": None, "blocked": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CatalogFilter(tag="money"), ["tasks.A", "tasks.billing.deep.D"]),
        (CatalogFilter(folder="billing"), ["tasks.billing.P", "tasks.billing.deep.D"]),
        (CatalogFilter(folder="tasks/billing/deep/"), ["tasks.billing.deep.D"]),
        (CatalogFilter(folder="bill"), []),
        (CatalogFilter(kind=TaskKind.DATE_FIELD), ["tasks.billing.deep.D"]),
        (CatalogFilter(state=TaskState.PAUSED), ["tasks.billing.P"]),
        (CatalogFilter(tag="money", kind=TaskKind.SCHEDULED), ["tasks.A"]),
    ],
)
def test_tasks_are_filtered(several: Workspace, wanted: CatalogFilter, found: list[str]) -> None:
    assert names(catalog(several, wanted)) == found


def test_tasks_are_paged(several: Workspace) -> None:
    first = catalog(several, limit=2)
    assert (names(first), first.next) == (["tasks.A", "tasks.Bad"], "tasks.Bad")
    second = catalog(several, limit=3, after=first.next)
    assert (names(second)[-1], second.next) == ("tasks.billing.deep.D", None)


def test_last_results_and_planned_rows(several: Workspace) -> None:
    with several.store() as store:
        store.plan(
            NOW,
            create=[
                NewRun("tasks.billing.deep.D", "1", Trigger.SCHEDULE, (NOW + HOUR,), NOW + HOUR)
            ],
        )
    finish(several, enqueue(several, "tasks.A"))
    entries = {entry.name: entry for entry in catalog(several).tasks}
    assert entries["tasks.billing.deep.D"].next == NOW + HOUR
    last = entries["tasks.A"].last
    assert last is not None
    assert (last.status, last.finished) == (RunStatus.COMPLETED, NOW + timedelta(seconds=3))


def finish(workspace: Workspace, number: int) -> None:
    """Let a run have begun a second after it was due, and ended two seconds later."""
    second, due = 1_000_000, int(NOW.timestamp()) * 1_000_000
    file = workspace.root / ".jittask/jittask.db"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(
            "UPDATE runs SET status = 'completed', started = ?, began = ?, finished = ? "
            "WHERE id = ?",
            (due + second, due + second, due + 3 * second, number),
        )


def test_statistics(several: Workspace, clock: FixedClock) -> None:
    finish(several, enqueue(several, "tasks.A"))
    clock.move_to(NOW + HOUR)
    assert statistics_view(statistics(several)) == {
        "since": "2026-04-27T09:00:00+00:00",
        "until": "2026-05-04T09:00:00+00:00",
        "tasks": [
            {
                "task": "tasks.A", "runs": 1, "completed": 1, "failed": 0, "successRate": 1.0,
                "duration": {"p50": 2.0, "p95": 2.0}, "lateness": {"p50": 1.0, "p95": 1.0},
            }
        ],
    }  # fmt: skip
    assert statistics(several, task="Off").tasks == ()
    assert statistics(several, since=NOW + HOUR / 2).tasks == ()
    with pytest.raises(NotFound):
        statistics(several, task="nowhere")
    with pytest.raises(InvalidArgument):
        statistics(several, since=NOW, until=NOW - HOUR)


# --- times


def test_each_task_is_listed_once_by_its_next_time(tree: Tree, workspace: Workspace) -> None:
    tree.scheduled("Often", repeat={"repeatType": "minute"})
    tree.scheduled("Daily")
    tree.scheduled("Yearly", repeat={"repeatType": "year"})
    tree.scheduled("Off", enable=0)
    found = next_of_all(workspace)
    assert [entry.task for entry in found.occurrences] == [
        "tasks.Often", "tasks.Daily", "tasks.Yearly",
    ]  # fmt: skip
    assert found.left_out == 0
    first = next_of_all(workspace, limit=2)
    assert (len(first.occurrences), first.left_out) == (2, 1)
    often = next_of_task(workspace, "Often", limit=3).occurrences
    assert [entry.at for entry in often] == [NOW + timedelta(minutes=n) for n in (1, 2, 3)]
    inclusive = next_of_task(workspace, "Often", start=NOW, limit=1).occurrences
    assert inclusive[0].at == NOW


def test_what_holidays_skip_is_listed_before_the_next_time(
    tree: Tree, workspace: Workspace
) -> None:
    timing = {"skipHoliday": 1, "holidayRoll": "skip",
              "calendar": {"extraHolidays": ["2026-05-04"]}}  # fmt: skip
    tree.scheduled("A", timing=timing)
    found = next_of_all(workspace, skipped=True).occurrences
    assert [entry.at for entry in found] == [NOW + HOUR, NOW + 25 * HOUR]
    assert [entry.at for entry in next_of_all(workspace).occurrences] == [NOW + 25 * HOUR]


def test_an_explanation_names_a_pause(tree: Tree, workspace: Workspace) -> None:
    tree.scheduled("A")
    with workspace.store(create=True) as store:
        store.put_pause(Pause("tasks.A", NOW, None, "moving"))
    found = explain(workspace, "A", at="today")
    assert (found.fires, found.whole_day) == (False, True)
    assert [reason.code for reason in found.reasons][:2] == ["paused", "would-fire"]
    tomorrow = explain(workspace, "A", at="tomorrow")
    assert (tomorrow.at.date() - found.at.date(), tomorrow.whole_day) == (24 * HOUR, True)
    soon = explain(workspace, "A", at="+1h")
    assert (soon.at, soon.whole_day) == (datetime(2026, 5, 4, 9), False)


def test_a_window_begins_with_what_is_given_and_after_now(tree: Tree, workspace: Workspace) -> None:
    assert window(NOW, None, None) == (NOW, NOW, NOW + 168 * HOUR)
    assert window(NOW, NOW, NOW).begin < NOW
    with pytest.raises(InvalidArgument):
        window(NOW, NOW, NOW - HOUR)
    tree.things()
    tree.dated("D")
    with pytest.raises(InvalidArgument):
        planned_timers(workspace.compilation, "D")


@pytest.mark.parametrize("query", [RecordQuery(by="nope"), RecordQuery(trigger="nope")])  # type: ignore[arg-type]
def test_a_record_query_of_unknown_words_is_a_wrong_argument(
    workspace: Workspace, query: RecordQuery
) -> None:
    enqueue(workspace, "tasks.A")
    with pytest.raises(InvalidArgument, match="expected one of"):
        records(workspace, query)


@pytest.mark.parametrize("cursor", ["nonsense", "start:1:1"])
def test_a_text_that_is_no_cursor_is_a_wrong_argument(workspace: Workspace, cursor: str) -> None:
    enqueue(workspace, "tasks.A")
    with pytest.raises(InvalidArgument) as caught:
        records(workspace, RecordQuery(), after=cursor)
    assert caught.value.argument == "after"
    assert "--after" not in str(caught.value)


def test_records_until_before_since_is_a_wrong_argument(workspace: Workspace) -> None:
    enqueue(workspace, "tasks.A")
    with pytest.raises(InvalidArgument, match="the end is before the beginning"):
        records(workspace, RecordQuery(since=NOW, until=NOW - HOUR))


def test_fewer_than_none_is_a_wrong_argument(tree: Tree, workspace: Workspace) -> None:
    tree.scheduled("A")
    for call in (
        lambda: next_of_task(workspace, "A", limit=-1),
        lambda: next_of_all(workspace, limit=-1),
    ):
        with pytest.raises(InvalidArgument) as caught:
            call()
        assert caught.value.argument == "limit"
