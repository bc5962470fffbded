"""A run that is to begin after its instant: claimed then, and late from then on (R1, R2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from jittask.model import NO_DELAY, Reason, Run, RunStatus, Trigger
from jittask.store import Store
from jittask.store.claim_types import Ending
from jittask.store.expected_start import is_expected_by
from jittask.store.instants import to_micros
from jittask.store.plans import Delaying
from jittask.store.record_conditions import is_open, is_overdue
from jittask.store.record_filter import RecordFilter
from jittask.store.tables import runs
from tests.store.runs import NOW, new, take

DELAY = timedelta(seconds=200, microseconds=7)
EXPECTED = NOW + DELAY
TICK = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def delayed(store: Store) -> Store:
    """A store with a run that is due at NOW, and begins later."""
    store.plan(NOW, [new(delay=DELAY)])
    return store


def record(store: Store) -> Run:
    [found] = store.records(RecordFilter(), NOW, 10).records
    return found


def test_it_is_claimed_at_its_expected_start_and_not_before(delayed: Store) -> None:
    assert delayed.next_due() == EXPECTED
    assert take(delayed, now=EXPECTED - TICK) == ()
    [claimed] = take(delayed, now=EXPECTED)
    assert (claimed.run.effective, claimed.run.delay) == (NOW, DELAY)
    assert claimed.run.expected_start == EXPECTED


def test_its_record_has_its_instant_and_its_delay(delayed: Store) -> None:
    run = record(delayed)
    assert (run.effective, run.delay, run.due) == (NOW, DELAY, EXPECTED)
    assert run.nominals == (NOW,)
    [pending] = delayed.pending(["tasks.A"])["tasks.A"]
    assert (pending.effective, pending.delay) == (NOW, DELAY)


def test_without_a_delay_the_column_is_empty(store: Store) -> None:
    store.plan(NOW, [new()])
    with store._database.reading() as connection:
        assert connection.execute(sa.select(runs.c.delay)).scalars().all() == [None]
    assert record(store).delay == NO_DELAY


@pytest.mark.parametrize(
    ("after", "overdue"),
    [(-DELAY, 0), (NO_DELAY, 0), (MINUTE, 0), (MINUTE + TICK, 1), (60 * MINUTE, 1)],
)
def test_it_is_overdue_a_minute_after_its_expected_start(
    delayed: Store, after: timedelta, overdue: int
) -> None:
    now = EXPECTED + after
    status = delayed.status(now)
    assert (status.pending, status.overdue) == (1, overdue)
    assert [(task.task, task.since) for task in status.overdue_tasks] == (
        [("tasks.A", EXPECTED)] if overdue else []
    )
    assert len(delayed.records(RecordFilter(overdue=True), now, 10).records) == overdue


@pytest.mark.parametrize(("after", "late"), [(MINUTE, False), (MINUTE + TICK, True)])
def test_a_claim_flags_it_late_from_its_expected_start(
    delayed: Store, after: timedelta, late: bool
) -> None:
    take(delayed, now=EXPECTED + after)
    assert record(delayed).late is late


@pytest.mark.parametrize(("after", "late"), [(MINUTE, False), (MINUTE + TICK, True)])
def test_a_claim_that_is_taken_back_leaves_its_expected_start(
    delayed: Store, after: timedelta, late: bool
) -> None:
    """Its due moves, and the lateness of what follows counts from where it was (R12)."""
    [claimed] = take(delayed, now=EXPECTED)
    back = Ending(
        claimed.run.id, claimed.token, 1, RunStatus.PENDING, Reason.BLOCKED,
        retry_at=EXPECTED + after, takes_back=True,
    )  # fmt: skip
    delayed.finish([back], EXPECTED)
    run = record(delayed)
    assert (run.due, run.expected_start, run.late) == (EXPECTED + after, EXPECTED, late)
    assert delayed.status(EXPECTED + MINUTE).overdue == 0
    assert delayed.status(EXPECTED + MINUTE + TICK).overdue == 1


def test_lateness_is_counted_from_the_expected_start(delayed: Store) -> None:
    [claimed] = take(delayed, now=EXPECTED + 3 * SECOND)
    end = Ending(claimed.run.id, claimed.token, 1, RunStatus.COMPLETED)
    delayed.finish([end], EXPECTED + 5 * SECOND)
    [found] = delayed.statistics(NOW, NOW + timedelta(hours=1))
    assert (found.lateness.p50, found.duration.p50) == (3 * SECOND, 2 * SECOND)


def test_the_planner_looks_at_it_from_its_expected_start_on(store: Store) -> None:
    store.plan(NOW, [new("tasks.D", delay=DELAY)])
    with store._database.writing() as connection:
        connection.execute(sa.update(runs).values(row_key='"r"'))
    for now, found in ((NOW, []), (EXPECTED - TICK, []), (EXPECTED, ["tasks.D"])):
        assert sorted(store.due_tasks(now)) == found
        waiting = store.waiting_of_rows("tasks.D", ['"r"'], now)
        assert [run.expected_start for each in waiting.values() for run in each] == (
            [EXPECTED] * len(found)
        )


@pytest.mark.parametrize("delay", [NO_DELAY, SECOND, 2 * DELAY])
def test_a_plan_gives_another_delay(delayed: Store, delay: timedelta) -> None:
    delayed.plan(NOW, delay=[Delaying(record(delayed).id, delay)])
    run = record(delayed)
    assert (run.delay, run.due, run.effective) == (delay, NOW + delay, NOW)


def test_a_run_that_has_begun_keeps_its_delay(delayed: Store) -> None:
    take(delayed, now=EXPECTED)
    delayed.plan(NOW, delay=[Delaying(record(delayed).id, SECOND)])
    assert (record(delayed).delay, record(delayed).due) == (DELAY, EXPECTED)


def test_a_rerun_and_what_a_person_asks_for_begin_at_once(delayed: Store) -> None:
    first = record(delayed)
    numbers = [delayed.rerun(first, NOW), delayed.enqueue("tasks.A", "", Trigger.MANUAL, NOW)]
    for number in numbers:
        run = delayed.run(number)
        assert run is not None
        assert (run.delay, run.due) == (NO_DELAY, NOW)


def test_an_index_serves_what_asks_for_the_expected_start(store: Store) -> None:
    """The instant that is compared too bounds what is read: the plan names it."""
    store.plan(NOW, [new(at=NOW + n * MINUTE) for n in range(300)])
    conditions: Sequence[sa.ColumnElement[bool]] = (
        is_overdue(NOW), is_expected_by(to_micros(NOW)),
    )  # fmt: skip
    with store._database.writing() as connection:
        if connection.dialect.name != "sqlite":
            return
        for condition in conditions:
            query = sa.select(runs.c.task).where(is_open(), runs.c.task == "tasks.A", condition)
            text = query.compile(connection, compile_kwargs={"literal_binds": True})
            plan = " ".join(
                str(step) for step in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))
            )
            assert "runs_open (task=? AND effective<?)" in plan


def test_a_delay_of_another_run_changes_nothing(delayed: Store) -> None:
    """What is expected by a time does not hide what else is."""
    at: datetime = NOW + SECOND
    delayed.plan(NOW, [new("tasks.B", at)])
    assert delayed.due_tasks(at) == frozenset({"tasks.B"})
