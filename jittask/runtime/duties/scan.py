"""The duty that looks for rows whose date has come (rule D4)."""

from __future__ import annotations

from contextlib import suppress

from jittask.runtime.assembly import Parts
from jittask.runtime.step_boundary import StepBoundary
from jittask.store import LeadershipLost


class Scan:
    """One scan a step, then a wait for ``scanSeconds`` or for a reload."""

    name = "scan"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._boundary = StepBoundary(parts.emit)

    def step(self) -> bool:
        """Scan where this runtime leads; over as soon as no more runs are taken."""
        parts, signals = self._parts, self._parts.signals
        signals.changed.clear()  # what changes from here on is seen by the wait
        if signals.draining.is_set() or signals.stopping.is_set():
            return False
        if parts.participation.leads:
            now = parts.clock.now()
            with (
                parts.outage.tolerated(),
                suppress(LeadershipLost),
                self._boundary.of("scan-step-failed", now),
            ):
                parts.scan_rows(now, self.patience())
            parts.executor.wake()
        parts.clock.wait(signals.changed, self.patience())
        return True

    def patience(self) -> float:
        """Return the seconds between two scans, as the settings have them now."""
        return self._parts.current.snapshot.app.settings.runtime.scan_seconds
