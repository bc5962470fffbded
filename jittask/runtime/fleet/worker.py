"""A worker of a fleet: opens what it needs, and puts the parts together (rules R7, R10).

It needs a folder with an ``app.json`` and no elements: they come from the store.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Collection
from contextlib import ExitStack
from pathlib import Path

from jittask.clock import Clock, SystemClock
from jittask.compiler.app_settings import read_app_settings
from jittask.compiler.files import MANIFEST
from jittask.environment import expand, references
from jittask.model import AppSettings, CelerySettings
from jittask.runtime import startup
from jittask.runtime.duties.duty import Duty, DutyThreads
from jittask.runtime.errors import RuntimeFailure
from jittask.runtime.event_bus import EventBus
from jittask.runtime.event_queue import DEFAULT_CAPACITY
from jittask.runtime.events import Listening as ListeningEvent
from jittask.runtime.events import Stopped, Trouble
from jittask.runtime.executors.process import ProcessExecutor
from jittask.runtime.executors.workplace import Workplace
from jittask.runtime.fleet.fetched_bundles import FetchedBundles
from jittask.runtime.fleet.inbox import Inbox
from jittask.runtime.fleet.listening import Listening
from jittask.runtime.fleet.worker_duty import WorkerDuty
from jittask.runtime.fleet.worker_lease import WorkerLease
from jittask.runtime.fleet.worker_loop import WorkerLoop
from jittask.runtime.fleet.worker_place import take_place
from jittask.runtime.fleet.worker_prefetch import WorkerPrefetch
from jittask.runtime.outage import Outage
from jittask.runtime.signals import Signals
from jittask.runtime.snapshot import UNSET
from jittask.runtime.subscription import Listener as EventListener
from jittask.runtime.subscription import Subscription
from jittask.runtime.tracing.environment import tracing_of_environment
from jittask.store import Store, StoreError


class FleetWorker:
    """Runs what planners offer, until it is stopped; it is started once."""

    def __init__(
        self,
        folder: str | Path,
        *,
        queues: Collection[str] = (),
        workers: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        """``folder`` has the ``app.json``. Without ``queues``: all that it names."""
        self.root = Path(folder).resolve()
        self._asked_queues = tuple(dict.fromkeys(queues))
        self._asked_workers = workers
        self._clock = clock or SystemClock()
        self._events = EventBus(self._clock)
        self._signals = Signals(self._clock)
        self._opened = ExitStack()
        self._threads: DutyThreads | None = None
        self._stop_lock = threading.Lock()
        self._drain_seconds = 0.0

    def subscribe(
        self, listener: EventListener, *, capacity: int = DEFAULT_CAPACITY
    ) -> Subscription:
        """Call ``listener`` with every event from here on; see ``Runtime.subscribe``."""
        return self._events.subscribe(listener, capacity)

    def start(self) -> None:
        """Open everything, and listen. Raises RuntimeFailure; then nothing stays open."""
        self._events.begin()
        try:
            duty = self._open()
        except StoreError as error:
            self._opened.close()
            self._events.finish()
            raise RuntimeFailure(str(error), error.hint) from error
        except BaseException:
            self._opened.close()
            self._events.finish()
            raise
        self._threads = DutyThreads([duty], self._signals, self._failed, self._end)
        self._threads.start()

    def stop(self, drain_seconds: float | None = None) -> None:
        """Take no more runs, give those that run ``drain_seconds`` to end, and end (R7)."""
        with self._stop_lock:
            self._signals.drain(self._drain_seconds if drain_seconds is None else drain_seconds)

    def stop_now(self) -> None:
        """End at once: bodies are killed, and recorded as interrupted (R7)."""
        self.stop(0)

    def join(self, seconds: float | None = None) -> bool:
        """Wait until the worker has ended; say whether it has.

        Raises what ended it: RuntimeFailure where its user can do something about it.
        """
        return self._threads is None or self._threads.join(seconds)

    def _open(self) -> Duty:
        settings = _settings(self.root)
        celery = settings.runtime.celery
        if celery is None:
            raise RuntimeFailure(
                f"{self.root / MANIFEST}: settings.runtime.executor is not celery",
                hint='for example "executor": {"type": "celery", "broker": "redis://host:6379/0"}',
            )
        clock, signals, opened = self._clock, self._signals, self._opened
        tracing = tracing_of_environment(
            lambda text: self._events.emit(Trouble(clock.now(), "no-traces", text))
        )
        opened.callback(tracing.close)
        emit = tracing.watching(self._events.emit)
        self._drain_seconds = settings.runtime.drain_seconds
        queues = self._asked_queues or celery.queues
        slots = self._asked_workers or settings.runtime.workers
        store = opened.enter_context(_open_store(settings, self.root))
        place = take_place(startup.state_folder(self.root))
        opened.enter_context(place.lock)
        startup.end_leftovers(place.bodies, clock, emit)
        startup.wait_for_leftovers(place.bodies, clock, startup.LEFTOVER_PATIENCE)
        if place.predecessor:
            store.note(place.predecessor, stopped=clock.now())
        bundles = FetchedBundles(store, place.bundles)
        secret_names = frozenset(references((self.root / MANIFEST).read_text(encoding="utf-8")))
        workplace = Workplace(bundles, self.root, place.bodies.path, secret_names)
        executor = ProcessExecutor(slots, workplace, clock)
        opened.callback(executor.close)
        signals.connect(executor.wake)
        opened.callback(signals.disconnect)
        lease = WorkerLease(store, clock, settings.runtime, queues, slots)
        executor.extend_lease(lease.until - clock.monotonic())
        place.lock.sign(lease.identity)
        inbox = Inbox()
        inbox.connect(executor.wake)
        loop = WorkerLoop(store, executor, bundles, inbox, clock, lease.identity, emit, tracing)
        self._store, self._lease, self._loop = store, lease, loop
        self._outage = Outage(clock, emit)
        listening = self._listen(celery, queues, inbox, slots, executor.wake)
        emit(
            ListeningEvent(
                clock.now(), lease.identity, socket.gethostname(), os.getpid(), queues, slots,
                store.place, settings.timezone,
            )
        )  # fmt: skip
        prefetch = WorkerPrefetch(store, executor, bundles, clock, celery, queues)
        return WorkerDuty(
            loop, lease, executor, prefetch, listening, self._drain_seconds, self._outage, signals,
            clock, emit, place.lock.sign,
        )  # fmt: skip

    def _listen(
        self,
        celery: CelerySettings,
        queues: tuple[str, ...],
        inbox: Inbox,
        slots: int,
        ended: Callable[[], None],
    ) -> Listening:
        """Have Celery bring offers to the inbox."""
        try:
            from jittask.runtime.executors.celery.listener import Listener
        except ImportError as error:
            raise startup.celery_is_missing(error) from error
        broker = expand(celery.broker)
        listener = Listener(broker, queues, inbox, slots, self._clock, self._events.emit, ended)
        listener.start()
        self._opened.callback(listener.close)
        return listener

    def _failed(self, duty: Duty, error: BaseException) -> None:
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        text = f"the worker ends, because its {duty.name} failed: {words}"
        self._events.emit(Trouble(self._clock.now(), "runtime-failed", text))

    def _end(self) -> None:
        """Close what the start has opened, and let listeners have the last events."""
        now = self._clock.now()
        try:
            self._loop.abandon()  # before others may take the runs over (R4)
            with self._outage.tolerated():
                self._store.note(self._lease.identity, stopped=now)
            self._opened.close()
        finally:
            counts = self._loop.counts
            self._events.emit(
                Stopped(now, counts["completed"], counts["failed"], counts["interrupted"])
            )
            self._events.finish()


def _settings(root: Path) -> AppSettings:
    """Return what ``app.json`` says. Raises RuntimeFailure where it cannot be used."""
    settings, problems = read_app_settings(root)
    for found in problems:
        if found.is_error or found.code == UNSET:
            raise startup.refusal(found)
    return settings


def _open_store(settings: AppSettings, root: Path) -> Store:
    """Open the run store, which the planner has made."""
    startup.state_folder(root)
    return Store.open(settings, root, create=False)
