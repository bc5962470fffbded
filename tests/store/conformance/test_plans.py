"""Plans: one run for each occurrence, and what becomes of it when it is cancelled (R3)."""

from __future__ import annotations

from datetime import timedelta

from jittask.model import Reason, RunStatus, Trigger
from jittask.store import Store
from jittask.store.claim_types import Ending
from jittask.store.plans import Closing
from jittask.store.watermarks import Watermark
from tests.store.runs import NOW, new, take


def test_a_nominal_has_one_run(store: Store) -> None:
    assert len(store.plan(NOW, [new(), new()])) == 1
    assert store.plan(NOW, [new()]) == []


def test_a_merged_run_takes_the_nominals_that_are_free(store: Store) -> None:
    store.plan(NOW, [new()])
    later = NOW + timedelta(days=1)
    [(_, run)] = store.plan(NOW, [new("tasks.A", NOW, later)])
    assert run.nominals == (later,)


def test_a_cancelled_run_gives_its_nominal_back_and_a_skipped_one_does_not(store: Store) -> None:
    for state, again in ((RunStatus.CANCELLED, 1), (RunStatus.SKIPPED, 0)):
        task = f"tasks.{state}"
        [(number, _)] = store.plan(NOW, [new(task)])
        store.plan(NOW, close=[Closing(number, state, Reason.EDITED, "x")])
        assert len(store.plan(NOW, [new(task)])) == again


def test_pending_are_the_planned_runs_that_no_attempt_has_begun(store: Store) -> None:
    ends = {
        "tasks.Done": RunStatus.COMPLETED,
        "tasks.Again": RunStatus.PENDING,
        "tasks.Begun": None,
    }
    store.plan(NOW, list(map(new, ends)))
    [(skipped, _)] = store.plan(NOW, [new("tasks.Waiting", NOW - timedelta(days=1))])
    store.plan(NOW, close=[Closing(skipped, RunStatus.SKIPPED, Reason.MISFIRE, "x")])
    for claim in take(store):
        state = ends.get(claim.run.task)
        if state is not None:
            store.finish(
                [Ending(claim.run.id, claim.token, claim.attempt, state, retry_at=NOW)], NOW
            )
    store.enqueue("tasks.Waiting", "", Trigger.MANUAL, NOW)
    later = NOW + timedelta(days=1)
    store.plan(NOW, [new("tasks.Waiting", later), new("tasks.Other", later)])
    found = store.pending([*ends, "tasks.Waiting"])
    assert {task: [run.effective for run in group] for task, group in found.items()} == {
        "tasks.Waiting": [later]
    }


def test_a_rerun_is_of_the_same_occurrence(store: Store) -> None:
    later = NOW + timedelta(days=1)
    [(number, _)] = store.plan(NOW, [new("tasks.A", NOW, later, priority=3)])
    before = store.run(number)
    assert before is not None
    after = store.run(store.rerun(before, later))
    assert after is not None
    assert (after.rerun_of, after.trigger, after.nominals, after.effective, after.priority) == (
        number, Trigger.RERUN, (NOW, later), later, 3,
    )  # fmt: skip
    assert store.rerun(before, later) != after.id


def test_the_waiting_runs_of_a_task_that_is_gone_end(store: Store) -> None:
    """A retry and a manual run end; those of a task that may come back keep waiting."""
    names = ["tasks.Gone", "tasks.Away", "tasks.There"]
    vanished = dict(zip(names, (NOW - timedelta(days=1), NOW, None), strict=True))
    store.plan(NOW, [new(name) for name in names])
    tried = take(store)
    again = [
        Ending(claim.run.id, claim.token, 1, RunStatus.PENDING, retry_at=NOW) for claim in tried
    ]
    store.finish(again, NOW)
    asked = [store.enqueue(name, "", Trigger.MANUAL, NOW) for name in names]
    watermarks = [
        Watermark(name, NOW, "", "v", NOW, NOW, enabled=True, vanished=gone)
        for name, gone in vanished.items()
    ]
    store.plan(NOW, watermarks=watermarks)
    assert store.end_abandoned(NOW - timedelta(days=1), NOW) == 2
    for number, name in [
        *((claim.run.id, claim.run.task) for claim in tried),
        *zip(asked, names, strict=True),
    ]:
        run = store.run(number)
        assert run is not None
        ended = (RunStatus.CANCELLED, Reason.REMOVED, NOW)
        expected = ended if name == "tasks.Gone" else (RunStatus.PENDING, None, None)
        assert (run.status, run.reason, run.finished) == expected, name
    assert store.plan(NOW, [new("tasks.Gone")]) == [], "its body has begun: it keeps its key"
