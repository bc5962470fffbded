"""The duty that notifies people of what is wrong (rule R14)."""

from __future__ import annotations

from contextlib import suppress

from jittask.runtime.assembly import Parts
from jittask.runtime.notices.notifier import Notifier
from jittask.runtime.notices.sender import Sender
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.step_boundary import StepBoundary
from jittask.store import LeadershipLost

_LOOK_SECONDS = 5.0
"""Between two looks at what is wrong; longer where there are more than 1,000 tasks."""
_TASKS_A_SECOND = 200
_SEND_SECONDS = 1.0
_LAST_SECONDS = 1.0
"""How long the end of a runtime waits for the message that is being sent."""


class Notify:
    """Looks and sends, where this runtime leads and anybody is to be notified."""

    name = "notify"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._sender = Sender()
        self._notifier = Notifier(parts.store, self._sender, parts.emit)
        self._boundary = StepBoundary(parts.emit)
        self._next = parts.clock.monotonic()
        """When it looks again."""
        self._looked_at: Snapshot | None = None
        self._has_targets = False
        """Whether anybody is to be notified of anything in that snapshot."""

    def patience(self) -> float:
        """Return the seconds until the next step."""
        return min(_SEND_SECONDS, self._look_seconds())

    def step(self) -> bool:
        """Look where it is time, and send what is due; over when the runtime ends."""
        parts, snapshot = self._parts, self._parts.current.snapshot
        if parts.signals.stopping.is_set():
            self._sender.close(_LAST_SECONDS)
            self._try("notify-send-failed", snapshot, looks=False)
            return False
        if parts.participation.leads and self._anybody(snapshot):
            if parts.clock.monotonic() >= self._next:
                self._next = parts.clock.monotonic() + self._look_seconds()
                self._try("notify-look-failed", snapshot, looks=True)
            self._try("notify-send-failed", snapshot, looks=False)
        parts.clock.wait(parts.signals.stopping, self.patience())
        return True

    def _try(self, code: str, snapshot: Snapshot, *, looks: bool) -> None:
        """Take a step; what fails is reported, and tried again."""
        parts, now = self._parts, self._parts.clock.now()
        if not parts.participation.leads or not self._boundary.may_try(code, now):
            return
        step = self._notifier.look if looks else self._notifier.send
        with (
            parts.outage.tolerated(),
            suppress(LeadershipLost),
            self._boundary.of(code, now),
        ):
            step(snapshot, now, parts.participation.membership.term)

    def _look_seconds(self) -> float:
        snapshot = self._parts.current.snapshot
        least = min(_LOOK_SECONDS, snapshot.app.settings.runtime.scan_seconds)
        return max(least, len(snapshot.tasks) / _TASKS_A_SECOND)

    def _anybody(self, snapshot: Snapshot) -> bool:
        """Whether anybody is to be notified of anything; looked at once for each snapshot."""
        if snapshot is not self._looked_at:
            tasks = (running.task for running in snapshot.tasks.values())
            self._has_targets = bool(snapshot.app.settings.notify.urls) or any(
                task.policy.notify.urls for task in tasks
            )
            self._looked_at = snapshot
        return self._has_targets
