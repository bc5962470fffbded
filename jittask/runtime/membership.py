"""Keeps a runtime's lease, and takes the lead when no other runtime has it (rules R4, R8).

It raises a beat counter, and watches the counters of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jittask.clock import Clock
from jittask.runtime.events import Event, Trouble
from jittask.store import Store
from jittask.store.members import Member, Members

BEATS_A_HEARTBEAT = 4
"""The planner's lease is one heartbeat, so that planning is taken over soon (R8)."""
LEASE_PART = 0.75
"""When bodies end themselves: well before another runtime counts theirs as dead."""


class LeaseLost(Exception):
    """Others have counted this runtime as dead, and taken its runs over."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A beat, and since when it has not moved, by our elapsed time."""

    beat: int
    since: float


class SoleRuntime:
    """The membership of a runtime whose store no other may use: it leads, and has no lease.

    The kernel's lock excludes other runtimes; it beats only for ``status`` (R13).
    """

    leads = True
    term = None
    until = None

    def __init__(self, store: Store, clock: Clock, identity: str, heartbeat: float) -> None:
        self._store = store
        self._clock = clock
        self._identity = identity
        self._heartbeat = heartbeat
        self._next = clock.monotonic()

    def step(self, now: datetime) -> bool:
        """Beat where it is time, for no other runtime looks. Raises StoreUnavailable."""
        began = self._clock.monotonic()
        if began >= self._next:
            self._store.beat(self._identity, now)
            self._next = began + self._heartbeat
        return False

    def lost_the_lead(self) -> None:
        """Do nothing: no other runtime can take the lead."""


class Membership:
    """One pass a ``step``; ``term`` is set while this runtime leads."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        identity: str,
        heartbeat: float,
        lease: float,
        emit: Callable[[Event], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._identity = identity
        self._heartbeat = heartbeat
        self._lease = lease
        self._emit = emit
        self._seen: dict[str, Seen] = {}
        self._next = clock.monotonic()
        self.term: int | None = None
        self.until: float | None = clock.monotonic() + lease * LEASE_PART
        """Until when, by ``Clock.monotonic``, bodies may run."""

    @property
    def leads(self) -> bool:
        """Whether this runtime plans."""
        return self.term is not None

    def step(self, now: datetime) -> bool:
        """Beat and look at the other runtimes where it is time; say whether it was.

        Raises LeaseLost, and StoreUnavailable.
        """
        began = self._clock.monotonic()
        if began < self._next:
            return False
        if not self._store.beat(self._identity, now):
            raise LeaseLost
        # only now: nothing may be claimed after a beat that failed, before one succeeds
        self._next = began + self._heartbeat / BEATS_A_HEARTBEAT
        self.until = began + self._lease * LEASE_PART
        members = self._store.members()
        self._note_beats(members)
        self._lead_if_vacant(members, now)
        self._declare_dead(members, now)
        return True

    def lost_the_lead(self) -> None:
        """Stop planning: another runtime leads."""
        self.term = None

    def _note_beats(self, members: Members) -> None:
        """Note which beats have moved."""
        elapsed = self._clock.monotonic()
        seen: dict[str, Seen] = {}
        for member in members.members:
            before = self._seen.get(member.id)
            moved = before is None or before.beat != member.beat
            seen[member.id] = Seen(member.beat, elapsed) if moved or before is None else before
        self._seen = seen

    def _silence(self, member: Member) -> float:
        """Return for how long a member's beat has not moved."""
        return self._clock.monotonic() - self._seen[member.id].since

    def _lead_if_vacant(self, members: Members, now: datetime) -> None:
        if members.leader == self._identity:
            self.term = members.term
            return
        self.term = None
        leader = next((other for other in members.members if other.id == members.leader), None)
        if leader is not None and self._silence(leader) < self._heartbeat:
            return
        self.term = self._store.lead(self._identity, members.term)
        if self.term is not None and leader is not None:
            text = f"{leader.id} has stopped planning: this runtime plans from now on"
            self._report(now, "leader-lost", text)

    def _declare_dead(self, members: Members, now: datetime) -> None:
        for member in members.members:
            lease = max(self._lease, member.lease or 0.0)
            if member.id == self._identity or self._silence(member) < lease:
                continue
            if self._store.declare_dead(member, now):
                text = f"{member.id} has shown no sign of life for {lease:g} s"
                self._report(now, "runtime-lost", text)

    def _report(self, now: datetime, code: str, text: str) -> None:
        self._emit(Trouble(now, code, text))
