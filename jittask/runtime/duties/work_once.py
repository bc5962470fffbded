"""The duty of ``run --once``: do what is due, plan nothing further, and end."""

from __future__ import annotations

from datetime import datetime

from jittask.runtime.assembly import Parts
from jittask.runtime.duties.work import LOOK_SECONDS, Work
from jittask.store import StoreUnavailable


class WorkOnce(Work):
    """Works until a pass finds nothing to do. What may not be claimed now stays pending."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._done_before: int | None = None

    def step(self) -> bool:
        """Make one pass, or end where the pass before did nothing."""
        claim_loop = self._parts.claim_loop
        if not self._signals.draining.is_set():
            done = claim_loop.counts.total()
            if claim_loop.idle and done == self._done_before:
                self._signals.drain(0)  # nothing runs
            self._done_before = done
        return super().step()

    def patience(self) -> float:
        """Return how long to wait for reports: not at all where no body runs."""
        if self._signals.draining.is_set():
            return super().patience()
        return 0.0 if self._parts.claim_loop.idle else LOOK_SECONDS

    def _pass(self, now: datetime, *, draining: bool) -> None:
        if draining:
            super()._pass(now, draining=True)
            return
        parts, snapshot = self._parts, self._parts.current.snapshot
        try:
            self._heartbeat(now)
            self._step("upkeep-failed", now, parts.upkeep.step)
            parts.bundle_retry.step(snapshot, now)
            parts.write_blocked(now)
            parts.claim_loop.step(snapshot, self.patience())
        except StoreUnavailable:
            self._done_before = None  # this pass says nothing about what is left to do
            raise
