"""The duty that looks for rows whose date has come (rules D4, D10)."""

from __future__ import annotations

from contextlib import suppress

from jittask.runtime.assembly import Parts
from jittask.runtime.step_boundary import StepBoundary
from jittask.store import LeadershipLost

_SHORT_PAUSE = 0.1
"""Seconds between two scans where the first has left something, or has seen changes."""


class Scan:
    """One scan a step, then a wait for ``scanSeconds``, for a reload or for a changed model."""

    name = "scan"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._boundary = StepBoundary(parts.emit)
        self._next = parts.clock.monotonic()
        """When all tasks are to be scanned again."""

    def step(self) -> bool:
        """Scan where this runtime leads; over as soon as no more runs are taken."""
        parts, signals, clock = self._parts, self._parts.signals, self._parts.clock
        signals.changed.clear()  # what changes from here on is seen by the wait
        if signals.draining.is_set() or signals.stopping.is_set():
            return False
        pause = self.patience()
        if parts.participation.leads:
            everything = signals.everything_changed.is_set() or clock.monotonic() >= self._next
            if everything:
                signals.everything_changed.clear()
                parts.model_changes.take()  # the scan sees them
                pause = _SHORT_PAUSE if self._scan(None) else pause
                self._next = clock.monotonic() + pause
            elif changed := parts.model_changes.take():
                if self._scan(changed):
                    parts.model_changes.add(changed)
                clock.wait(signals.stopping, _SHORT_PAUSE)  # gather what follows
            pause = max(0.0, self._next - clock.monotonic())
        clock.wait(signals.changed, pause)
        return True

    def patience(self) -> float:
        """Return the seconds between two scans, as the settings have them now."""
        return self._parts.current.snapshot.app.settings.runtime.scan_seconds

    def _scan(self, changed: frozenset[str] | None) -> bool:
        """Scan all tasks, or those of changed models; return whether to look again soon."""
        parts, now = self._parts, self._parts.clock.now()
        is_left = False
        with (
            parts.outage.tolerated(),
            suppress(LeadershipLost),
            self._boundary.of("scan-step-failed", now),
        ):
            is_left = parts.scan_rows(now, self.patience(), changed)
        parts.executor.wake()
        return is_left
