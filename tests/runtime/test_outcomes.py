"""Outcomes are written by token, once, by the claim loop or by the place that ran the body (R4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.clock import FixedClock
from jittask.model import Policy, Reason, RunStatus, Trigger
from jittask.run_log import LogPiece
from jittask.runtime.claim_loop import ClaimLoop
from jittask.runtime.events import Event, Finished, Started
from jittask.runtime.executors.protocol import (
    Assignment,
    Completed,
    Done,
    Executor,
    Expected,
    Failed,
    Outcome,
    Output,
    Report,
    RunKey,
    Settled,
)
from jittask.runtime.outcomes import OutcomeWriter
from jittask.runtime.snapshot import Snapshot, first_snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.store import Store, StoreUnavailable
from jittask.store.claim_types import Choice, Claim, Claimed, DueRun, Ending, Executing
from tests.services import store_settings
from tests.tree import Tree

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
COMPLETED = Completed("1", 0.5)
FAILED = Failed("ValueError: no", "Traceback\nValueError: no\n", 0.5)


def printed(text: str) -> LogPiece:
    return LogPiece(NOW, "stdout", "info", text)


class SelfWritingExecutor:
    """Writes outcomes itself, as a worker on another machine does, when a test ends a body."""

    def __init__(self, store: Store, clock: FixedClock, policy: Policy) -> None:
        self._writer = OutcomeWriter(store, clock)
        self._policy = policy
        self._reports: list[Report] = []
        self.running: dict[int, Assignment] = {}

    def end(self, run: int, outcome: Outcome, reports: int = 1) -> None:
        """Let a body end, write its outcome, and report it so many times."""
        assignment = self.running[run]
        self._writer.begin(assignment, self._policy)
        key = assignment.run, assignment.token, assignment.attempt
        self._writer.add(Output(*key, (printed("printed\n"),)))
        self._writer.add(Done(*key, outcome))
        written = bool(self._writer.write())
        self.report(run, written=written, reports=reports)

    def report(self, run: int, *, written: bool, reports: int = 1) -> None:
        """Report a run as settled."""
        assignment = self.running.pop(run)
        key = assignment.run, assignment.token, assignment.attempt
        self._reports += [Settled(*key, written=written)] * reports

    def free(self) -> int:
        return 2 - len(self.running)

    def executing(self) -> frozenset[RunKey]:
        running = {(assignment.run, assignment.token) for assignment in self.running.values()}
        return frozenset(running | {(report.run, report.token) for report in self._reports})

    def expect(self, coming: Sequence[Expected]) -> None: ...

    def submit(self, assignment: Assignment) -> None:
        self.running[assignment.run] = assignment

    def poll(self, seconds: float) -> list[Report]:
        del seconds
        reports, self._reports = self._reports, []
        return reports

    def wake(self) -> None: ...

    def kill(self, run: int, why: str) -> None: ...

    def extend_lease(self, seconds_left: float) -> None: ...

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


class Fleet:
    """A claim loop on a real store, whose executor writes outcomes itself."""

    def __init__(self, store: Store, tree: Tree) -> None:
        self.store = store
        self.clock = FixedClock(NOW)
        self.snapshot: Snapshot = first_snapshot(compile_tree(tree.root), {}, {}, NOW)
        policy = self.snapshot.tasks["tasks.A"].task.policy
        self.executor = SelfWritingExecutor(store, self.clock, policy)
        self.events: list[Event] = []
        executor: Executor = self.executor
        self.claim_loop = ClaimLoop(
            store, executor, self.clock, "w", self.events.append, TaskBoundary(self.events.append)
        )

    def begin(self) -> int:
        """Have a run claimed, and return its number."""
        run = self.store.enqueue("tasks.A", "", Trigger.MANUAL, NOW)
        self.step()
        assert run in self.executor.running
        return run

    def step(self) -> None:
        self.claim_loop.step(self.snapshot, 0)

    @property
    def finished(self) -> list[Finished]:
        return [event for event in self.events if isinstance(event, Finished)]


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with (
        store_settings(request.param) as settings,
        Store.open(settings, tmp_path, create=True) as opened,
    ):
        yield opened


@pytest.fixture
def fleet(store: Store, tree: Tree) -> Fleet:
    tree.scheduled("A")
    return Fleet(store, tree)


def take(store: Store, worker: str, now: datetime = NOW) -> list[Claimed]:
    """Claim all that is due for another runtime."""

    def every(due: Sequence[DueRun], _executing: Sequence[Executing]) -> Choice:
        return Choice(tuple(Claim(run, "v") for run in due), ())

    return list(store.take(every, worker, now, 100, 0)[1].claimed)


# --- an executor that writes outcomes itself


@pytest.mark.parametrize("reports", [1, 2])
def test_an_outcome_that_is_written_elsewhere_counts_once(fleet: Fleet, reports: int) -> None:
    run = fleet.begin()
    assert not fleet.claim_loop.idle
    fleet.executor.end(run, COMPLETED, reports=reports)
    assert not fleet.claim_loop.idle
    fleet.step()
    assert fleet.claim_loop.idle
    assert fleet.claim_loop.counts == {"completed": 1}
    started, finished = fleet.events
    assert isinstance(started, Started)
    assert isinstance(finished, Finished)
    assert (finished.run, finished.task, finished.status) == (run, "tasks.A", RunStatus.COMPLETED)
    assert (finished.result, finished.error, finished.retry_at) == ("1", None, None)
    record = fleet.store.run(run)
    assert record is not None
    assert (record.status, record.result) == (RunStatus.COMPLETED, "1")
    assert [attempt.outcome for attempt in record.attempts] == ["completed"]
    assert [chunk.text for chunk in fleet.store.log(run)] == ["printed\n"]


def test_retries_and_the_failure_handler_are_decided_where_the_body_ran(
    store: Store, tree: Tree
) -> None:
    tree.write("services/S/e.json", {"type": "services.NormalType", "title": "S"})
    tree.write("services/S/service.py", "def failed(run):\n    pass\n")
    retry = {"max": 1, "delaySeconds": 60}
    tree.scheduled("A", policy={"retry": retry, "onFailure": "services.S.failed"})
    fleet = Fleet(store, tree)
    run = fleet.begin()
    fleet.executor.end(run, FAILED)
    fleet.step()
    [first] = fleet.finished
    assert (first.status, first.reason) == (RunStatus.PENDING, Reason.ERROR)
    assert first.error == FAILED.error
    assert first.retry_at is not None
    assert 60 <= (first.retry_at - NOW).total_seconds() <= 66
    fleet.clock.move_to(first.retry_at)
    fleet.step()
    fleet.executor.end(run, FAILED)
    fleet.step()
    _, second = fleet.finished
    assert (second.status, second.detail) == (RunStatus.FAILED, FAILED.message)
    assert fleet.claim_loop.counts == {"pending": 1, "failed": 1}
    fleet.step()
    [handler] = fleet.executor.running.values()
    assert handler.trigger is Trigger.ON_FAILURE
    assert handler.failed is not None
    assert handler.failed.runId == run


def test_a_retry_that_has_begun_elsewhere_is_told_apart(store: Store, tree: Tree) -> None:
    tree.scheduled("A", policy={"retry": {"max": 1, "delaySeconds": 0}})
    fleet = Fleet(store, tree)
    run = fleet.begin()
    fleet.executor.end(run, FAILED)
    [again] = take(store, "other")
    fleet.step()
    [finished] = fleet.finished
    assert (finished.status, finished.reason, finished.retry_at) == (
        RunStatus.PENDING, Reason.ERROR, None,
    )  # fmt: skip
    assert store.finish([Ending(run, again.token, 2, RunStatus.COMPLETED)], NOW)


def test_a_stale_token_writes_nothing(fleet: Fleet) -> None:
    run = fleet.begin()
    token = fleet.executor.running[run].token
    fleet.store.finish([Ending(run, token, 1, RunStatus.PENDING, retry_at=NOW)], NOW)
    [taken] = take(fleet.store, "other")
    fleet.executor.end(run, COMPLETED)
    fleet.step()
    assert fleet.claim_loop.idle
    assert fleet.claim_loop.counts == {}
    assert fleet.finished == []
    record = fleet.store.run(run)
    assert record is not None
    assert (record.status, record.attempt, record.result) == (RunStatus.EXECUTING, 2, None)
    assert fleet.store.finish([Ending(run, taken.token, 2, RunStatus.COMPLETED)], NOW)


def test_a_settled_run_is_read_when_the_store_answers_again(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fleet.begin()
    fleet.executor.end(run, COMPLETED)

    def unavailable(_run: int) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as away:
        away.setattr(fleet.store, "run", unavailable)
        with pytest.raises(StoreUnavailable):
            fleet.step()
    assert not fleet.claim_loop.idle
    assert fleet.claim_loop.unwritten == 1
    fleet.step()
    assert fleet.claim_loop.idle
    assert fleet.claim_loop.counts == {"completed": 1}


def test_a_run_that_nobody_executes_is_given_back(fleet: Fleet) -> None:
    """It was reported as settled, and the record says that it executes: the write was lost."""
    run = fleet.begin()
    fleet.executor.report(run, written=True)
    fleet.step()
    assert fleet.finished == []
    fleet.clock.move_to(NOW + timedelta(seconds=1))
    fleet.step()
    assert fleet.executor.running[run].attempt == 2


# --- the writer alone


def assignment(claimed: Claimed) -> Assignment:
    run = claimed.run
    return Assignment(
        run.id, claimed.token, claimed.attempt, run.task, run.row_key, run.trigger,
        run.nominals, run.effective, claimed.version, 60,
    )  # fmt: skip


def test_what_is_stale_or_comes_again_changes_nothing(store: Store) -> None:
    writer = OutcomeWriter(store, FixedClock(NOW))
    run = store.enqueue("tasks.A", "", Trigger.MANUAL, NOW)
    [claimed] = take(store, "w")
    writer.begin(assignment(claimed), Policy())
    token = claimed.token
    for report in (
        Done(run, token - 1, 1, FAILED),
        Output(run, token - 1, 1, (printed("stale"),)),
        Done(run + 1, token, 1, FAILED),
        Done(run, token, 1, COMPLETED),
        Done(run, token, 1, FAILED),
    ):
        writer.add(report)
    [written] = writer.write()
    assert (written.ending.status, written.seconds) == (RunStatus.COMPLETED, 0.5)
    writer.add(Done(run, token, 1, FAILED))
    assert writer.write() == []
    assert list(store.log(run)) == []


def test_what_could_not_be_written_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = OutcomeWriter(store, FixedClock(NOW))
    run = store.enqueue("tasks.A", "", Trigger.MANUAL, NOW)
    [claimed] = take(store, "w")
    writer.begin(assignment(claimed), Policy())
    writer.add(Output(run, claimed.token, 1, (printed("first\n"), printed("second\n"))))
    for text in ("last but one\n", "last\n"):
        writer.add(Output(run, claimed.token, 1, (printed(text),), ending=True))
    writer.add(Done(run, claimed.token, 1, COMPLETED))

    def unavailable(*_: object) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as away:
        away.setattr(store, "finish", unavailable)
        with pytest.raises(StoreUnavailable):
            writer.write()
    assert writer.unwritten == {(run, claimed.token)}
    assert len(writer.write()) == 1
    assert writer.unwritten == frozenset()
    assert [chunk.text for chunk in store.log(run)] == ["first\n", "second\n", "last\n"]
    assert {(chunk.at, chunk.level) for chunk in store.log(run)} == {(NOW, "info")}
