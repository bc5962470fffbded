"""A runtime's part among those that share its store: its identity, lease and lead (R4, R8)."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Collection
from datetime import datetime

from jittask.clock import Clock
from jittask.model import RuntimeSettings
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.protocol import RunKey
from jittask.runtime.leader_duties import LeaderDuties
from jittask.runtime.membership import Membership, SoleRuntime
from jittask.runtime.orphans import end_orphaned_runs
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.runtime.tracing.tracing import Tracing
from jittask.store import Store
from jittask.store.member_kinds import Kind


class Participation:
    """Enters the runtime in the store, and again under a new identity when its lease was lost."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        identity: str,
        settings: RuntimeSettings,
        emit: Callable[[Event], None],
        boundary: TaskBoundary,
        tracing: Tracing | None = None,
    ) -> None:
        """Enter nothing yet. ``settings`` are those of the start: a reload changes no lease."""
        self._store = store
        self._clock = clock
        self._settings = settings
        self._emit = emit
        self._boundary = boundary
        self._tracing = tracing
        self.identity = identity
        self.membership: SoleRuntime | Membership
        self.leader_duties: LeaderDuties
        self._join()

    @property
    def leads(self) -> bool:
        """Whether this runtime is the one that plans."""
        return self.membership.leads

    def step(self, now: datetime) -> bool:
        """Beat and look at the other runtimes where it is time; say whether it was.

        Raises LeaseLost, and StoreUnavailable.
        """
        try:
            return self.membership.step(now)
        finally:  # a store that fails after the lead was taken leaves us the lead
            self.leader_duties.begin_term(self.membership.term)

    def rejoin(self) -> str:
        """Enter again as a new runtime, and return the new identity (R4).

        Other runtimes have declared this one dead, and taken over its runs.
        Raises StoreUnavailable; then nothing is changed, and the lease still lost.
        """
        identity, now = new_identity(), self._clock.now()
        enter(self._store, identity, now, self._settings)
        self.identity = identity
        text = (
            "this runtime did not answer for longer than its lease, and others took over its "
            "runs: it continues as a new runtime"
        )
        self._emit(Trouble(now, "lease-lost", text))
        self._join()
        return self.identity

    def _join(self) -> None:
        self.leader_duties = LeaderDuties(
            self._store, self._emit, self._boundary, self._clock, self._tracing
        )
        heartbeat = self._settings.heartbeat_seconds
        self.membership = SoleRuntime(self._store, self._clock, self.identity, heartbeat)
        if self._store.shared:
            self.membership = Membership(
                self._store, self._clock, self.identity, heartbeat, self._settings.lease_seconds,
                self._emit,
            )  # fmt: skip


def new_identity() -> str:
    """Return a name that no other runtime has."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


def enter(store: Store, identity: str, now: datetime, settings: RuntimeSettings) -> None:
    """Enter a runtime of this process in the store."""
    kind = Kind.RUNTIME if settings.celery is None else Kind.PLANNER
    store.announce(identity, socket.gethostname(), os.getpid(), now, kind)


def end_orphans(
    store: Store,
    snapshot: Snapshot,
    now: datetime,
    emit: Callable[[Event], None],
    boundary: TaskBoundary,
    awaited: Collection[RunKey] = (),
) -> None:
    """End the runs that dead runtimes left executing, by the policies of their tasks.

    ``awaited``: the runs whose end the executor will report.
    """
    policies = {name: running.task.policy for name, running in snapshot.tasks.items()}
    end_orphaned_runs(store, policies, now, emit, boundary, awaited)
