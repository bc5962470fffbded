"""Statistics of runs, and the newest run of each task, against the same counted in Python."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta

import sqlalchemy as sa

from jittask.model import RunStatus
from jittask.store import Store, statistics
from jittask.store.instants import to_micros
from jittask.store.statistics import LastRun
from jittask.store.tables import runs
from tests.store.runs import NOW, new

MINUTE = timedelta(minutes=1)
BLANK = {
    "row_key": "", "trigger": "schedule", "nominal": 0, "due": 0, "attempt": 1, "token": 1,
    "priority": 0, "late": False,
}  # fmt: skip


def row(task: str, status: str, effective: datetime, late: int, took: int) -> dict[str, object]:
    """A run that began ``late`` and ran for ``took`` milliseconds."""
    started = effective + timedelta(milliseconds=late)
    finished = started + timedelta(milliseconds=took)
    ended = status != "executing"
    return {
        **BLANK,
        "task": task,
        "status": status,
        "effective": to_micros(effective),
        "started": to_micros(started),
        "began": to_micros(started),
        "finished": to_micros(finished) if ended else None,
    }


def fill(store: Store, rows: list[dict[str, object]]) -> None:
    with store._database.writing() as connection:
        connection.execute(sa.insert(runs), rows)


def nearest_rank(values: list[int], percent: int) -> timedelta:
    return timedelta(milliseconds=sorted(values)[-(-len(values) * percent // 100) - 1])


def test_counts_and_percentiles(store: Store) -> None:
    dice = random.Random(7)
    held = defaultdict(list)
    rows = []
    for _ in range(400):
        task, status = dice.choice(["tasks.A", "tasks.B"]), dice.choice(list(RunStatus))
        if status is RunStatus.PENDING:
            continue
        effective = NOW + dice.randrange(-60, 60) * MINUTE
        late, took = dice.randrange(900), dice.randrange(5000)
        rows.append(row(task, status.value, effective, late, took))
        begins = effective + timedelta(milliseconds=late)
        if status in (RunStatus.COMPLETED, RunStatus.FAILED) and NOW <= begins <= NOW + 30 * MINUTE:
            held[task].append((status, late, took))
    fill(store, rows)
    found = store.statistics(NOW, NOW + 30 * MINUTE)
    assert [statistic.task for statistic in found] == ["tasks.A", "tasks.B"]
    for statistic in found:
        expected = held[statistic.task]
        completed = sum(status is RunStatus.COMPLETED for status, _, _ in expected)
        assert (statistic.runs, statistic.completed) == (len(expected), completed)
        assert statistic.success_rate == completed / len(expected)
        late = [late for _, late, _ in expected]
        took = [took for _, _, took in expected]
        assert statistic.lateness.p50 == nearest_rank(late, 50)
        assert statistic.lateness.p95 == nearest_rank(late, 95)
        assert statistic.duration.p50 == nearest_rank(took, 50)
        assert statistic.duration.p95 == nearest_rank(took, 95)
    assert store.statistics(NOW, NOW + 30 * MINUTE, "tasks.B") == found[1:]
    assert store.statistics(NOW - 9 * 60 * MINUTE, NOW - 8 * 60 * MINUTE) == []


def test_the_newest_executed_run_of_each_task(store: Store) -> None:
    fill(
        store,
        [
            row("tasks.A", "completed", NOW, 0, 1000),
            row("tasks.A", "failed", NOW + MINUTE, 0, 1000),
            row("tasks.A", "skipped", NOW + 2 * MINUTE, 0, 0),
            row("tasks.A", "executing", NOW + 3 * MINUTE, 0, 0),
            row("tasks.B", "completed", NOW, 0, 1000),
        ],
    )
    second = timedelta(seconds=1)
    assert store.last_runs(["tasks.A", "tasks.B", "tasks.C"]) == {
        "tasks.A": LastRun(2, RunStatus.FAILED, NOW + MINUTE + second),
        "tasks.B": LastRun(5, RunStatus.COMPLETED, NOW + second),
    }
    assert store.last_runs([]) == {}


def test_the_first_pending_run_of_each_task(store: Store) -> None:
    store.plan(NOW, create=[new(at=NOW + 2 * MINUTE), new(at=NOW + MINUTE), new("tasks.B")])
    assert store.next_pending(["tasks.A", "tasks.C"]) == {"tasks.A": NOW + MINUTE}
    assert store.next_pending([]) == {}


def test_a_statistic_reads_only_its_time(store: Store) -> None:
    """The index bounds what is read: the plan names it."""
    fill(store, [row("tasks.A", "completed", NOW + n * MINUTE, 0, 1000) for n in range(300)])
    with store._database.writing() as connection:
        if connection.dialect.name != "sqlite":
            return
        query = statistics._executed(NOW, NOW + MINUTE, None)
        text = query.compile(connection, compile_kwargs={"literal_binds": True})
        steps = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))
        plan = " ".join(str(step) for step in steps)
    assert "runs_ended_by_start (status=? AND started>? AND started<?)" in plan
