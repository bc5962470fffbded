"""The duty that claims what is due, hands it to the executor, and writes how it ended.

What it decides stands in ``decisions``; each pass writes one transaction of claims
and one of outcomes, however many there are.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from jittask.clock import Clock
from jittask.model import Policy, Reason, RunStatus, Trigger
from jittask.prelude.context import FailedRun
from jittask.runtime.bundles import Bundles
from jittask.runtime.decisions import choosing, ending
from jittask.runtime.events import Event, Finished, Started
from jittask.runtime.executors.protocol import (
    LOG_CAP,
    Assignment,
    Completed,
    Done,
    Executor,
    Failed,
    Interrupted,
    Output,
    TimedOut,
)
from jittask.runtime.failure import handled, policy_of, told
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store, StoreUnavailable
from jittask.store.claim_types import (
    Choose,
    Claimed,
    DueRun,
    Ending,
    Skip,
    Taken,
)
from jittask.store.run_logs import LogChunk

_PAGE = 512  # due runs looked at in one transaction
_POLL_SECONDS = 0.2  # seconds
_MAX_PASSED_OVER = (
    10_000  # runs passed over in one pass: behind them may stand others that need not
)


class ClaimLoop:
    """Claims, hands over, writes down; one pass a ``step``. Runs in one thread."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        bundles: Bundles,
        clock: Clock,
        identity: str,
        emit: Callable[[Event], None],
    ) -> None:
        self._store = store
        self._executor = executor
        self._bundles = bundles
        self._clock = clock
        self._identity = identity
        self._emit = emit
        self._active: dict[int, Claimed] = {}
        self._policies: dict[int, Policy] = {}
        self._kept: Counter[int] = Counter()
        self._reports: list[Output | Done] = []
        self._doubtful = False
        self._jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.counts: Counter[str] = Counter()

    @property
    def idle(self) -> bool:
        """Whether no body runs, and everything is written."""
        return not self._active

    @property
    def unwritten(self) -> int:
        """How many runs' ends have not been written."""
        return len(self._active)

    def step(self, snapshot: Snapshot, seconds: float, *, claiming: bool = True) -> None:
        """Claim what is due, then wait at most ``seconds`` for reports and write them down.

        Raises StoreUnavailable; what has been reported is kept for the next step.
        """
        if claiming:
            self._kill_requested()
            soonest = self.claim(snapshot)
            if soonest is not None:
                until = (soonest - self._clock.now()).total_seconds()
                seconds = min(seconds, until) if until > 0 else seconds
        self._reports += self._executor.poll(seconds)
        self._write_down()

    def rejoin(self, identity: str) -> None:
        """End every body and forget the runs: others have taken them over."""
        self._executor.interrupt()
        reports: Sequence[Output | Done] = self._reports  # ends that could not be written, too
        while True:
            for report in reports:
                if isinstance(report, Done):
                    self._active.pop(report.run, None)
            if not self._active:
                break
            reports = self._executor.poll(_POLL_SECONDS)
        self._policies.clear()
        self._kept.clear()
        self._reports = []
        self._identity = identity

    def claim(self, snapshot: Snapshot) -> datetime | None:
        """Claim what is due, and hand it over; return when more will be, where there is room.

        Raises StoreUnavailable.
        """
        now = self._clock.now()
        if self._doubtful:
            self._give_back(now)
        if not self._executor.free():
            return None
        soonest = self._store.next_due()
        if soonest is None or soonest > now:
            return soonest
        paused = {name: one for name, one in self._store.pauses().items() if one.is_active(now)}
        waiting, page = 0, min(_PAGE, self._executor.free())
        while waiting < _MAX_PASSED_OVER and (free := self._executor.free()):
            chosen = partial(choosing, snapshot, free, paused)
            length, taken = self._take(chosen, now, page, waiting)
            for skip in taken.skipped:
                self._emit_skipped(skip, now)
            for mine in taken.claimed:
                self._dispatch(mine, snapshot, now)
            waiting += length - len(taken.skipped) - len(taken.claimed)
            if length < page:
                break
            page = _PAGE
        return self._store.next_due() if self._executor.free() else None

    def _take(self, choose: Choose, now: datetime, page: int, offset: int) -> tuple[int, Taken]:
        try:
            return self._store.take(choose, self._identity, now, page, offset)
        except StoreUnavailable:
            self._doubtful = True  # it may have been written all the same
            raise

    def _give_back(self, now: datetime) -> None:
        """Make pending again what was claimed for us by a write whose reply was lost."""
        unknown = [
            Ending(one.id, one.token, one.attempt, RunStatus.PENDING, retry_at=now)
            for one in self._store.executed_by(self._identity)
            if one.id not in self._active
        ]
        self._store.finish(unknown, now)
        self._doubtful = False

    def _kill_requested(self) -> None:
        """Kill the bodies that somebody asked to be killed."""
        if not self._active:
            return
        for run, note in self._store.kills(list(self._active)).items():
            self._executor.kill(run, f"killed by hand{f': {note}' if note else ''}")

    def _dispatch(self, mine: Claimed, snapshot: Snapshot, now: datetime) -> None:
        run = mine.run
        policy = policy_of(run.trigger, snapshot.tasks[run.task].task.policy)
        failed = self._failed(run) if run.trigger is Trigger.ON_FAILURE else None
        self._active[run.id] = mine
        self._policies[run.id] = policy
        self._executor.submit(
            Assignment(
                run=run.id,
                token=mine.token,
                attempt=mine.attempt,
                task=run.task,
                row_key=run.row_key,
                trigger=run.trigger,
                nominals=run.nominals,
                effective=run.effective,
                bundle=self._bundles.path(mine.version),
                root=snapshot.app.root,
                timeout_seconds=policy.timeout_seconds,
                failed=failed,
            )
        )
        self._emit(
            Started(
                now, run.id, run.task, run.row_key, run.trigger, mine.attempt, mine.version,
                run.effective,
            )
        )  # fmt: skip

    def _failed(self, run: DueRun) -> FailedRun | None:
        """Return the run whose failure has triggered this one; None where it is not kept."""
        try:
            own = self._store.run(run.id)
            found = self._store.run(own.rerun_of) if own and own.rerun_of else None
        except StoreUnavailable:
            self._doubtful = True  # what was claimed and not handed over is given back
            raise
        return None if found is None else told(found)

    def _write_down(self) -> None:
        if not self._reports:
            return
        now = self._clock.now()
        kept = Counter(self._kept)
        chunks = [
            (one.run, LogChunk(one.attempt, now, one.stream, text))
            for one in self._reports
            if isinstance(one, Output) and (text := _capped(one, kept))
        ]
        done = {one.run: one for one in self._reports if isinstance(one, Done)}
        endings = [self._ending(one, now) for one in done.values()]
        written = self._store.finish(endings, now, chunks)
        self._reports, self._kept = [], kept
        for end in written:
            self._emit_finished(end, done[end.run], now)
        for run in done:
            del self._active[run], self._policies[run]
            self._kept.pop(run, None)

    def _ending(self, done: Done, now: datetime) -> Ending:
        run, policy = self._active[done.run].run, self._policies[done.run]
        end = ending(done, policy, now, self._jitter.random())
        return handled(end, run.task, run.row_key, policy, now)

    def _emit_finished(self, end: Ending, done: Done, now: datetime) -> None:
        run = self._active[end.run].run
        match done.outcome:
            case Completed(seconds=seconds) | Failed(seconds=seconds) | TimedOut(seconds=seconds):
                took: float | None = seconds
            case _:
                took = None
        self.counts[end.status] += 1
        if end.reason is Reason.INTERRUPTED:
            self.counts["interrupted"] += 1
        self._emit(
            Finished(
                now, end.run, run.task, run.row_key, end.status, end.reason, end.detail, took,
                end.result, end.error, end.retry_at,
            )
        )  # fmt: skip

    def _emit_skipped(self, skip: Skip, now: datetime) -> None:
        run = skip.run
        self.counts[RunStatus.SKIPPED] += 1
        self._emit(
            Finished(
                now, run.id, run.task, run.row_key, RunStatus.SKIPPED, skip.reason, skip.detail,
                None, None, None, None,
            )
        )  # fmt: skip


def _capped(piece: Output, kept: Counter[int]) -> str:
    """Return what of a piece is still kept of its run's output."""
    before = kept[piece.run]
    kept[piece.run] += len(piece.text)
    if before >= LOG_CAP:
        return ""
    if before + len(piece.text) > LOG_CAP:
        return piece.text[: LOG_CAP - before] + f"\n… cut after {LOG_CAP} characters\n"
    return piece.text


def end_orphaned_runs(
    store: Store,
    policies: Mapping[str, Policy],
    now: datetime,
    emit: Callable[[Event], None],
) -> None:
    """End what dead runtimes left executing; their last body is known to be over (R4)."""
    outcome = Interrupted("the program was killed while it ran")
    by_run = {one.id: one for one in store.orphans()}
    endings = []
    for one in by_run.values():
        policy = policies.get(one.task, Policy())
        if policy.on_failure is not None:
            run = store.run(one.id)
            policy = policy_of(run.trigger, policy) if run else policy
        end = ending(Done(one.id, one.token, one.attempt, outcome), policy, now, jitter=0)
        endings.append(handled(end, one.task, one.row_key, policy, now))
    for end in store.finish(endings, now):
        one = by_run[end.run]
        emit(
            Finished(
                now, end.run, one.task, one.row_key, end.status, end.reason, end.detail, None, None,
                end.error, end.retry_at,
            )
        )  # fmt: skip
