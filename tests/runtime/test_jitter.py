"""Occurrences begin after their instants by ``policy.jitterSeconds``, and are not late then (R2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.clock import FixedClock
from jittask.compiler.compiled import DateFieldTask, ScheduledTask
from jittask.model import (
    NO_DELAY,
    AppSettings,
    CallStyle,
    FieldInfo,
    FieldType,
    FunctionRef,
    Misfire,
    ModelForm,
    ModelInfo,
    Occurrence,
    Policy,
    Reason,
    Run,
    RunStatus,
    Trigger,
)
from jittask.operations.inspect.records import status_of
from jittask.operations.views.runs import run_view
from jittask.runtime.assembly import assemble
from jittask.runtime.due_rows import DueRow
from jittask.runtime.duties.work import Work
from jittask.runtime.events import Event, Finished, Started
from jittask.runtime.planner import Planner
from jittask.runtime.row_decision import RowPlan, RowRecords, decide_row
from jittask.runtime.row_plan import plan_row
from jittask.runtime.signals import Signals
from jittask.runtime.snapshot import first_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.runtime.task_plan import plan_task
from jittask.schedule.jitter import delay_of
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer
from jittask.store import Store
from jittask.store.plans import Delaying, NewRun, PendingRun
from jittask.store.record_filter import RecordFilter
from jittask.store.watermarks import Watermark
from tests.tree import Tree

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
BEFORE = START - timedelta(minutes=1)
JITTER = 900
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
FUNCTION = FunctionRef("tasks.A", "tasks/A/inner.py", "customFunc", CallStyle.CUSTOM_FUNC)
MODEL = ModelInfo(
    "models.Thing", ModelForm.TABLE, "databases.D", "thing",
    (FieldInfo("id", FieldType.TEXT, "id", primary_key=True), FieldInfo("at", FieldType.DATETIME, "at")),
)  # fmt: skip
KEY = '"r"'


def scheduled(jitter: float = JITTER, repeat_type: str = "hour", **policy: object) -> ScheduledTask:
    timing = {"startTime": "2026-01-05 09:00:00", "repeat": {"repeatType": repeat_type}}
    made = Policy(jitter_seconds=jitter, **policy)  # type: ignore[arg-type]
    timer = Timer.from_config(timing)
    return ScheduledTask("tasks.A", "A", True, FUNCTION, made, timer, "t", str(jitter), ())


def dated(jitter: float = JITTER, **policy: object) -> DateFieldTask:
    timer = RowTimer.from_config({"startField": "at", "repeat": {"repeatType": "day"}}, "UTC")
    made = Policy(jitter_seconds=jitter, **policy)  # type: ignore[arg-type]
    return DateFieldTask("tasks.A", "A", True, FUNCTION, made, timer, MODEL, None, "", "", ())


def waiting(run: NewRun) -> PendingRun:
    return PendingRun(1, run.task, run.row_key, run.nominals, run.effective, run.missed, run.delay)


def planned(task: ScheduledTask) -> tuple[Watermark, PendingRun]:
    """Return the mark and the run of the task's first occurrence."""
    plan = plan_task(task, None, (), BEFORE)
    [run] = plan.create
    assert run.effective == START
    return plan.mark, waiting(run)


# --- what a plan gives


def test_an_occurrence_gets_its_delay_and_keeps_its_instant() -> None:
    [run] = plan_task(scheduled(), None, (), BEFORE).create
    assert run.delay == delay_of("tasks.A", "", START, JITTER) > NO_DELAY
    assert (run.effective, run.nominals) == (START, (START,))
    assert run.expected_start == START + run.delay


def test_a_row_has_a_delay_of_its_own_and_a_backfill_none() -> None:
    occurrences = [Occurrence(START, (START,))]
    [run] = plan_row(dated(), KEY, occurrences, (), (), BEFORE)
    assert run.delay == delay_of("tasks.A", KEY, START, JITTER) > NO_DELAY
    [filled] = plan_row(dated(), KEY, occurrences, (), (), BEFORE, trigger=Trigger.BACKFILL)
    assert filled.delay == NO_DELAY


# --- what a further plan makes of a run that waits

PATIENT = {"grace_seconds": 100}
"""How late it may be, from its expected start."""


@pytest.mark.parametrize(
    ("policy", "late", "reason"),
    [
        ({"misfire": Misfire.SKIP}, -MINUTE, None),
        ({"misfire": Misfire.SKIP}, MINUTE, None),
        ({"misfire": Misfire.SKIP}, MINUTE + TICK, Reason.MISFIRE),
        (PATIENT, -MINUTE, None),
        (PATIENT, 100 * SECOND, None),
        (PATIENT, 100 * SECOND + TICK, Reason.GRACE),
        ({}, 30 * MINUTE, None),
    ],
)
@pytest.mark.parametrize("edited", [False, True])
def test_a_run_that_waits_is_judged_by_its_expected_start(
    policy: dict[str, object], late: timedelta, reason: Reason | None, edited: bool
) -> None:
    """Planned again after a restart, or after an edit of something else than its timing."""
    task = scheduled(**policy)
    mark, run = planned(task)
    assert run.delay > 101 * SECOND, "the delay is longer than what the cases bear"
    now = run.expected_start + late
    assert now > START + MINUTE
    if edited:
        task = scheduled(**policy, priority=1)
    plan = plan_task(task, mark, [run], now)
    assert [closing.reason for closing in plan.close] == ([] if reason is None else [reason])


def test_a_run_in_its_delay_is_kept_where_the_next_occurrence_has_come_due() -> None:
    """Both run: neither was missed."""
    task = scheduled(jitter=7200, misfire=Misfire.LATEST)
    mark, run = planned(task)
    now = START + timedelta(hours=1)
    assert run.expected_start > now, "the delay is longer than the cycle"
    plan = plan_task(task, mark, [run], now)
    assert plan.close == ()
    assert [new.effective for new in plan.create] == [now, now + timedelta(hours=1)]


def test_what_came_due_while_nothing_ran_is_judged_by_its_instant() -> None:
    task = scheduled(misfire=Misfire.SKIP)
    mark, run = planned(task)
    later = START + timedelta(hours=1)
    delay = delay_of("tasks.A", "", later, JITTER)
    for seconds, status, late in ((60, RunStatus.PENDING, False), (61, RunStatus.SKIPPED, True)):
        plan = plan_task(task, mark, [run], later + seconds * SECOND)
        [missed] = [new for new in plan.create if new.effective == later]
        assert (missed.status, missed.late, missed.delay) == (status, late, delay)


def test_what_is_caught_up_is_late_from_its_expected_start() -> None:
    mark, _ = planned(scheduled())
    mark = Watermark(
        "tasks.A", mark.activated, "t", str(JITTER), BEFORE, BEFORE, enabled=True
    )  # fmt: skip - of a plan before the first occurrence
    delay = delay_of("tasks.A", "", START, JITTER)
    for now, late in ((START + delay + MINUTE, False), (START + delay + MINUTE + TICK, True)):
        first, _ = plan_task(scheduled(), mark, (), now).create
        assert (first.effective, first.late) == (START, late)


@pytest.mark.parametrize("jitter", [0, 60])
def test_an_edit_of_the_jitter_moves_what_waits_for_its_instant(jitter: float) -> None:
    mark, run = planned(scheduled())
    delay = delay_of("tasks.A", "", START, jitter)
    assert plan_task(scheduled(jitter), mark, [run], BEFORE).delay == (Delaying(1, delay),)
    assert plan_task(scheduled(jitter), mark, [run], START).delay == ()
    assert plan_task(scheduled(), mark, [run], BEFORE).delay == ()


# --- what a scan makes of the runs of a row


def decided(task: DateFieldTask, run: PendingRun, now: datetime) -> RowPlan:
    at = START.replace(tzinfo=None)
    timer = task.timer.timer(at)
    assert timer is not None
    row = DueRow(KEY, {"at": at}, (Occurrence(START, (START,)),), timer)
    records = RowRecords({(KEY, START)}, (), [run] if run.expected_start <= now else [])
    return decide_row(task, row, records, now, now + MINUTE)


@pytest.mark.parametrize(("late", "closed"), [(-MINUTE, 0), (MINUTE, 0), (MINUTE + TICK, 1)])
def test_the_run_of_a_row_is_judged_by_its_expected_start(late: timedelta, closed: int) -> None:
    task = dated(misfire=Misfire.SKIP)
    [new] = plan_row(task, KEY, [Occurrence(START, (START,))], (), (), BEFORE)
    run = waiting(new)
    assert run.delay > 2 * MINUTE
    plan = decided(task, run, run.expected_start + late)
    assert [closing.reason for closing in plan.close] == [Reason.MISFIRE] * closed


# --- what is stored, and what a runtime begins


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(AppSettings(), tmp_path, create=True) as opened:
        yield opened


def start(store: Store, tree: Tree, now: datetime) -> list[Run]:
    """Plan as a start does; return the runs of A by their instants."""
    snapshot = first_snapshot(compile_tree(tree.root), {}, {}, now)
    Planner(store, lambda _: None, TaskBoundary(lambda _: None)).step(snapshot, now)
    found = store.records(RecordFilter(tasks=("tasks.A",)), now, 10).records
    return sorted(found, key=lambda run: run.effective)


@pytest.mark.parametrize("where", ["task", "app"])
def test_a_start_after_an_edit_of_the_jitter_plans_again(
    store: Store, tmp_path: Path, where: str
) -> None:
    """Also where the app's default is what was edited."""
    tree = Tree(tmp_path / "tree")
    tree.scheduled("A")
    [run] = start(store, tree, BEFORE)
    assert run.delay == NO_DELAY
    policy = {"jitterSeconds": JITTER}
    if where == "app":
        tree = Tree(tmp_path / "tree", policy=policy)
    else:
        tree.scheduled("A", policy=policy)
    [run] = start(store, tree, BEFORE)
    assert run.delay == delay_of("tasks.A", "", START, JITTER)
    assert run.due == run.expected_start


def test_a_run_in_its_delay_is_not_overdue(store: Store, tmp_path: Path) -> None:
    tree = Tree(tmp_path / "tree", policy={"jitterSeconds": JITTER, "misfire": "skip"})
    tree.scheduled("A")
    [run] = start(store, tree, BEFORE)
    now = run.expected_start + MINUTE
    first, _ = start(store, tree, now)
    assert (status_of(first, now), status_of(first, now + TICK)) == ("pending", "overdue")
    assert first == run
    assert run_view(run, now)["delaySeconds"] == run.delay.total_seconds() > 0


SPREAD = 40


class StillClock(FixedClock):
    """Moves only when the test moves it."""

    def wait(self, event: object, seconds: float | None) -> bool:
        del event, seconds
        return False


@pytest.mark.parametrize("restart", [False, True])
def test_a_runtime_begins_each_at_its_own_delay(tmp_path: Path, restart: bool) -> None:
    """Through each second of the jitter; a restart in the midst of it changes nothing."""
    runtime = {"executor": "inline", "workers": 2, "leaseSeconds": 86400, "heartbeatSeconds": 20000}
    policy = {"jitterSeconds": SPREAD, "misfire": "skip", "graceSeconds": 5}
    tree = Tree(tmp_path / "tree", runtime=runtime, policy=policy)
    for name in ("A", "B", "C"):
        tree.scheduled(name)
    clock = StillClock(START - 2 * SECOND)
    events: list[Event] = []
    parts = assemble(tree.root, clock, Signals(clock), events.append, watched=False)
    for second in range(-2, SPREAD + 2):
        clock.move_to(START + second * SECOND)
        if restart and second in (1, 20):
            parts.opened.close()
            parts = assemble(tree.root, clock, Signals(clock), events.append, watched=False)
        work = Work(parts)
        for _ in range(4):
            work.step()
    parts.opened.close()
    begun = {event.task: event for event in events if isinstance(event, Started)}
    delays = {task: delay_of(task, "", START, SPREAD) for task in begun}
    assert begun.keys() == {"tasks.A", "tasks.B", "tasks.C"}
    assert len({event.at for event in begun.values()}) == 3
    for task, event in begun.items():
        assert (event.effective, event.delay_seconds) == (START, delays[task].total_seconds())
        assert delays[task] <= event.at - START < delays[task] + SECOND
    ended = [event.status for event in events if isinstance(event, Finished)]
    assert ended == ["completed"] * 3
