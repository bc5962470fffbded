"""The duty that keeps a runtime's place among those that share its store (rules R4, R8).

It beats, watches whether the others beat, and plans when nobody else does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jittask.clock import Clock
from jittask.runtime.events import Event, Trouble
from jittask.store import Store
from jittask.store.members import Member, Members

_BEATS_A_HEARTBEAT = 4
"""The planner's lease is one heartbeat, so that planning is taken over soon (R8)."""
_OF_THE_LEASE = 0.75
"""When bodies end themselves: well before anybody counts their runtime as dead."""


class LeaseLost(Exception):
    """Others have counted this runtime as dead, and taken its runs over."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A beat, and since when it has stood still, by our elapsed time."""

    beat: int
    since: float


class SoleRuntime:
    """The place of a runtime whose store nobody else may use: it plans, and has no lease."""

    leads = True
    term = None
    until = None

    def step(self, now: datetime) -> bool:
        """Do nothing: the kernel's lock says that nobody else is there."""
        del now
        return False

    def lost_the_lead(self) -> None:
        """Never called: there is nobody to lose it to."""


class Membership:
    """One pass a ``step``; ``term`` is set while this runtime plans."""

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
        self.until: float | None = clock.monotonic() + lease * _OF_THE_LEASE
        """Until when, by ``Clock.monotonic``, bodies may run."""

    @property
    def leads(self) -> bool:
        """Whether this runtime plans."""
        return self.term is not None

    def step(self, now: datetime) -> bool:
        """Beat where it is time, and look at the others; say whether it was.

        Raises LeaseLost, and StoreUnavailable.
        """
        began = self._clock.monotonic()
        if began < self._next:
            return False
        self._next = began + self._heartbeat / _BEATS_A_HEARTBEAT
        if not self._store.beat(self._identity, now):
            raise LeaseLost
        self.until = began + self._lease * _OF_THE_LEASE
        company = self._store.members()
        self._look(company)
        self._lead_where_nobody_does(company, now)
        self._declare_dead(company, now)
        return True

    def lost_the_lead(self) -> None:
        """Plan no more: another runtime does."""
        self.term = None

    def _look(self, company: Members) -> None:
        """Note which beats have moved."""
        moment = self._clock.monotonic()
        seen: dict[str, Seen] = {}
        for one in company.members:
            before = self._seen.get(one.id)
            moved = before is None or before.beat != one.beat
            seen[one.id] = Seen(one.beat, moment) if moved or before is None else before
        self._seen = seen

    def _still(self, member: Member) -> float:
        """Return for how long a member's beat has not moved."""
        return self._clock.monotonic() - self._seen[member.id].since

    def _lead_where_nobody_does(self, company: Members, now: datetime) -> None:
        if company.leader == self._identity:
            self.term = company.term
            return
        self.term = None
        leader = next((one for one in company.members if one.id == company.leader), None)
        if leader is not None and self._still(leader) < self._heartbeat:
            return
        self.term = self._store.lead(self._identity, company.term)
        if self.term is not None and leader is not None:
            self._tell(now, "leader-lost", f"{leader.id} plans no more: this runtime does now")

    def _declare_dead(self, company: Members, now: datetime) -> None:
        for one in company.members:
            mine = one.id == self._identity
            if not mine and self._still(one) >= self._lease and self._store.declare_dead(one, now):
                words = f"{one.id} has not been heard of for {self._lease:g} s"
                self._tell(now, "runtime-lost", words)

    def _tell(self, now: datetime, code: str, text: str) -> None:
        self._emit(Trouble(now, code, text))
