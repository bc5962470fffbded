"""The runtime: starts the duties, and stops them (rules R5, R7, H1).

The composition root: ``start`` lists the duties. What they do is in the folder
``duties``, and how their parts are opened in ``assembly``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from jittask.clock import Clock, SystemClock
from jittask.runtime.assembly import Parts, assemble
from jittask.runtime.duties.duty import Duty, DutyThreads
from jittask.runtime.duties.notify import Notify
from jittask.runtime.duties.scan import Scan
from jittask.runtime.duties.watch_tree import WatchTree
from jittask.runtime.duties.work import Work
from jittask.runtime.duties.work_once import WorkOnce
from jittask.runtime.errors import WrongState
from jittask.runtime.event_bus import EventBus
from jittask.runtime.event_queue import DEFAULT_CAPACITY, EventStream
from jittask.runtime.events import Event, Stopped, Trouble
from jittask.runtime.lifecycle import Lifecycle, State, Step, wrong_state
from jittask.runtime.signals import Signals
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.subscription import Listener, Subscription


class Runtime:
    """Runs the tasks of a tree until it is stopped; a context manager.

    Every method may be called in every state and from every thread: where it
    cannot do what it is for, it raises WrongState. A runtime that has stopped
    can be started again. ``on_event`` is a listener as of ``subscribe``. With
    ``once`` it does what is due, retries that become due meanwhile too, and
    ends; it neither plans further nor reloads by itself.
    """

    def __init__(
        self,
        tree: str | Path,
        *,
        clock: Clock | None = None,
        on_event: Listener | None = None,
        once: bool = False,
    ) -> None:
        self.root = Path(tree).resolve()
        self._once = once
        self._clock = clock or SystemClock()
        self._events = EventBus(self._clock)
        self._lifecycle = Lifecycle()
        self._signals = Signals(self._clock)
        self._signals_lock = threading.Lock()  # so that a stop reaches the start under way
        self._parts: Parts | None = None
        self._threads: DutyThreads | None = None
        if on_event is not None:
            self.subscribe(on_event)

    @property
    def state(self) -> State:
        """Where the runtime is between its construction and its end."""
        return self._lifecycle.state

    @property
    def turns(self) -> int:
        """How many passes the work of this start has made; where none is made, it is stuck."""
        threads = self._threads
        return 0 if threads is None else threads.turns

    @property
    def snapshot(self) -> Snapshot:
        """What runs now, or ran last. Immutable: hold it as long as you like (H1).

        Raises WrongState before the first start is complete.
        """
        parts = self._parts  # once: another thread may start again meanwhile
        if parts is None:
            raise wrong_state("return a snapshot", self.state)
        return parts.current.snapshot

    def start(self) -> None:
        """Compile, open the store, plan, and begin to run.

        Raises RuntimeFailure for everything that keeps a tree from running;
        elements that are broken do not: they are reported, and the others run.
        Raises WrongState unless it is new or has stopped.
        """
        with self._signals_lock:
            self._lifecycle.move(Step.START)
            self._signals = Signals(self._clock)
        self._parts = self._threads = None
        self._events.begin()
        try:
            parts = assemble(
                self.root, self._clock, self._signals, self._events.emit, watched=not self._once
            )
        except BaseException:
            self._events.finish()
            self._lifecycle.move(Step.FAIL)
            raise
        duties: list[Duty] = [WorkOnce(parts) if self._once else Work(parts)]
        if parts.watch is not None:
            duties += [Scan(parts), WatchTree(parts, parts.watch), Notify(parts)]
        self._parts = parts
        self._threads = DutyThreads(duties, self._signals, self._failed, self._end)
        self._lifecycle.move(Step.READY)
        self._threads.start()

    def stop(self, drain_seconds: float | None = None) -> None:
        """Take no more runs, give those that run ``drain_seconds`` to end, and end (R7).

        None is ``settings.runtime.drainSeconds``, as the settings are now. Returns
        at once: ``join`` waits. A later call can shorten the time. Does nothing
        where nothing runs.
        """
        if drain_seconds is None:
            parts = self._parts  # none while it starts: then no body runs yet
            drain_seconds = 0.0 if parts is None else parts.drain_seconds
        with self._signals_lock:
            self._lifecycle.move(Step.STOP)
            self._signals.drain(drain_seconds)

    def stop_now(self) -> None:
        """End at once: bodies are killed, and recorded as interrupted (R7)."""
        self.stop(0)

    def join(self, seconds: float | None = None) -> bool:
        """Wait until the runtime has ended and its listeners have all events; say whether so.

        Raises what ended it where that was a failure of ours, and WrongState
        before the first start and from a listener.
        """
        if self._events.in_listener:
            raise WrongState(
                "cannot join in a listener: the runtime waits for it before it ends",
                hint="call stop() there, and join() in the thread that called start()",
            )
        self._lifecycle.require("join", State.RUNNING, State.DRAINING, State.STOPPED)
        threads = self._threads
        return threads is None or threads.join(seconds)

    def reload(self) -> None:
        """Compile the tree now, whether or not a change was seen.

        Raises WrongState unless it runs, and StoreUnavailable.
        """
        self._lifecycle.require("reload", State.RUNNING)
        parts = self._parts
        if parts is not None:
            parts.reloader.reload()

    def wait_for(self, predicate: Callable[[Event], bool], seconds: float = 10) -> Event:
        """Return the first event, of the past or to come, for which ``predicate`` is true.

        The last 1000 events of a start are remembered. Raises TimeoutError where
        none came in time, and WrongState as soon as it has ended without one.
        """
        return self._events.wait_for(predicate, seconds)

    def subscribe(self, listener: Listener, *, capacity: int = DEFAULT_CAPACITY) -> Subscription:
        """Call ``listener`` with every event from here on, of later starts too.

        It is called in a thread for it alone, with one event at a time. A
        listener that raises, or lets ``capacity`` events wait, gets no more:
        the others get a ``listener-dropped`` Trouble.
        """
        return self._events.subscribe(listener, capacity)

    def events(self, *, capacity: int = DEFAULT_CAPACITY) -> EventStream:
        """Return an iterator of the events from the beginning of its ``with`` block.

        It ends after Stopped. Raises EventsLost where ``capacity`` events wait
        to be read, and more come.
        """
        return self._events.stream(capacity)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._signals.draining.is_set():
            self.stop()
        self.join()

    def _failed(self, duty: Duty, error: BaseException) -> None:
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        text = f"the runtime ends, because its {duty.name} failed: {words}"
        self._events.emit(Trouble(self._clock.now(), "runtime-failed", text))

    def _end(self) -> None:
        """Close what the start has opened, and let listeners have the last events."""
        assert self._parts is not None
        parts, now = self._parts, self._clock.now()
        try:
            with parts.outage.tolerated():
                parts.write_blocked(now)
            parts.opened.close()
        finally:
            counts = parts.claim_loop.counts
            self._events.emit(
                Stopped(now, counts["completed"], counts["failed"], counts["interrupted"])
            )
            self._events.finish()
            self._lifecycle.move(Step.END)
