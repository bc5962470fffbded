"""The executor of a planner whose runs are done by a fleet of Celery workers (rule R10).

It sends a message for each run, and learns from the store what has become of it:
a worker has taken it over (its token is one higher), or it is over. What nobody
has taken is sent again after a heartbeat, and given back after a lease.

``extend_lease`` does nothing: the bodies have the lease of their worker, and continue
when the planner dies. ``interrupt`` gives back what no worker has, and lets go of
the rest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from jittask.clock import Clock
from jittask.compiler.compiled import CompiledTask
from jittask.environment import expand
from jittask.model import CelerySettings, RuntimeSettings
from jittask.runtime.events import Event, Trouble
from jittask.runtime.executors.celery.sender import Sender, Sending
from jittask.runtime.executors.protocol import (
    Assignment,
    Done,
    Expected,
    Killed,
    Outcome,
    Report,
    RunKey,
    Settled,
    Unbegun,
    Unjudged,
)
from jittask.runtime.executors.workplace import BundleSource
from jittask.runtime.fleet.message import PROTOCOL, Offer
from jittask.store import Store, StoreUnavailable
from jittask.store.fleet_types import Fleet, WorkerRow
from jittask.store.handovers import Whereabouts

_LOOK_SECONDS = 0.05
"""How often the store is asked what has become of runs."""
_IDLE_LOOK_SECONDS = 0.5
_OUTAGE_PAUSE = 0.5


@dataclass(slots=True)
class _Handed:
    """A run that was submitted."""

    assignment: Assignment
    since: float
    sent: float
    """When it was sent last; by ``Clock.monotonic``, as is ``since``."""
    is_taken: bool = False
    """Whether a worker has it."""


class CeleryExecutor:
    """Hands runs to workers; see ``Executor`` and ``Queues`` for the methods."""

    def __init__(
        self,
        settings: RuntimeSettings,
        store: Store,
        bundles: BundleSource,
        clock: Clock,
        emit: Callable[[Event], None],
    ) -> None:
        assert settings.celery is not None
        self._celery: CelerySettings = settings.celery
        self._send_again_after = settings.heartbeat_seconds
        self._give_back_after = settings.lease_seconds
        self._store = store
        self._clock = clock
        self._emit = emit
        self._last_error = ""
        self._lock = threading.Lock()
        self._handed: dict[RunKey, _Handed] = {}
        self._reports: list[Done | Settled] = []
        self._fleet = Fleet()
        self._served: dict[str, float] = {}
        """When each queue last had a worker, by ``Clock.monotonic``."""
        self._began = clock.monotonic()
        self._news = threading.Event()
        """Wakes ``poll``."""
        self._look_now = threading.Event()
        self._closing = threading.Event()
        self._sender = Sender(
            expand(self._celery.broker), self._celery.queues, store, bundles, clock, emit,
            self._cannot_send,
        )  # fmt: skip
        self._look_once()
        self._thread = threading.Thread(target=self._look, name="jittask-fleet", daemon=True)
        self._thread.start()

    def free(self) -> int:
        """Return how many more runs the fleet takes now."""
        with self._lock:
            return self._room_of(self._living())

    def queue_of(self, task: CompiledTask) -> str:
        """Return the queue of a task's runs: by its policy, its tags, or the app's own."""
        return self._celery.queue_of(task.tags, task.policy.queue)

    def room(self, queue: str) -> int:
        """Return how many more runs the workers of a queue take now."""
        with self._lock:
            return self._room_of_queue(queue)

    def refusal(self, queue: str) -> str | None:
        """Return why no run of a queue can begin, where that has been so for a heartbeat."""
        if self._sender.problem is not None:
            return self._sender.problem
        with self._lock:
            since = self._served.get(queue, self._began)
            listening = [each for each in self._fleet.workers if queue in each.queues]
        if self._clock.monotonic() - since < self._send_again_after:
            return None
        if listening:
            return (
                f"the workers of queue {queue!r} are of another version of JitTask "
                f"(protocol {listening[0].protocol}, here {PROTOCOL}): upgrade them"
            )
        return f"no worker listens on queue {queue!r}; start one: jittask worker --queue {queue}"

    def executing(self) -> frozenset[RunKey]:
        """Return the submitted runs whose end no ``poll`` has returned."""
        with self._lock:
            ended = {(report.run, report.token) for report in self._reports}
            return frozenset(self._handed.keys() | ended)

    def expect(self, coming: Sequence[Expected]) -> None:
        """Have their versions in the store; workers look themselves at what is due soon."""
        self._sender.expect(frozenset(each.version for each in coming))

    def submit(self, assignment: Assignment) -> None:
        """Offer a run to the workers of its queue."""
        now = self._clock.monotonic()
        with self._lock:
            self._handed[assignment.run, assignment.token] = _Handed(assignment, now, now)
        self._sender.send([self._sending(assignment)])
        self._look_now.set()

    def poll(self, seconds: float) -> list[Report]:
        """Wait for ends, which workers have written; return those that have come."""
        if not self._reports:
            self._clock.wait(self._news, seconds)
        self._news.clear()
        with self._lock:
            reports: list[Report] = [*self._reports]
            self._reports = []
        return reports

    def wake(self) -> None:
        """Make ``poll`` return; from any thread."""
        self._news.set()

    def kill(self, run: int, why: str) -> None:
        """End a run that no worker has; a worker reads from the store what it is to kill."""
        with self._lock:
            for key, handed in list(self._handed.items()):
                if key[0] == run and not handed.is_taken:
                    self._end(key, Killed(f"{why}, before its body began"))

    def extend_lease(self, seconds_left: float) -> None:
        """Do nothing: bodies have the lease of their worker."""

    def interrupt(self) -> None:
        """Give back what no worker has, and leave what workers have: that continues."""
        with self._lock:
            for key, handed in list(self._handed.items()):
                if handed.is_taken:
                    self._settle(key, written=False)
                else:
                    self._end(key, Unbegun())

    def close(self) -> None:
        """End the threads. Runs continue where they are."""
        self._closing.set()
        self._look_now.set()
        self._sender.close()
        self._thread.join(_OUTAGE_PAUSE)

    def _sending(self, assignment: Assignment) -> Sending:
        offer = Offer(assignment.run, assignment.token, assignment.version, assignment.traceparent)
        return Sending(offer, assignment.queue or self._celery.queue)

    def _living(self) -> list[WorkerRow]:
        return [worker for worker in self._fleet.workers if worker.protocol == PROTOCOL]

    def _queues_with_room(self) -> frozenset[str]:
        queues = {queue for worker in self._living() for queue in worker.queues}
        return frozenset(queue for queue in queues if self._room_of_queue(queue))

    def _room_of_queue(self, queue: str) -> int:
        return self._room_of([each for each in self._living() if queue in each.queues], queue)

    def _room_of(self, workers: Collection[WorkerRow], queue: str | None = None) -> int:
        """Return how many more runs these take; what nobody has taken yet is on its way to them.

        A full worker counts as full; it is not weighed against those that are not.
        """
        if self._sender.problem is not None:
            return 0
        room = sum(max(0, worker.capacity - worker.executing) for worker in workers)
        waiting = [each for each in self._handed.values() if not each.is_taken]
        of_others = max(0, self._fleet.handed - len(waiting))
        ours = sum(queue is None or each.assignment.queue == queue for each in waiting)
        return max(0, room - ours - of_others)

    def _look(self) -> None:
        while not self._closing.is_set():
            pause = _LOOK_SECONDS if self._handed else _IDLE_LOOK_SECONDS
            try:
                self._look_once()
            except StoreUnavailable:
                pause = _OUTAGE_PAUSE  # the claim loop reports it
            except Exception as error:  # without this thread, no end would ever be seen
                pause = _OUTAGE_PAUSE
                self._report_once(error)
            self._clock.wait(self._closing, min(pause, _LOOK_SECONDS))
            if pause > _LOOK_SECONDS and self._clock.wait(self._look_now, pause):
                self._look_now.clear()

    def _report_once(self, error: Exception) -> None:
        """Say that the fleet could not be looked at, once for each error."""
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        if words != self._last_error:
            self._last_error = words
            text = f"what became of the runs on workers could not be read: {words}"
            self._emit(Trouble(self._clock.now(), "fleet-step-failed", text))

    def _look_once(self) -> None:
        """Ask where the runs are, and note what has changed."""
        with self._lock:
            asked = dict(self._handed)
        fleet, found = self._store.look_at_fleet([run for run, _ in asked], self._clock.now())
        moment = self._clock.monotonic()
        again: list[Sending] = []
        with self._lock:
            had_room = self._queues_with_room()
            self._fleet = fleet
            for worker in self._living():
                self._served.update(dict.fromkeys(worker.queues, moment))
            for key, handed in asked.items():
                if self._handed.get(key) is handed:
                    again += self._note(key, handed, found.get(key[0]), moment)
            if self._reports or self._queues_with_room() - had_room:
                self._news.set()
        self._sender.send(again)

    def _note(
        self, key: RunKey, handed: _Handed, where: Whereabouts | None, moment: float
    ) -> list[Sending]:
        """Note where a run is; return what is to be sent again."""
        _, token = key
        if where is None:
            self._settle(key, written=False)  # pruned, or deleted by hand
        elif not where.executes or where.token > token + 1:
            self._settle(key, written=True)
        elif where.token == token + 1:
            handed.is_taken = True
        elif moment - handed.since >= self._give_back_after:
            self._end(key, Unbegun())
        elif moment - handed.sent >= self._send_again_after:
            handed.sent = moment
            return [self._sending(handed.assignment)]
        return []

    def _cannot_send(self, offer: Offer, why: str) -> None:
        """End a run whose version no worker can have."""
        with self._lock:
            if (offer.run, offer.token) in self._handed:
                self._end((offer.run, offer.token), Unjudged(why))
        self._news.set()

    def _end(self, key: RunKey, outcome: Outcome) -> None:
        """Report an end to be written; it counts only if no worker has taken the run."""
        attempt = self._handed.pop(key).assignment.attempt
        self._reports.append(Done(*key, attempt, outcome))
        self._news.set()

    def _settle(self, key: RunKey, *, written: bool) -> None:
        attempt = self._handed.pop(key).assignment.attempt
        self._reports.append(Settled(*key, attempt, written))
        self._news.set()
