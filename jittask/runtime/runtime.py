"""The runtime: puts the duties together, starts and stops them (rules R5, R7, H1).

Three threads, each with one duty at a time: ``work`` plans, claims and writes
outcomes; ``scan`` looks for rows; ``watch`` compiles what changed and hands
over a new snapshot by one assignment. Nothing here decides.
"""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from jittask.clock import Clock, SystemClock
from jittask.compiler import compile_tree
from jittask.compiler.compiled import Compilation
from jittask.data.app_data import AppData
from jittask.runtime import startup
from jittask.runtime.bundles import Bundles
from jittask.runtime.claim_loop import ClaimLoop, end_orphaned_runs
from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.event_bus import EventBus
from jittask.runtime.events import Event, Stopped, Trouble
from jittask.runtime.leader_duties import LeaderDuties
from jittask.runtime.membership import LeaseLost, Membership, SoleRuntime
from jittask.runtime.outage import Outage
from jittask.runtime.prefetch import Prefetch
from jittask.runtime.reload import Reloader
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.upkeep import Upkeep
from jittask.runtime.watch import Watch
from jittask.store import LeadershipLost, Store, StoreUnavailable
from jittask.store.status_types import ElementRow

_LOOK_EVERY = 0.5  # seconds; how soon the work of another process is seen (R5)
_LOOK_AT_ROOT_MILLIS = 500
_LEFTOVER_PATIENCE = 10.0  # seconds
_OUTAGE_PAUSE = 0.5  # seconds between two tries of a store that does not answer
_LAST_PATIENCE = 5.0  # seconds that a stop waits for the store to take the last outcomes


class Runtime:
    """Runs the tasks of a tree until it is stopped; a context manager.

    ``on_event`` is called from the runtime's threads, one call at a time, and
    must not block for long. With ``once`` it does what is due, retries that
    become due meanwhile too, and ends; it neither plans further nor reloads.
    """

    def __init__(
        self,
        tree: str | Path,
        *,
        clock: Clock | None = None,
        on_event: Callable[[Event], None] | None = None,
        once: bool = False,
    ) -> None:
        self._once = once
        self.root = Path(tree).resolve()
        self._clock = clock or SystemClock()
        self._events = EventBus(on_event)
        self._emit = self._events.emit
        self._snapshot: Snapshot | None = None
        self._draining = threading.Event()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._changed = threading.Event()
        self._never = threading.Event()
        self._outage = Outage(self._clock, self._emit)
        self._threads: list[threading.Thread] = []
        self._failure: BaseException | None = None
        self._held = ExitStack()
        self.identity = _new_identity()

    # --- what users call

    def start(self) -> None:
        """Compile, open the store, plan, and begin to run.

        Raises RuntimeFailure for everything that keeps a tree from running;
        elements that are broken do not: they are reported, and the others run.
        """
        try:
            self._open()
        except BaseException:
            self._held.close()
            raise
        duties = {"work": self._work, "scan": self._scan, "watch": self._watch}
        if self._once:
            duties = {"work": self._work_once}
        for name, duty in duties.items():
            thread = threading.Thread(target=self._guard, args=(duty,), name=f"jittask-{name}")
            self._threads.append(thread)
            thread.start()

    def stop(self, drain_seconds: float = 10) -> None:
        """Take no more runs, give those that run ``drain_seconds`` to end, and end (R7)."""
        self._drain_until = self._clock.monotonic() + drain_seconds
        self._draining.set()
        self._changed.set()
        self._executor.wake()

    def stop_now(self) -> None:
        """End at once: bodies are killed, and recorded as interrupted (R7)."""
        self.stop(0)

    def join(self, seconds: float | None = None) -> bool:
        """Wait until the runtime has ended; say whether it has.

        Raises what ended it where that was a failure of ours.
        """
        ended = self._ended.wait(seconds)
        if ended:
            for thread in self._threads:
                thread.join()
            if self._failure is not None:
                raise self._failure
        return ended

    def reload(self) -> None:
        """Compile the tree now, whether or not a change was seen."""
        self._reloader.reload()

    @property
    def snapshot(self) -> Snapshot:
        """What runs now. Immutable: hold it as long as you like (H1)."""
        if self._snapshot is None:
            raise RuntimeError("the runtime has not been started")
        return self._snapshot

    def wait_for(self, wanted: Callable[[Event], bool], seconds: float = 10) -> Event:
        """Return the first event, of the past or to come, that ``wanted`` says yes to.

        Raises TimeoutError where none came.
        """
        return self._events.wait_for(wanted, seconds)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._threads:
            self.stop()
            self.join()

    # --- starting

    def _open(self) -> None:
        if not self._once:  # what changes from here on is seen
            self._watching = self._held.enter_context(Watch(self.root, self._trouble_watching))
        compilation = compile_tree(self.root, imports=True, keep=True)
        startup.refuse_broken_app(compilation)
        settings = compilation.app.settings
        startup.refuse_unset_environment(compilation)
        self._store = self._held.enter_context(startup.open_store(settings, self.root))
        self._held.enter_context(startup.take_lock(self._store, self.identity))
        startup.wait_for_leftovers(self._store, self._clock, _LEFTOVER_PATIENCE)
        now = self._clock.now()
        self._store.announce(self.identity, socket.gethostname(), os.getpid(), now)
        self._store.retire(self.identity, now)
        self._bundles = Bundles(startup.state_folder(self.root))
        ran = self._store.elements()
        self._snapshot = startup.first(compilation, ran, self._bundles, now)
        self._end_orphaned_runs(now)
        self._data = AppData(compilation.app.databases, self.root)
        self._executor = startup.open_executor(settings.runtime, self._store, self._clock)
        self._held.callback(self._executor.close)
        self._compose(compilation, ran)
        self._first_plans()
        self._emit(startup.ready(self._snapshot, self._store, self._compilation, self._clock.now()))
        for event in self._reloader.broken_elements():
            self._emit(event)

    def _compose(self, compilation: Compilation, ran: Mapping[str, ElementRow]) -> None:
        self._compilation = compilation
        self._join()
        self._claim_loop = ClaimLoop(
            self._store, self._executor, self._bundles, self._clock, self.identity, self._emit
        )
        self._prefetch = Prefetch(self._store, self._executor, self._bundles, self._clock)
        self._reloader = Reloader(
            self.root, compilation, self._bundles, self._store, lambda: self.identity, self._clock,
            self._emit, self._swap, ran,
        )  # fmt: skip
        self._reloader.current = self.snapshot
        self._upkeep = Upkeep(self._store, self._bundles, compilation.app.settings.retention_days)

    def _first_plans(self) -> None:
        """Plan all of the past before anything is claimed, so that misfires are decided whole."""
        now = self._clock.now()
        self._reloader.make_tables(self._data, self.snapshot, now)
        self._reloader.write_elements(self.snapshot)
        self._membership.step(now)
        self._leader_duties.have(self._membership.term)
        if not self._membership.leads:
            return
        try:
            self._leader_duties.plan(self.snapshot, now)
            self._leader_duties.scan(self.snapshot, self._data, now, self._overlap)
            self._store.note(self.identity, scanned=now)
        except LeadershipLost:  # these first plans took longer than a heartbeat
            self._membership.lost_the_lead()

    # --- among other runtimes

    def _join(self) -> None:
        """Take a place among the runtimes that share the store (R8)."""
        self._leader_duties = LeaderDuties(self._store, self._emit)
        self._membership: SoleRuntime | Membership = SoleRuntime()
        if self._store.shared:
            settings = self.snapshot.app.settings.runtime
            self._membership = Membership(
                self._store, self._clock, self.identity, settings.heartbeat_seconds,
                settings.lease_seconds, self._emit,
            )  # fmt: skip

    def _heartbeat(self, now: datetime) -> None:
        """Beat, look at the others, and end what dead ones left."""
        if not self._membership.step(now):
            return
        if self._membership.until is not None:
            self._executor.hold_until(self._membership.until)
        self._leader_duties.have(self._membership.term)
        if self._membership.leads:
            self._end_orphaned_runs(now)

    def _end_orphaned_runs(self, now: datetime) -> None:
        policies = {name: one.task.policy for name, one in self.snapshot.tasks.items()}
        end_orphaned_runs(self._store, policies, now, self._emit)

    def _rejoin(self) -> None:
        """Go on as a new runtime: others have counted this one as dead (R4)."""
        self.identity, now = _new_identity(), self._clock.now()
        words = "this runtime was away too long, and others took its runs over: it begins anew"
        self._emit(Trouble(now, "lease-lost", words))
        self._claim_loop.rejoin(self.identity)
        self._store.announce(self.identity, socket.gethostname(), os.getpid(), now)
        self._join()

    # --- the duties

    def _work_once(self) -> None:
        """Work until a pass finds nothing to do; what it may not claim waits for another time."""
        before = -1
        while not self._draining.is_set():
            done = self._claim_loop.counts.total()
            if self._claim_loop.idle and done == before:
                self.stop()
                break
            before = done
            try:
                now = self._clock.now()
                self._heartbeat(now)
                self._upkeep.step(self.snapshot, now)
                self._claim_loop.step(self.snapshot, 0 if self._claim_loop.idle else _LOOK_EVERY)
            except LeaseLost:
                self._rejoin()
            except StoreUnavailable as error:
                self._outage.met(error)
                self._clock.wait(self._never, _OUTAGE_PAUSE)
                before = -1
            else:
                self._outage.over()
        self._work()

    def _work(self) -> None:
        while True:
            draining = self._draining.is_set()
            if draining and self._claim_loop.idle:
                break
            if draining and self._clock.monotonic() >= self._drain_until:
                self._executor.interrupt()  # stay until the end of each is written
            try:
                self._pass(draining=draining)
            except LeaseLost:
                self._rejoin()
            except LeadershipLost:
                self._membership.lost_the_lead()
            except StoreUnavailable as error:
                if draining and self._clock.monotonic() >= self._drain_until + _LAST_PATIENCE:
                    self._outage.gave_up(error, self._claim_loop.unwritten)
                    break
                self._outage.met(error)
                self._clock.wait(self._never, _OUTAGE_PAUSE)
            else:
                self._outage.over()
        self._end()

    def _pass(self, *, draining: bool) -> None:
        snapshot, now = self.snapshot, self._clock.now()
        self._heartbeat(now)
        if not draining:
            if self._membership.leads:
                if self._leader_duties.on_time(snapshot, now):
                    self._claim_loop.claim(snapshot)  # before planning what follows it
                self._leader_duties.plan(snapshot, now)
                self._upkeep.step(snapshot, now)
            self._reloader.write_pending_state()
            self._prefetch.step(snapshot, now)
        self._claim_loop.step(snapshot, self._patience(now), claiming=not draining)

    def _patience(self, now: datetime) -> float:
        if self._draining.is_set():
            return max(0.0, min(_LOOK_EVERY, self._drain_until - self._clock.monotonic())) or 0.05
        again = self._leader_duties.again
        if again is None or not self._membership.leads:
            return _LOOK_EVERY
        return max(0.0, min(_LOOK_EVERY, (again - now).total_seconds()))

    def _end(self) -> None:
        self._stopping.set()
        self._changed.set()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        counts = self._claim_loop.counts
        now = self._clock.now()
        with self._outage.tolerated():
            self._store.note(self.identity, stopped=now)
        self._held.close()
        self._data.close()
        self._emit(Stopped(now, counts["completed"], counts["failed"], counts["interrupted"]))

    def _scan(self) -> None:
        while not self._stopping.is_set():
            if self._membership.leads and not self._draining.is_set():
                now = self._clock.now()
                with self._outage.tolerated(), suppress(LeadershipLost):
                    self._leader_duties.scan(self.snapshot, self._data, now, self._overlap)
                    self._store.note(self.identity, scanned=now)
                self._executor.wake()
            self._clock.wait(self._changed, self._scan_seconds)
            if not self._stopping.is_set() and not self._draining.is_set():
                self._changed.clear()

    def _watch(self) -> None:
        settings = self._compilation.app.settings.runtime
        for changed in self._watching.changes(
            self._stopping,
            debounce_millis=settings.debounce_millis,
            look_every_millis=_LOOK_AT_ROOT_MILLIS,
        ):
            if self._stopping.is_set():
                return
            if changed or self.snapshot.absent:
                with self._outage.tolerated():
                    self._reloader.reload()

    def _guard(self, duty: Callable[[], None]) -> None:
        """Run a duty; what it cannot survive ends the whole runtime, never silently."""
        try:
            duty()
        except BaseException as error:
            self._failure = self._failure or error
            self._stopping.set()
            self.stop_now()
        finally:
            if duty in (self._work, self._work_once):
                self._stopping.set()
                self._changed.set()
                self._held.close()
                self._ended.set()

    # --- small parts

    def _swap(self, snapshot: Snapshot) -> None:
        """Make ``snapshot`` the one that runs; the only place that does (H1)."""
        if snapshot.app.databases != self._data.databases:
            old, self._data = self._data, AppData(snapshot.app.databases, self.root)
            old.close()
        self._reloader.make_tables(self._data, snapshot, self._clock.now())
        self._snapshot = snapshot
        self._changed.set()
        self._executor.wake()

    @property
    def _scan_seconds(self) -> float:
        return self.snapshot.app.settings.runtime.scan_seconds

    @property
    def _overlap(self) -> timedelta:
        return timedelta(seconds=self._scan_seconds)

    def _trouble_watching(self, text: str) -> None:
        self._emit(Trouble(self._clock.now(), "watch-failed", text))


def _new_identity() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


__all__ = ["Runtime", "RuntimeFailure", "Store"]
