"""The duty that plans, claims and writes outcomes (rules R1, R5, R7)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

from jittask.runtime.assembly import Parts
from jittask.runtime.membership import LeaseLost
from jittask.runtime.participation import end_orphans
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_boundary import Fault
from jittask.store import LeadershipLost, StoreUnavailable

LOOK_SECONDS = 0.5
"""How soon the work of another process is seen (R5)."""

_SHORTEST_WAIT = 0.05  # seconds; while the drain time is over, and bodies are being killed
_OUTAGE_PAUSE = 0.5  # seconds between two tries of a store that does not answer


class Work:
    """One pass a step, until it is to stop and no body runs any more."""

    name = "work"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._signals = parts.signals
        self._clock = parts.clock
        self._never = threading.Event()

    def step(self) -> bool:
        """Make one pass; what a lost lead or store means for it is decided here."""
        parts, draining = self._parts, self._signals.draining.is_set()
        if draining and parts.claim_loop.idle:
            return False
        if draining and self._left_to_drain() <= 0:
            parts.executor.interrupt()  # and stay until the end of each is written
        try:
            self._pass(self._clock.now(), draining=draining)
        except LeadershipLost:
            parts.participation.membership.lost_the_lead()
        except StoreUnavailable as error:
            if draining and self._clock.monotonic() >= self._signals.give_up_at:
                parts.outage.gave_up(error, parts.claim_loop.unwritten)
                return False
            parts.outage.met(error)
            if not self._lease_is_over():
                parts.claim_loop.collect()
            self._clock.wait(self._never, _OUTAGE_PAUSE)
        else:
            parts.outage.over()
        return True

    def patience(self) -> float:
        """Return how long to wait for reports: until the next turn of a task, or the drain's end.

        Not longer than until the work of other processes is to be seen.
        """
        if self._signals.draining.is_set():
            return max(0.0, min(LOOK_SECONDS, self._left_to_drain())) or _SHORTEST_WAIT
        participation = self._parts.participation
        again = participation.leader_duties.again
        if again is None or not participation.leads:
            return LOOK_SECONDS
        return max(0.0, min(LOOK_SECONDS, (again - self._clock.now()).total_seconds()))

    def _pass(self, now: datetime, *, draining: bool) -> None:
        parts, snapshot = self._parts, self._parts.current.snapshot
        if not draining:
            self._keep_time(snapshot)
        self._heartbeat(now)
        if not draining:
            for work in self._other_works(snapshot, now):
                self._keep_time(snapshot)
                work()
        parts.claim_loop.step(snapshot, self.patience(), claiming=not draining)

    def _keep_time(self, snapshot: Snapshot) -> None:
        if self._parts.participation.leader_duties.has_planned(snapshot):
            self._parts.claim_loop.keep_time(snapshot)

    def _other_works(self, snapshot: Snapshot, now: datetime) -> list[Callable[[], None]]:
        """Return what a pass does beside claiming, in order."""
        parts = self._parts
        leading: list[Callable[[], None]] = [
            partial(self._end_blocked_orphans, now),
            partial(self._claim_on_time, snapshot, now),
            partial(parts.participation.leader_duties.plan, snapshot, now),
            partial(self._step, "upkeep-failed", now, parts.upkeep.step),
        ]
        return [
            *(leading if parts.participation.leads else []),
            parts.states.write_pending,
            partial(parts.bundle_retry.step, snapshot, now),
            partial(parts.idle_connections.step, now),
            partial(self._step, "prefetch-failed", now, parts.prefetch.step),
            partial(parts.write_blocked, now),
            partial(parts.model_changes.share, snapshot, now, leads=parts.participation.leads),
        ]

    def _claim_on_time(self, snapshot: Snapshot, now: datetime) -> None:
        """Claim before planning what follows, unless the plan may end what is due."""
        if self._parts.participation.leader_duties.on_time(snapshot, now):
            self._parts.claim_loop.claim(snapshot)

    def _step(self, code: str, now: datetime, step: Callable[[Snapshot, datetime], None]) -> None:
        """Take a step that no run waits for; where it fails, that is reported."""
        steps = self._parts.steps
        if steps.may_try(code, now):
            with steps.of(code, now):
                step(self._parts.current.snapshot, now)

    def _end_blocked_orphans(self, now: datetime) -> None:
        """Try again to end the runs of dead runtimes that could not be ended."""
        parts = self._parts
        if parts.boundary.any_due({Fault.ORPHAN}, now):
            end_orphans(
                parts.store, parts.current.snapshot, now, parts.emit, parts.boundary,
                parts.executor.executing(),
            )  # fmt: skip

    def _heartbeat(self, now: datetime) -> None:
        """Beat, look at the other runtimes, and end the runs that dead ones left."""
        parts = self._parts
        try:
            if not parts.participation.step(now):
                return
        except LeaseLost:
            parts.claim_loop.abandon()  # first of all: they run elsewhere by now
            parts.claim_loop.rejoin(parts.participation.rejoin())
        parts.extend_lease()
        if parts.participation.leads:
            end_orphans(
                parts.store, parts.current.snapshot, now, parts.emit, parts.boundary,
                parts.executor.executing(),
            )  # fmt: skip

    def _lease_is_over(self) -> bool:
        """Whether nothing may run any more; what waits is not to begin then."""
        until = self._parts.participation.membership.until
        return until is not None and self._clock.monotonic() >= until

    def _left_to_drain(self) -> float:
        return self._signals.drain_until - self._clock.monotonic()
