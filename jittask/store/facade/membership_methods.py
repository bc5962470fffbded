"""What runtimes tell each other and people: who is alive, who plans, what is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jittask.store import element_states, members, readied_runs, runtimes
from jittask.store.boot import boot_id
from jittask.store.facade.part import StorePart
from jittask.store.lock import FileLock, bodies_lock, runtime_lock
from jittask.store.member_kinds import Kind
from jittask.store.members import Member, Members
from jittask.store.status_types import ElementRow


class MembershipMethods(StorePart):
    """Locks, heartbeats, the lease on planning, and the reported elements."""

    _predecessor = ""

    def take_runtime_lock(self, identity: str) -> FileLock | str:
        """Become the one runtime of this tree on this machine, or return the one that is."""
        lock = runtime_lock(self._database.lock_stem)
        before = lock.signature()
        if not lock.take():
            return before
        self._predecessor = before
        lock.sign(identity)
        return lock

    def bodies_lock(self) -> FileLock:
        """Return the lock that worker processes share."""
        return bodies_lock(self._database.lock_stem)

    def announce(
        self, identity: str, host: str, pid: int, now: datetime, kind: Kind = Kind.RUNTIME
    ) -> None:
        """Record a runtime that begins."""
        with self._database.writing() as connection:
            runtimes.announce(connection, identity, host, pid, now, kind)

    def note(
        self,
        identity: str,
        *,
        stopped: datetime | None = None,
        reloaded: tuple[datetime, bool] | None = None,
        scanned: datetime | None = None,
    ) -> None:
        """Record what a runtime has done."""
        with self._database.writing() as connection:
            runtimes.note(connection, identity, stopped=stopped, reloaded=reloaded, scanned=scanned)
            if stopped is not None and not self.shared:
                readied_runs.take_all_back(connection)

    def beat(self, identity: str, now: datetime) -> bool:
        """Raise a runtime's beat; False where another runtime has declared it dead."""
        with self._database.writing() as connection:
            return members.beat(connection, identity, now)

    def members(self) -> Members:
        """Return who shares the store, and who plans."""
        with self._database.reading() as connection:
            return members.members(connection)

    def lead(self, identity: str, seen: int) -> int | None:
        """Take the lease on planning if its term is still the one seen; return the new term."""
        with self._database.writing() as connection:
            return members.lead(connection, identity, seen)

    def declare_dead(self, member: Member, now: datetime) -> bool:
        """Declare a runtime dead, unless its counter has moved; return whether it is."""
        with self._database.writing() as connection:
            return members.declare_dead(connection, member, now)

    def retire(self, identity: str, now: datetime) -> None:
        """Record the end of the runtime that held this machine's lock before ``identity``.

        Where the store serves one runtime only, that is every other one. What may have
        begun before the machine lost power counts as left executing by it.
        """
        with self._database.writing() as connection:
            if not self.shared:
                readied_runs.may_have_begun(connection, identity, boot_id())
                runtimes.retire_others(connection, identity, now)
            elif self._predecessor:
                runtimes.note(connection, self._predecessor, stopped=now)

    def put_elements(self, rows: Mapping[str, ElementRow], known: Mapping[str, ElementRow]) -> None:
        """Replace what is ``known`` of the elements, by name; writes only what is different."""
        changed = [row for name, row in rows.items() if known.get(name) != row]
        gone = [name for name in known if name not in rows]
        if changed or gone:
            with self._database.writing() as connection:
                element_states.put_elements(connection, changed, gone)
