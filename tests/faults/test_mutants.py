"""Takes one safeguard out at a time: the checker says so, and finds nothing wrong with it in.

Each trial makes the fault that the safeguard is there for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import Misfire, OnInterrupted, Overlap, RunStatus, Trigger
from jittask.store import Store, claims, due_runs, finishing, plan_writing
from jittask.store.batch import locked
from jittask.store.claim_types import Ending
from jittask.store.plans import Closing
from jittask.store.tables import keys, runs
from jittask.store.watermarks import Watermark
from tests.faults.checker import Violation
from tests.faults.hand import Ground, Hand, task

Mutate = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    found = Ground.open(tmp_path)
    with found.store:
        yield found


# --- the trials


def a_stale_page(ground: Ground, patch: pytest.MonkeyPatch) -> list[Violation]:
    """Two runtimes have read the same page of due runs before either claims."""
    ground.write(task("tasks.T", 10, overlap=Overlap.ALLOW))
    a, b = Hand(ground, "a"), Hand(ground, "b")
    a.plan()
    ground.later(10)
    with ground.store._database.reading() as connection:
        page = due_runs.due(connection, ground.now, 500)
    assert page
    patch.setattr(claims, "due", lambda *_: page)
    a.work()
    ground.later(1)
    a_second_pending(ground)
    b.work()
    ground.later(1)
    a.end_all()
    ground.later(1)
    b.end_all()
    return ground.violations()


def a_second_pending(ground: Ground) -> None:
    """Something else that is due lets ``b`` look at all."""
    ground.store.enqueue("tasks.T", "", Trigger.MANUAL, ground.now)


def a_runtime_counted_dead_reports(ground: Ground, patch: pytest.MonkeyPatch) -> list[Violation]:
    """Its run has been claimed by another, whose body has not ended."""
    del patch
    ground.write(task("tasks.T", 10, on_interrupted=OnInterrupted.RERUN))
    a, b = Hand(ground, "a"), Hand(ground, "b")
    a.plan()
    ground.later(10)
    a.work()
    ground.later(1)
    b.count_dead("a")
    b.work()
    assert b.hands.running
    ground.later(1)
    a.end_all()
    ground.later(1)
    b.end_all()
    return ground.violations()


def a_restart_after_pruning(ground: Ground, patch: pytest.MonkeyPatch) -> list[Violation]:
    """What has run, and is not kept any more, does not run again."""
    del patch
    ground.write(task("tasks.T", 3600, misfire=Misfire.ALL, overlap=Overlap.ALLOW))
    a = Hand(ground, "a")
    a.plan()
    for _ in range(5):
        ground.later(3600)
        a.plan()
        a.work()
        a.end_all()
    ground.later(3 * 86_400)
    ground.prune(days=1)
    b = Hand(ground, "b")
    b.plan()
    return ground.violations()


def off_and_on_again(ground: Ground, patch: pytest.MonkeyPatch) -> list[Violation]:
    """A task is disabled and enabled before its next occurrence, which is to fire all the same."""
    del patch
    one = task("tasks.T", 60)
    a = Hand(ground, "a")
    for seconds, now in ((0, one), (1, replace(one, enabled=False)), (1, one)):
        ground.later(seconds)
        ground.write(now)
        a.plan()
    began = ground.now
    ground.later(60)
    a.plan()
    a.work()
    a.end_all()
    ground.expect("tasks.T", frozenset(n.nominal for n in one.timer.between(began, ground.now)))
    return ground.violations(healed=ground.now)


# --- the mutants


def claims_whatever_the_state(patch: pytest.MonkeyPatch) -> None:
    for module in (claims, finishing):
        patch.setattr(module, "locked", lambda rows, *_: locked(rows))
        step = lambda _, after: sa.update(runs).values(status=after)  # noqa: E731
        patch.setattr(module, "transition", step)
    begins = claims._beginning(sa.update(runs).values(status=RunStatus.EXECUTING))
    patch.setattr(claims, "_BEGINS", begins.returning(*claims._FENCE))


def ignores_the_token(patch: pytest.MonkeyPatch) -> None:
    finish = finishing.finish

    def fenceless(connection: Connection, endings: Sequence[Ending], now: datetime) -> list[Ending]:
        newest = {run.id: run.token for run in connection.execute(sa.select(runs))}
        fresh = [replace(end, token=newest[end.run]) for end in endings]
        counted = {end.run for end in finish(connection, fresh, now)}
        return [end for end in endings if end.run in counted]

    patch.setattr(finishing, "finish", fenceless)


def forgets_the_high_water_mark(patch: pytest.MonkeyPatch) -> None:
    watermarks = Store.watermarks

    def as_if_never_planned(store: Store) -> dict[str, Watermark]:
        return {
            name: replace(mark, planned_until=mark.activated, walked_until=mark.activated)
            for name, mark in watermarks(store).items()
        }

    patch.setattr(Store, "watermarks", as_if_never_planned)


def keeps_the_keys_of_cancelled_runs(patch: pytest.MonkeyPatch) -> None:
    close = plan_writing.close_runs

    def keeping(connection: Connection, closings: Sequence[Closing], now: datetime) -> int:
        before = connection.execute(sa.select(keys)).mappings().all()
        closed = close(connection, closings, now)
        left = set(connection.execute(sa.select(keys.c.run_id)).scalars())
        lost = [dict(row) for row in before if row["run_id"] not in left]
        if lost:
            connection.execute(sa.insert(keys), lost)
        return closed

    patch.setattr(plan_writing, "close_runs", keeping)


Trial = Callable[[Ground, pytest.MonkeyPatch], list[Violation]]
MUTANTS: dict[str, Mutate] = {
    "the claim's condition": claims_whatever_the_state,
    "the fencing check": ignores_the_token,
    "the high-water mark": forgets_the_high_water_mark,
    "the revival of cancelled runs": keeps_the_keys_of_cancelled_runs,
}
CASES: dict[str, tuple[Trial, set[str]]] = {
    "the claim's condition": (a_stale_page, {"I3", "I5"}),
    "the fencing check": (a_runtime_counted_dead_reports, {"I6"}),
    "the high-water mark": (a_restart_after_pruning, {"I2"}),
    "the revival of cancelled runs": (off_and_on_again, {"I1"}),
}


@pytest.mark.parametrize("name", CASES)
def test_all_is_well_with_the_safeguard(
    name: str, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial, _ = CASES[name]
    assert trial(ground, monkeypatch) == []


@pytest.mark.parametrize("name", CASES)
def test_without_the_safeguard_it_is_caught(
    name: str, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial, wanted = CASES[name]
    MUTANTS[name](monkeypatch)
    found = trial(ground, monkeypatch)
    assert wanted <= {one.invariant for one in found}, "\n".join(map(str, found))
