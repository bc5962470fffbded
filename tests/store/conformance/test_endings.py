"""Outcomes: fenced by the token of the claim, and kept attempt by attempt (R1, R4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from jittask.model import AppSettings, Reason, RunStatus
from jittask.run_log import LogPiece
from jittask.store import Store
from jittask.store.claim_types import Claimed, Ending
from jittask.store.plans import Closing
from jittask.store.record_filter import RecordFilter
from jittask.store.run_logs import AttemptPiece
from tests.store.runs import NOW, everything, new, take


def test_a_stale_token_writes_nothing(store: Store) -> None:
    store.plan(NOW, [new()])
    [first] = take(store, "w1")
    number = first.run.id
    back = Ending(
        number, first.token, first.attempt, RunStatus.PENDING, Reason.INTERRUPTED, retry_at=NOW
    )
    assert store.finish([back], NOW)
    [second] = take(store, "w2")
    assert second.token > first.token
    stale = Ending(number, first.token, first.attempt, RunStatus.COMPLETED, result="1")
    assert store.finish([stale], NOW) == []
    run = store.run(number)
    assert run is not None
    assert run.status is RunStatus.EXECUTING
    assert [attempt.outcome for attempt in run.attempts] == ["interrupted", None]


def test_attempts_are_kept_one_by_one(store: Store) -> None:
    """With their own outcome and error each, while another executes too (R1)."""
    store.plan(NOW, [new()])
    ends = [(RunStatus.PENDING, Reason.ERROR, "first"), (RunStatus.PENDING, None, None)]
    for minute, (state, reason, error) in enumerate(ends):
        [claim] = take(store, f"w{minute}", NOW + timedelta(minutes=minute))
        end = Ending(
            claim.run.id, claim.token, claim.attempt, state, reason, error=error, peak_kb=minute,
            retry_at=NOW,
        )  # fmt: skip
        assert store.finish([end], NOW + timedelta(minutes=minute, seconds=1)) == [end]
    [claim] = take(store, "w2", NOW + timedelta(minutes=2))
    assert outcomes(store, claim.run.id) == [
        (1, "w0", "error", "first", 0), (2, "w1", "pending", None, 1), (3, "w2", None, None, None),
    ]  # fmt: skip
    last = Ending(claim.run.id, claim.token, 3, RunStatus.COMPLETED, result="1", peak_kb=7)
    store.finish([last], NOW + timedelta(minutes=3))
    assert outcomes(store, claim.run.id)[-1] == (3, "w2", "completed", None, 7)
    run = store.run(claim.run.id)
    assert run is not None
    assert [(attempt.started, attempt.finished) for attempt in run.attempts] == [
        (NOW, NOW + timedelta(seconds=1)),
        (NOW + timedelta(minutes=1), NOW + timedelta(minutes=1, seconds=1)),
        (NOW + timedelta(minutes=2), NOW + timedelta(minutes=3)),
    ]
    assert (run.started, run.finished) == (NOW, NOW + timedelta(minutes=3))


def outcomes(store: Store, number: int) -> list[tuple[object, ...]]:
    run = store.run(number)
    assert run is not None
    return [
        (attempt.number, attempt.runtime, attempt.outcome, attempt.error, attempt.peak_kb)
        for attempt in run.attempts
    ]


def test_characters_that_no_database_holds_are_replaced(store: Store) -> None:
    """A body may print NUL, or half of a surrogate pair: its outcome is recorded all the same."""
    store.plan(NOW, [new()])
    [claim] = take(store)
    odd, stored = "a\0b\ud800c\U0001f600", "a\ufffdb\ufffdc\U0001f600"
    end = Ending(
        claim.run.id,
        claim.token,
        1,
        RunStatus.FAILED,
        Reason.ERROR,
        detail=odd,
        result=odd,
        error=odd,
    )
    store.finish([end], NOW, [printed(claim, odd)])
    run = store.run(claim.run.id)
    assert run is not None
    assert (run.detail, run.result, run.error) == (stored, stored, stored)
    assert [chunk.text for chunk in store.log(claim.run.id)] == [stored]


def test_an_outcome_whose_reply_was_lost_counts_once_more(store: Store) -> None:
    store.plan(NOW, [new()])
    [claim] = take(store)
    end = Ending(claim.run.id, claim.token, claim.attempt, RunStatus.COMPLETED, result="1")
    assert store.finish([end], NOW) == [end]
    assert store.finish([end], NOW + timedelta(hours=1)) == [end]
    run = store.run(claim.run.id)
    assert run is not None
    assert run.finished == NOW


def test_a_run_has_ended_exactly_when_it_is_finished(store: Store) -> None:
    """The indexes of listings rest on it."""
    store.plan(NOW, [new("tasks.A", status=RunStatus.SKIPPED, reason=Reason.MISFIRE)])
    store.plan(NOW, [new(f"tasks.{name}") for name in "BCDEF"])
    closing = store.pending(["tasks.B"])["tasks.B"][0]
    store.plan(NOW, close=[Closing(closing.id, RunStatus.CANCELLED, Reason.EDITED, "x")])
    c, d, e, _ = take(store)
    store.finish(
        [
            Ending(c.run.id, c.token, 1, RunStatus.COMPLETED),
            Ending(d.run.id, d.token, 1, RunStatus.FAILED, Reason.ERROR),
            Ending(e.run.id, e.token, 1, RunStatus.PENDING, Reason.ERROR, retry_at=NOW),
        ],
        NOW,
    )
    found = {run.task[-1]: run for run in store.records(RecordFilter(), NOW).records}
    assert [found[name].status for name in "ABCDEF"] == [
        "skipped", "cancelled", "completed", "failed", "pending", "executing",
    ]  # fmt: skip
    assert [found[name].finished for name in "ABCDEF"] == [NOW, NOW, NOW, NOW, None, None]


def test_an_outcome_may_come_from_a_process_that_is_no_runtime(
    store: Store, app: AppSettings, tmp_path: Path
) -> None:
    """It has the token, and nothing else: no lock, no announcement, not the claim's store (R10)."""
    store.plan(NOW, [new()])
    [claim] = take(store, "planner")
    end = Ending(claim.run.id, claim.token, claim.attempt, RunStatus.COMPLETED, result="1")
    with Store.open(app, tmp_path, create=False) as remote:
        written = remote.finish([end], NOW, [printed(claim, "x")])
        assert written == [end]
    run = store.run(claim.run.id)
    assert run is not None
    assert (run.status, run.result, run.attempts[-1].runtime) == ("completed", "1", "planner")
    assert [chunk.text for chunk in store.log(claim.run.id)] == ["x"]
    stale = replace(end, token=claim.token - 1, result="2")
    assert store.finish([stale], NOW) == []


def printed(claim: Claimed, text: str, token: int | None = None) -> AttemptPiece:
    piece = LogPiece(NOW, "stdout", "info", text)
    return AttemptPiece(claim.run.id, token or claim.token, claim.attempt, piece)


def test_a_log_is_written_under_the_token_of_its_claim(store: Store) -> None:
    """What a stale worker printed must not be in the log of the run that was claimed again."""
    store.plan(NOW, [new("tasks.A"), new("tasks.B")])
    first, other = take(store)
    again = Ending(first.run.id, first.token, 1, RunStatus.PENDING, retry_at=NOW)
    store.finish([again], NOW, [printed(first, "1")])
    store.finish([], NOW, [printed(first, "pending"), printed(other, "o")])
    [second] = take(store)
    store.finish([], NOW, [printed(first, "stale"), printed(second, "2"), printed(first, "stale")])
    end = Ending(second.run.id, second.token, 2, RunStatus.COMPLETED)
    store.finish([end], NOW, [printed(second, "3")])
    store.finish([end], NOW, [printed(second, "3")])  # the reply was lost
    assert [(chunk.attempt, chunk.text) for chunk in store.log(first.run.id)] == [
        (1, "1"), (2, "2"), (2, "3"),
    ]  # fmt: skip
    assert [chunk.text for chunk in store.log(other.run.id)] == ["o"]


def test_an_attempt_keeps_the_host_of_its_claim(store: Store) -> None:
    store.plan(NOW, [new()])
    for host in ("a", "b"):
        [claim] = store.take(everything, "w", NOW, 10, host=host)[1].claimed
        again = Ending(claim.run.id, claim.token, claim.attempt, RunStatus.PENDING, retry_at=NOW)
        assert store.finish([again], NOW) == [again]
    store.take(everything, "w", NOW, 10, host="c")
    run = store.run(claim.run.id)
    assert run is not None
    assert [attempt.host for attempt in run.attempts] == ["a", "b", "c"]
