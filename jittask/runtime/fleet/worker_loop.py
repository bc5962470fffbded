"""Takes offered runs over, has them run here, and writes their outcomes by token (R4, R10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from jittask.clock import Clock
from jittask.compiler.compiled import CompiledTask
from jittask.drivers import first_line
from jittask.model import Policy, RunStatus
from jittask.runtime.dispatcher import Dispatcher
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.protocol import (
    Assignment,
    Changed,
    Done,
    Executor,
    Interrupted,
    Report,
    RunKey,
    Settled,
)
from jittask.runtime.executors.workplace import BundleUnavailable
from jittask.runtime.fleet.fetched_bundles import FetchedBundles, MissingBundle
from jittask.runtime.fleet.inbox import Inbox
from jittask.runtime.fleet.packed_bundles import BadBundle
from jittask.runtime.outcomes import OutcomeWriter
from jittask.runtime.tally import Tally
from jittask.runtime.tracing.tracing import Tracing
from jittask.store import Store, StoreUnavailable
from jittask.store.claim_types import Claimed, Ending

_KILL_LOOK_SECONDS = 0.25
_POLL_SECONDS = 0.2


class WorkerLoop:
    """One pass a ``step``. Runs in one thread."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        bundles: FetchedBundles,
        inbox: Inbox,
        clock: Clock,
        identity: str,
        emit: Callable[[Event], None],
        tracing: Tracing,
    ) -> None:
        self._store = store
        self._executor = executor
        self._bundles = bundles
        self._inbox = inbox
        self._clock = clock
        self._identity = identity
        self._emit = emit
        self._tally = Tally(emit)
        self._writer = OutcomeWriter(store, clock, self._undecided)
        self._dispatcher = Dispatcher(store, executor, self._writer, emit, tracing)
        self._next_kills = clock.monotonic()
        self._doubtful = False
        """Whether the store may have runs of ours that the executor never got."""
        self._models: set[str] = set()
        """Models that bodies have changed, and the planner does not know of."""
        self._reported: set[str] = set()

    @property
    def counts(self) -> Counter[str]:
        """How many runs have ended, by status; the interrupted ones once more."""
        return self._tally.counts

    @property
    def idle(self) -> bool:
        """Whether no body runs, and everything is written."""
        return not self._known()

    @property
    def unwritten(self) -> int:
        """How many runs have no written end."""
        return len(self._known())

    @property
    def capacity(self) -> int:
        """How many runs it holds at most now."""
        return len(self._executor.executing()) + self._executor.free()

    def step(self, seconds: float, *, taking: bool) -> None:
        """Take runs over, wait at most ``seconds`` for reports, and write them down.

        Raises StoreUnavailable; what has been reported is kept for the next step.
        """
        self._kill_requested()
        if taking:
            if self._doubtful:
                self._give_back(self._clock.now())
            self._take_over()
        self._inbox.make_room(self._executor.free() if taking else 0)
        self._accept(self._executor.poll(seconds))
        self._write()

    def collect(self) -> None:
        """Take what is reported, and write nothing: so timeouts hold while the store is out."""
        self._inbox.make_room(0)
        self._accept(self._executor.poll(0))

    def rejoin(self, identity: str) -> None:
        """Forget every run, which others have taken over; continue under another name."""
        self._writer.clear()
        self._identity = identity

    def abandon(self) -> None:
        """End every body (R4)."""
        self._executor.interrupt()
        while self._executor.executing():
            self._executor.poll(_POLL_SECONDS)

    def _take_over(self) -> None:
        """Take over what was offered and can run here; the rest is left to other workers.

        An offer whose end is not known is dropped: it is sent again where it counts.
        """
        offers = self._inbox.take(self._executor.free())
        versions = {offer.version for offer in offers}
        found = {version: self._tasks(version) for version in versions}
        able = [(each.run, each.token) for each in offers if found[each.version] is not None]
        if not able:
            return
        try:
            claimed = self._store.take_over(able, self._identity)
        except StoreUnavailable:
            self._doubtful = True
            raise
        now = self._clock.now()
        traces = {each.run: each.traceparent for each in offers}
        for claim in claimed:
            tasks = self._tasks(claim.version) or {}
            self._begin(claim, tasks, now, traces[claim.run.id])

    def _tasks(self, version: str) -> dict[str, CompiledTask] | None:
        """Return the tasks of a version; empty where it is none, None where it is not here."""
        try:
            return self._bundles.tasks(version)
        except (MissingBundle, OSError) as error:
            self._report_once("bundle-missing", f"a run is left to others: {error}")
            return None
        except BadBundle as error:
            self._report_once("bundle-bad", str(error))
            return {}

    def _begin(
        self, claim: Claimed, tasks: dict[str, CompiledTask], now: datetime, trace: str | None
    ) -> None:
        task = tasks.get(claim.run.task)
        if task is None:
            self._end_unloadable(claim)
            return
        try:
            self._dispatcher.dispatch(claim, task.policy, now, parent=trace)
        except StoreUnavailable:
            self._doubtful = True  # what was taken over and not dispatched is given back
            raise
        except BundleUnavailable:
            self._writer.forget(claim.run.id, claim.token)
            self._doubtful = True

    def _end_unloadable(self, claim: Claimed) -> None:
        """End a run whose version is not what it should be: no worker could run it."""
        run = claim.run
        assignment = Assignment(
            run.id, claim.token, claim.attempt, run.task, run.row_key, run.trigger, run.nominals,
            run.effective, claim.version, timeout_seconds=0.0,
        )  # fmt: skip
        self._writer.begin(assignment, Policy())
        detail = "its code cannot be laid out: its version in the run store has no such task"
        self._writer.add(Done(run.id, claim.token, claim.attempt, Interrupted(detail)))

    def _give_back(self, now: datetime) -> None:
        """Let others have what the store has as executing here, and nobody executes."""
        known = self._known()
        unknown = [
            Ending(
                orphan.id, orphan.token, orphan.attempt, RunStatus.PENDING, retry_at=now,
                takes_back=True,
            )
            for orphan in self._store.executed_by(self._identity)
            if (orphan.id, orphan.token) not in known
        ]  # fmt: skip
        self._store.finish(unknown, now)
        self._doubtful = False

    def _kill_requested(self) -> None:
        """Kill the bodies that a person asked to be killed."""
        moment = self._clock.monotonic()
        if moment < self._next_kills:
            return
        self._next_kills = moment + _KILL_LOOK_SECONDS
        running = [run for run, _ in self._executor.executing()]
        if not running:
            return
        for run, note in self._store.kills(running).items():
            self._executor.kill(run, f"killed by hand{f': {note}' if note else ''}")

    def _known(self) -> frozenset[RunKey]:
        return self._executor.executing() | self._writer.unwritten

    def _accept(self, reports: Sequence[Report]) -> None:
        for report in reports:
            if isinstance(report, Changed):
                self._models |= report.models
            else:
                assert not isinstance(report, Settled), "nobody else writes what runs here"
                self._writer.add(report)

    def _write(self) -> None:
        for outcome in self._writer.write():
            self._tally.written(outcome)
        if self._models:
            self._store.note_model_changes(sorted(self._models), self._clock.now())
            self._models.clear()

    def _undecided(self, task: str, error: Exception | None, now: datetime) -> None:
        if error is not None:
            text = f"{task}: its policy cannot decide what follows: {first_line(error)}"
            self._report_once("outcome-failed", text)

    def _report_once(self, code: str, text: str) -> None:
        if text not in self._reported:
            self._reported.add(text)
            self._emit(Trouble(self._clock.now(), code, text))
