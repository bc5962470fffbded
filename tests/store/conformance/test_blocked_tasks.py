"""Blocked tasks, and runs that wait for them as if they had not been claimed (R12)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from jittask.model import Reason, RunStatus
from jittask.store import Store
from jittask.store.blocked_tasks import BlockedTask
from jittask.store.claim_types import Ending
from tests.store.runs import NOW, new, take

SOON = NOW + timedelta(seconds=5)
A = BlockedTask("tasks.A", "scan-failed", "no table things", NOW, NOW, 1, SOON)
B = BlockedTask("tasks.A", "row-check-failed", "it does not answer", NOW, NOW, 1, SOON)
C = BlockedTask("tasks.C", "plan-failed", "too many steps", NOW, NOW, 3, SOON)


def test_what_is_blocked_is_kept_until_it_ends(store: Store) -> None:
    assert store.blocked() == ()
    store.write_blocked([A, B, C])
    assert store.blocked() == (B, A, C)
    again = replace(A, reason="no column at", tried=SOON, tries=2, next_try=SOON)
    store.write_blocked([again], [C.key])
    assert store.blocked() == (B, again)
    store.write_blocked(ended=[A.key, B.key, C.key])
    assert store.blocked() == ()


def test_several_runtimes_may_write_one_task_at_once(store: Store) -> None:
    def block_and_clear(number: int) -> None:
        for _ in range(10):
            store.write_blocked([replace(A, reason=f"reason {number}")])
            store.write_blocked(ended=[A.key])
        store.write_blocked([A])

    with ThreadPoolExecutor(4) as runtimes:
        list(runtimes.map(block_and_clear, range(4)))
    assert {entry.key for entry in store.blocked()} <= {A.key}


def test_a_reason_with_what_no_database_holds_is_written(store: Store) -> None:
    store.write_blocked([replace(A, reason="a \0 and \ud800")])
    assert "\0" not in store.blocked()[0].reason


def taken_back(run: int, token: int, attempt: int, **values: object) -> Ending:
    return Ending(
        run, token, attempt, RunStatus.PENDING, Reason.BLOCKED, "it does not answer",
        takes_back=True, **values,
    )  # fmt: skip


def test_a_run_that_waits_for_its_database_is_as_if_never_claimed(store: Store) -> None:
    """So a retry is not used up, and an edit of the task still ends it."""
    store.plan(NOW, [new()])
    [claimed] = take(store)
    end = taken_back(claimed.run.id, claimed.token, claimed.attempt, retry_at=SOON)
    assert store.finish([end], NOW) == [end]
    assert store.finish([end], NOW) == [end]  # its writer missed the reply
    run = store.run(claimed.run.id)
    assert run is not None
    assert (run.status, run.reason, run.detail) == (
        RunStatus.PENDING,
        Reason.BLOCKED,
        "it does not answer",
    )
    assert (run.attempt, run.attempts, run.started, run.version) == (0, (), None, None)
    assert (run.due, run.late) == (SOON, False)
    assert [pending.id for pending in store.pending(["tasks.A"])["tasks.A"]] == [run.id]
    assert take(store) == ()
    [again] = take(store, now=SOON)
    assert (again.attempt, again.token) == (1, claimed.token + 1)


def test_it_is_late_when_it_waits_for_longer(store: Store) -> None:
    store.plan(NOW, [new()])
    [claimed] = take(store)
    after = NOW + timedelta(seconds=61)
    store.finish([taken_back(claimed.run.id, claimed.token, 1, retry_at=after)], NOW)
    run = store.run(claimed.run.id)
    assert run is not None
    assert run.late


def test_a_retry_that_waits_keeps_its_attempts_before(store: Store) -> None:
    store.plan(NOW, [new()])
    [first] = take(store)
    failed = Ending(
        first.run.id, first.token, 1, RunStatus.PENDING, Reason.ERROR, "oh", retry_at=NOW
    )
    store.finish([failed], NOW)
    [second] = take(store, "other")
    store.finish([taken_back(second.run.id, second.token, 2, retry_at=SOON)], NOW)
    run = store.run(first.run.id)
    assert run is not None
    assert run.attempt == 1
    assert [attempt.outcome for attempt in run.attempts] == ["error"]
    [third] = take(store, now=SOON)
    assert third.attempt == 2


def test_an_old_token_takes_nothing_back(store: Store) -> None:
    store.plan(NOW, [new()])
    [claimed] = take(store)
    stale = taken_back(claimed.run.id, claimed.token - 1, 1, retry_at=SOON)
    assert store.finish([stale], NOW) == []
    run = store.run(claimed.run.id)
    assert run is not None
    assert run.status is RunStatus.EXECUTING
