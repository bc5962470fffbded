"""The duty that claims what is due, hands it to the executor, and has its outcomes written.

``decisions`` decides what to claim, ``reports`` takes what comes of it, and ``outcomes``
decides what an end makes of a run.
Each pass writes one transaction of claims and one of outcomes, however many
there are. Which runs execute, only the executor knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial

from jittask.clock import Clock
from jittask.model import Reason, RunStatus
from jittask.runtime.chooser import Chooser
from jittask.runtime.crowded_queues import CrowdedQueues, that_skip
from jittask.runtime.dispatcher import Dispatcher
from jittask.runtime.events import Event
from jittask.runtime.executors.protocol import Executor, RunKey
from jittask.runtime.executors.workplace import BundleUnavailable
from jittask.runtime.groups import Groups, Resting
from jittask.runtime.outcomes import OutcomeWriter
from jittask.runtime.queues import Queues
from jittask.runtime.readied import AHEAD, ReadiedRuns
from jittask.runtime.reasons import reason_of
from jittask.runtime.reports import Reports
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.tally import Tally
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.runtime.tracing.tracing import NoTracing, Tracing
from jittask.runtime.undecided import UndecidedTasks
from jittask.runtime.unserved_queues import UnservedQueues
from jittask.store import Store, StoreUnavailable
from jittask.store.claim_types import Choose, Claimed, Ending, Taken

_PAGE = 512  # due runs looked at in one transaction
_POLL_SECONDS = 0.2
_IMMINENT = 0.005
"""For how many seconds all else waits for a run that is about to be due."""
_WAITS = 8
"""How often, at most, where runs follow one another closely and reports come meanwhile."""
_MAX_PASSED_OVER = 10_000  # runs that wait; looked past in one pass, for those that need not


class ClaimLoop:
    """Claims, dispatches and writes; one pass a ``step``. Runs in one thread."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        clock: Clock,
        identity: str,
        emit: Callable[[Event], None],
        boundary: TaskBoundary,
        models_changed: Callable[[frozenset[str]], None] = lambda _: None,
        queues: Queues | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        """``models_changed`` takes the models whose rows bodies have changed.

        ``queues``: of an executor whose workers do not all take every run.
        """
        self._tracing = tracing or NoTracing()
        self._store = store
        self._executor = executor
        self._clock = clock
        self._identity = identity
        self._boundary = boundary
        self._tally = Tally(emit)
        self._writer = OutcomeWriter(store, clock, boundary.failed_outcome)
        self._reports = Reports(store, clock, self._writer, self._tally, boundary, models_changed)
        self._dispatcher = Dispatcher(store, executor, self._writer, emit, self._tracing)
        self._undecided = UndecidedTasks(store)
        self._chooser = Chooser(boundary, queues)
        self._queues = queues
        self._crowded = CrowdedQueues(queues)
        self._unserved = queues and UnservedQueues(store, queues, boundary, clock)
        self._readied = ReadiedRuns(store, clock)
        self._groups: tuple[Snapshot | None, Groups] = None, Groups(None)
        self._resting = Resting()
        self._is_crowded = False
        """Whether no more runs could begin when it was last looked."""
        self._waiting: frozenset[str] = frozenset()
        """The tasks of due runs that could not begin then."""
        self._doubtful = False
        """Whether the store may have claims of ours that the executor never got."""

    @property
    def counts(self) -> Counter[str]:
        """How many runs have ended, by status; the interrupted ones once more."""
        return self._tally.counts

    @property
    def idle(self) -> bool:
        """Whether no body runs, and everything is written."""
        return not self.unwritten

    @property
    def unwritten(self) -> int:
        """How many runs have no written end, as far as is known here."""
        return len(self._unsettled())

    def step(self, snapshot: Snapshot, seconds: float, *, claiming: bool = True) -> None:
        """Claim what is due, then wait at most ``seconds`` for reports and write them down.

        Raises StoreUnavailable; what has been reported is kept for the next step.
        """
        if claiming:
            self._kill_requested()
            soonest = self.claim(snapshot)
            self.keep_time(snapshot)
            if soonest is not None:
                until = (soonest - self._clock.now()).total_seconds()
                seconds = min(seconds, max(0.0, until))
        self._reports.accept(self._executor.poll(seconds))
        if claiming:
            self.keep_time(snapshot)
        self._doubtful |= self._reports.write()

    def collect(self) -> None:
        """Take what is reported, and write nothing: so timeouts hold while the store is out."""
        self._reports.accept(self._executor.poll(0))

    def abandon(self) -> None:
        """End every body and forget the runs: others have taken them over."""
        self._executor.interrupt()
        while self._executor.executing():
            self._executor.poll(_POLL_SECONDS)
        self._reports.clear()
        self._readied = ReadiedRuns(self._store, self._clock)

    def rejoin(self, identity: str) -> None:
        """Abandon every run, and claim under another identity from now on."""
        self.abandon()
        self._identity = identity

    def keep_time(self, snapshot: Snapshot) -> None:
        """Begin what was readied at its instant, where that is now or so soon that all else waits.

        To be called between any two things that take longer, with a snapshot that has been
        planned. Raises StoreUnavailable.
        """
        for _ in range(_WAITS):
            if self._is_crowded or self._doubtful:
                return  # what has waited for longer comes first
            self._begin_readied(snapshot)
            left = self._readied.seconds_left(self._clock.now())
            if left > _IMMINENT:
                return
            self._reports.accept(self._executor.poll(left))

    def _begin_readied(self, snapshot: Snapshot) -> None:
        """Begin what was readied and is due; what may not begin now is left to ``claim``."""
        now = self._clock.now()
        due = self._readied.take(now)
        if due:
            held = self._held(snapshot, now) | self._waiting
            due = [run for run in due if run.task not in held]
        if not due:
            return
        free, groups = self._executor.free(), self._groups_of(snapshot)
        choose = partial(self._chooser.choose, snapshot, free, now, groups=groups)
        try:
            claimed = self._store.take_readied(due, choose, self._identity, now)
        except StoreUnavailable:
            self._doubtful = True
            raise
        if claimed:
            self._tracing.claimed(now, self._clock.now(), len(claimed))
        self._readied.begun([claim.run.id for claim in claimed])
        for claim in claimed:
            self._dispatch(claim, snapshot, now)

    def claim(self, snapshot: Snapshot) -> datetime | None:
        """Claim and dispatch what is due; return when more will be, where there is room.

        None where all that is known waits for something else. Raises StoreUnavailable.
        """
        now = self._clock.now()
        if self._doubtful:
            self._give_back(now)
        if self._unserved:
            self._unserved.step(snapshot, now)
        self._is_crowded = not self._executor.free()
        if self._is_crowded:
            return None
        groups = self._groups_of(snapshot)
        held = self._held(snapshot, now) | self._resting.tasks(now)
        self._waiting = self._crowded.tasks(snapshot)
        skipping = self._skipping(snapshot, now)
        crowded = self._waiting - skipping  # the first page has them, and no other
        soonest = self._store.next_due(held, crowded)
        self._undecided.here(now)
        if soonest is None or soonest > now:
            return self._resting.sooner(self._ready_ahead(soonest, now, held), now)
        pauses = self._store.pauses()
        waiting, page = 0, _PAGE if skipping else min(_PAGE, self._executor.free())
        while waiting < _MAX_PASSED_OVER and (free := self._executor.free()):
            chosen = partial(
                self._chooser.choose, snapshot, free, now, pauses=pauses, groups=groups
            )
            length, taken = self._take(chosen, now, page, waiting, held, crowded, groups.rated)
            self._waiting |= taken.waiting
            if taken.choice is not None:
                self._resting.note(taken.choice, now)
            for skip in taken.skipped:
                self._tally.skipped(skip, now)
            for claimed in taken.claimed:
                self._dispatch(claimed, snapshot, now)
            waiting += length - len(taken.skipped) - len(taken.claimed)
            if length < page:
                break
            full = frozenset() if taken.choice is None else taken.choice.full
            now_crowded = self._crowded.tasks(snapshot)
            if full - held or now_crowded - crowded:  # the next page leaves them out
                held, crowded, waiting = held | full, crowded | now_crowded, 0
            page = _PAGE
        self._is_crowded = not self._executor.free()
        if self._is_crowded:
            return None
        soonest = self._store.next_due(held | self._resting.tasks(now), crowded)
        return self._resting.sooner(self._ready_ahead(soonest, now, held), now)

    def _groups_of(self, snapshot: Snapshot) -> Groups:
        """Return the groups of a snapshot, which are worked out once for each."""
        if self._groups[0] is not snapshot:
            self._groups = snapshot, Groups(snapshot)
            self._resting = Resting()
        return self._groups[1]

    def _ready_ahead(
        self, soonest: datetime | None, now: datetime, held: frozenset[str]
    ) -> datetime | None:
        """Ready what comes within the second; return when something does, if after now."""
        if soonest is not None and soonest <= now + AHEAD:
            self._readied.look(now, held | self._groups[1].rated_tasks)
        return soonest if soonest is not None and soonest > now else None

    def _held(self, snapshot: Snapshot, now: datetime) -> frozenset[str]:
        """Return the tasks whose runs wait."""
        return self._boundary.held(now) | self._undecided.tasks(snapshot, now)

    def _skipping(self, snapshot: Snapshot, now: datetime) -> frozenset[str]:
        """Return the tasks that cannot begin a run now, and may have runs to skip."""
        if not self._waiting:
            return frozenset()
        pauses = self._store.pauses()
        paused = [name for name, pause in pauses.items() if pause.is_active(now)]
        return that_skip(self._waiting, snapshot, paused, self._store.executing())

    def _take(
        self,
        choose: Choose,
        now: datetime,
        page: int,
        offset: int,
        held: frozenset[str],
        crowded: frozenset[str],
        rated: frozenset[str],
    ) -> tuple[int, Taken]:
        try:
            found = self._store.take(
                choose, self._identity, now, page, offset, held=held, crowded=crowded, rated=rated
            )
        except StoreUnavailable:
            self._doubtful = True  # it may have been written all the same
            raise
        if claimed := found[1].claimed:
            self._tracing.claimed(now, self._clock.now(), len(claimed))
        return found

    def _dispatch(self, claimed: Claimed, snapshot: Snapshot, now: datetime) -> None:
        task = claimed.run.task
        fault = Fault.CLAIM
        try:
            with self._boundary.of(task, Fault.CLAIM, now):
                running = snapshot.tasks[task].task
                queue = self._queues.queue_of(running) if self._queues else None
                try:
                    self._dispatcher.dispatch(claimed, running.policy, now, queue)
                except BundleUnavailable as error:
                    fault = Fault.BUNDLE
                    self._boundary.block(task, fault, reason_of(error), now)
                else:
                    return
            self._take_back(claimed, fault, now)
        except StoreUnavailable:
            self._doubtful = True  # what was claimed and not dispatched is given back
            raise

    def _take_back(self, claimed: Claimed, fault: Fault, now: datetime) -> None:
        """Let a run wait that could not be dispatched, as if it had not been claimed."""
        run = claimed.run
        if (run.id, claimed.token) in self._executor.executing():
            return  # it has begun all the same
        self._writer.forget(run.id, claimed.token)
        again = self._boundary.next_try(run.task, fault)
        end = Ending(
            run.id, claimed.token, claimed.attempt, RunStatus.PENDING, Reason.BLOCKED,
            "it cannot be handed to a worker", retry_at=again or now, takes_back=True,
        )  # fmt: skip
        self._store.finish([end], now)

    def _give_back(self, now: datetime) -> None:
        """Make pending again what the store has as executing here, and nobody executes."""
        known = self._unsettled()
        unknown = [
            Ending(orphan.id, orphan.token, orphan.attempt, RunStatus.PENDING, retry_at=now)
            for orphan in self._store.executed_by(self._identity)
            if (orphan.id, orphan.token) not in known
        ]
        self._store.finish(unknown, now)
        self._doubtful = False

    def _kill_requested(self) -> None:
        """Kill the bodies that a person asked to be killed."""
        running = [run for run, _ in self._executor.executing()]
        if not running:
            return
        for run, note in self._store.kills(running).items():
            self._executor.kill(run, f"killed by hand{f': {note}' if note else ''}")

    def _unsettled(self) -> frozenset[RunKey]:
        """Return the runs whose end is not known here to be written."""
        return self._executor.executing() | self._reports.unwritten
